/** Words as they are compared: an English stem, or the concept that it stands for. */

const STOP_WORDS = new Set(
  `a an the and or but so if of in on at to for from with without by as is are was were be been being am do does did done has have
  had having i me my mine we us our you your yours he she it its they them their this that these those there here what which who
  whom when how why can could should would will shall may might must not no nor don doesn didn isn aren wasn won t s d ll re ve m
  please thanks thank hello hi hey dear just also very really too then than now yet still any some all both each into about over
  up out off again once more most much many other own same only want need like get got let tell know say us ok okay yes`
    .split(/\s+/)
    .filter(Boolean),
);

/** What people say for the same thing. The first word names the concept. */
const CONCEPTS: readonly (readonly string[])[] = [
  ['cancel', 'abort', 'revoke', 'withdraw', 'cancellation'],
  ['refund', 'reimburse', 'reimbursement'],
  ['return', 'sendback'],
  ['exchange', 'swap'],
  ['change', 'update', 'modify', 'edit', 'correct', 'amend', 'alter'],
  ['delete', 'remove', 'erase'],
  ['pay', 'payment'],
  ['book', 'reserve', 'schedule', 'reservation', 'booking', 'appointment'],
  ['subscribe', 'subscription'],
  ['unsubscribe'],
  ['replace', 'replacement'],
  ['report', 'complain', 'complaint', 'ticket'],
  ['create', 'add', 'open', 'register', 'record', 'submit', 'file'],
  ['status', 'track', 'where', 'eta', 'locate', 'progress', 'arrive', 'arrival', 'tracking', 'wheres', 'whereabouts'],
  ['find', 'list', 'show', 'check', 'lookup', 'search', 'see', 'view', 'look'],
  ['order', 'parcel', 'package', 'shipment', 'delivery', 'consignment', 'deliver', 'ship'],
  ['buy', 'purchase'],
  ['quote', 'offer', 'estimate', 'proposal', 'pricing', 'quotation'],
  ['demo', 'demonstration', 'trial', 'presentation'],
  ['contact', 'call', 'callback', 'reach', 'speak', 'talk', 'sales'],
  ['interest', 'interested', 'lead', 'prospect', 'consider'],
  ['person', 'customer', 'client', 'user', 'people'],
];

const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\bmoney back\b/g, 'refund'],
  [/\bsen[dt] (it |them |this |that )?back\b/g, 'sendback'],
  [/\bget in touch\b/g, 'contact'],
  [/\bcall(ed)? (it |this |that )?off\b/g, 'cancel'],
  [/\bcall (me |us )?back\b/g, 'callback'],
  [/\bsign(ed)? up\b/g, 'register'],
  [/\blook(ing)? (it )?up\b/g, 'lookup'],
  [/\bhow far\b/g, 'progress'],
];

/** Lower-case words and numbers, in order; names of tools and properties fall apart at their joints. */
export function wordsOf(text: string): string[] {
  const apart = text
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .replaceAll('’', "'");
  const plain = PHRASES.reduce((rest, [phrase, word]) => rest.replaceAll(phrase, word), apart);
  return plain.replaceAll(/n't\b/g, ' not').match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** A light stemmer: it need not find the root, only the same one for the forms of a word. */
export function stemOf(word: string): string {
  let stem = word;
  if (stem.length > 4 && stem.endsWith('ies')) stem = `${stem.slice(0, -3)}y`;
  else if (stem.length > 4 && /(x|ch|sh|ss)es$/.test(stem)) stem = stem.slice(0, -2);
  else if (stem.length > 3 && /[^su]s$/.test(stem) && !stem.endsWith('is')) stem = stem.slice(0, -1);
  const verb = /^(.*[aeiouy].*?)(?:ation|ing|(?<!e)ed|ly)$/.exec(stem)?.[1];
  if (verb !== undefined && verb.length > 2 && stem.length > 4) stem = verb;
  if (stem.length > 3)
    stem = stem
      .replace(/e$/, '')
      .replace(/(\p{L})\1$/u, '$1')
      .replace(/y$/, 'i');
  return stem;
}

const CONCEPT_OF_STEM = new Map(
  CONCEPTS.flatMap(([name = '', ...others]) => [name, ...others].map((word) => [stemOf(word), name])),
);

export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}

/** The concept that a word stands for, else its stem. */
export function termOf(word: string): string {
  const stem = stemOf(word);
  return CONCEPT_OF_STEM.get(word) ?? CONCEPT_OF_STEM.get(stem) ?? stem;
}

/** What a text speaks of. */
export function termsOf(text: string): Set<string> {
  return new Set(
    wordsOf(text)
      .filter((word) => !isStopWord(word))
      .map(termOf),
  );
}

/** Sentences, with numbers such as 4.90 and abbreviations such as e.g. left whole. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?…])(?<!\b(?:e\.g|i\.e|etc|approx|no|nr|ca|vs|mr|mrs|dr)\.)\s+(?=[\p{Lu}\p{N}"“„(])|\n+/iu)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}
