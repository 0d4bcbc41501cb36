/**
 * What a request is about, as far as its words show: lexical, so that it costs microseconds and anyone can say why a flag
 * stands. English words; a request in another language carries `other-language` and whatever else still shows.
 */
export type DomainFlag =
  | 'code'
  | 'math'
  | 'legal'
  | 'medical'
  | 'order'
  | 'lead'
  | 'faq'
  | 'open-ended'
  | 'other-language'
  | 'structured';

/** Words that flags are looked for in: the beginning says what a text is about. */
const MAX_CHARACTERS = 4_000;

const LEXICON: readonly (readonly [DomainFlag, RegExp])[] = [
  [
    'code',
    /```|\b(?:function|const|def|class|import|return|select\s.+\sfrom)\b.*[(){};=]|\b(?:stack ?trace|regex|javascript|typescript|python|java|sql|html|css|json|api|compiler|debug|refactor|unit test|null ?pointer|exception)\b/,
  ],
  [
    'math',
    /\d\s*[-+*/^×÷]\s*\d|\b(?:calculate|compute|equation|integral|derivative|probability|percent(?:age)? of|square root|solve for|theorem|prove|average of|how many .+ (?:if|when|left|total))\b/,
  ],
  [
    'legal',
    /\b(?:legal|law(?:s|yer|suit)?|contract(?:ual)?|liab(?:le|ility)|gdpr|clause|court|attorney|copyright|trademark|regulation|compliance|warranty claim|sue)\b/,
  ],
  [
    'medical',
    /\b(?:symptoms?|diagnos(?:is|e)|dos(?:e|age)|medic(?:al|ine|ation)|doctor|patient|side effects?|allerg(?:y|ic)|pregnan(?:t|cy)|disease|treatment|prescri(?:be|ption))\b/,
  ],
  [
    'order',
    /\b(?:my|the|an|this|your) (?:order|package|parcel|delivery|shipment)\b|\border (?:number|no\.?|id|status|#)|\b(?:cancel|track|return|refund|exchange|reorder)\b.{0,40}\b(?:order|package|parcel|item|purchase|it)\b|\b(?:i(?:'d| would)? (?:like|want) to (?:order|buy)|place an order|where is my)\b/,
  ],
  [
    'lead',
    /\b(?:(?:talk|speak) to (?:sales|someone|a person)|contact me|call me(?: back)?|get in touch|request (?:a )?(?:demo|quote|callback)|(?:book|schedule|arrange) a (?:demo|call|meeting)|(?:interested|interest) in (?:your|buying|the)|quote for|pricing for (?:our|my|a team)|my (?:email|e-mail|phone)(?: number)? is)\b|[\w.+-]+@[\w-]+\.[a-z]{2,}/,
  ],
];

const QUESTION =
  /^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|please|excuse me|thanks)[\s,!.]+)*(?:what|when|where|which|who|how (?:long|much|many|do|does|can|is|are|often)|do|does|is|are|can|could|may|will)\b/;
const SHOP_WORDS =
  /\b(?:ship(?:ping)?|deliver(?:y|ies)?|returns?|refunds?|payments?|pay|price|cost|opening|hours|open|warranty|guarantee|support|account|password|subscription|store|shop|size|stock|available|exchange|policy|discount|gift|invoice|you|your)\b/;
const OPEN_ENDED =
  /\b(?:write|draft|compose|summari[sz]e|translate|explain|compare|analy[sz]e|brainstorm|essay|story|poem|plan|strategy|pros and cons|step by step|why|opinion|recommend|suggest|imagine|design)\b/;

/** Characters beyond which a question is no longer one that a list of answers holds. */
const MAX_FAQ_CHARACTERS = 240;

/** @param structured whether the answer must fit a JSON Schema. */
export function domainFlags(content: string, structured: boolean): readonly DomainFlag[] {
  const text = content.slice(0, MAX_CHARACTERS).toLowerCase();
  const flags: DomainFlag[] = LEXICON.filter(([, words]) => words.test(text)).map(([flag]) => flag);
  const hard = flags.some((flag) => flag === 'code' || flag === 'math' || flag === 'legal' || flag === 'medical');
  if (!hard && text.length <= MAX_FAQ_CHARACTERS && QUESTION.test(text.trimStart()) && SHOP_WORDS.test(text)) flags.push('faq');
  if (OPEN_ENDED.test(text)) flags.push('open-ended');
  if (isOtherLanguage(text)) flags.push('other-language');
  if (structured) flags.push('structured');
  return flags;
}

const ENGLISH = new Set([
  'the',
  'and',
  'is',
  'are',
  'to',
  'of',
  'in',
  'my',
  'you',
  'your',
  'for',
  'it',
  'do',
  'what',
  'how',
  'can',
  'i',
  'a',
  'with',
  'on',
]);
const FOREIGN = new Set(
  'der die das und ist nicht ich wie mein meine für sie mit ein eine le la les des est une je vous mon pour comment que el los las una por para cómo mi dónde il che non sono per come het een van ik niet og det ikke jeg och jag inte är nie jest się czy o não uma meu'.split(
    ' ',
  ),
);

/** Mostly letters of another script, or more of the small words of other languages than of English. */
function isOtherLanguage(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return false;
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  if (latin / letters < 0.7) return true;
  const words = text.match(/\p{L}+/gu) ?? [];
  const english = words.filter((word) => ENGLISH.has(word)).length;
  const foreign = words.filter((word) => FOREIGN.has(word)).length;
  return foreign >= 2 && foreign > english;
}
