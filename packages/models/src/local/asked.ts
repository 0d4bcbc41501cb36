import { sentencesOf, termOf, wordsOf } from './words.ts';

/** An action that a message speaks of, and how. */
export type Asked = {
  readonly concept: string;
  /** Said as something to be done now; otherwise it is asked about, wished away or long done. */
  readonly wanted: boolean;
  /** What it should be done to: the next few words, stop words left out; empty for "it". */
  readonly objects: readonly string[];
  /** The sentence it stands in. */
  readonly sentence: string;
};

/** Doing one of these changes something, so that a tool for another of them is never the answer to it. */
export const STRONG_ACTIONS: ReadonlySet<string> = new Set([
  'cancel',
  'refund',
  'return',
  'exchange',
  'change',
  'delete',
  'pay',
  'book',
  'subscribe',
  'unsubscribe',
  'replace',
  'report',
]);
/** Ways to say that one wants to be talked to. */
export const SALES: ReadonlySet<string> = new Set(['buy', 'quote', 'demo', 'contact', 'interest']);
const READS: ReadonlySet<string> = new Set(['status', 'find']);
const CREATES = 'create';

const NEGATORS = new Set(['not', 'never', 'no', 'without', 'dont', 'instead', 'stop']);
/** How far before a verb its negation stands: "I do not want you to cancel". */
const NEGATION_REACH = 4;
const OBJECT_REACH = 5;
const REQUEST =
  /\b(please|want|wants|wanted|wish|need|needs|would like|'d like|like to|could you|can you|will you|would you|let's|go ahead|help me|have to|must|interested|looking for|looking to|asap|after all)\b/i;
/** What is possible, how it is done, what would happen: questions about an action. */
const ABOUT =
  /^(\W*(and|but|so|hi|hello|hey|ok|okay)\W+)*(how|what|when|why|where|which|who|whose|can i|can we|could i|could we|may i|am i|should i|do i|do you|does|did|is it|is there|are there|is a|is my|are my|has|have you|was|were|until when|up to when|would it|will i|will it|will my)\b/i;
const CONDITION = /\b(if|unless|in case|provided|as long as|only when)\b/i;
const FILLER = new Set(
  'my the this that it its a an me him her them all whole entire last latest new just for of to please our your'.split(' '),
);

/** Every action that the message speaks of, in order. */
export function askedIn(message: string): Asked[] {
  return sentencesOf(message).flatMap((sentence) => askedInSentence(sentence));
}

function askedInSentence(sentence: string): Asked[] {
  const words = wordsOf(sentence);
  const asked: Asked[] = [];
  for (const [index, word] of words.entries()) {
    const concept = actionOf(words, index);
    if (concept === null) continue;
    const before = words.slice(Math.max(0, index - NEGATION_REACH), index);
    // "cancel A-1, not A-2" negates what comes after; "I cannot find where it is" negates no question.
    const negated = !READS.has(concept) && before.some((other) => NEGATORS.has(other) || other === 'cannot');
    if (negated) continue;
    asked.push({
      concept,
      wanted: READS.has(concept) || isWanted(sentence, words, index, word),
      objects: objectsAfter(words, index),
      sentence,
    });
  }
  return asked;
}

/** Whether the sentence depends on something that only a reader can tell: "cancel it if it has not left yet". */
export function isConditional(sentence: string): boolean {
  return CONDITION.test(sentence);
}

function isWanted(sentence: string, words: readonly string[], index: number, word: string): boolean {
  if (ABOUT.test(sentence)) return false;
  const requested = REQUEST.test(sentence);
  if (/[a-z]{3}ed$/.test(word) && word !== 'interested' && !/\b(want|need|like|get|have)\b/.test(words.slice(0, index).join(' ')))
    return false;
  return requested || isImperative(words, index) || SALES.has(termOf(word));
}

/** A verb that begins the sentence or a part of it: nobody is named who does it. */
function isImperative(words: readonly string[], index: number): boolean {
  const before = words
    .slice(0, index)
    .filter((word) => !/^(hi|hello|hey|ok|okay|please|kindly|just|now|then|and|so|also|but|simply|to)$/.test(word));
  if (before.length === 0) return true;
  return /^(and|then|please|but|to)$/.test(words[index - 1] ?? '');
}

function actionOf(words: readonly string[], index: number): string | null {
  const word = words[index] ?? '';
  const before = words[index - 1] ?? '';
  const after = words[index + 1] ?? '';
  if (word === 'order') return /^(to|please|can|i|we|and)$/.test(before) && !/\d|status|number/.test(after) ? 'buy' : null;
  // "my return", "the demo address": a noun after an article is no request, except for what one asks for by its noun.
  const concept = termOf(word);
  if (concept === 'change' && /^(the|a|any|this)$/.test(before)) return null;
  return STRONG_ACTIONS.has(concept) || SALES.has(concept) || READS.has(concept) || concept === CREATES ? concept : null;
}

function objectsAfter(words: readonly string[], index: number): string[] {
  const objects: string[] = [];
  for (const word of words.slice(index + 1, index + 1 + OBJECT_REACH)) {
    // What comes after the number of a thing speaks of something else.
    if (/\d{3}/.test(word)) break;
    if (/^(and|but|because|to|for|from|since|as|when|or)$/.test(word) && objects.length > 0) break;
    if (
      !FILLER.has(word) &&
      !/^(is|are|was|were|has|have|do|does|did|i|we|you|and|now|today|be|been|with|on|in|at|by|number|no|id)$/.test(word)
    ) {
      objects.push(word);
    }
  }
  return objects;
}
