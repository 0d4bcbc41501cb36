import { COUNTS, type TextScan } from './text-scan.ts';

/** What a text looks like, whatever it is about. The order is that of `formatFeatures`. */
export const FORMAT_FEATURES = [
  'characters',
  'words',
  'charactersPerWord',
  'letterShare',
  'digitShare',
  'upperShare',
  'symbolShare',
  'foreignShare',
  'lines',
  'sentences',
  'numbers',
  'quotes',
  'commas',
  'blanks',
  'dollars',
  'percents',
  'equals',
  'brackets',
  'questions',
  'options',
  'stemCharacters',
  'stemWords',
  'stemEnding',
  'shortestOption',
  'meanOption',
  'longestOption',
  'longestOptionShare',
  'optionsWithDigits',
  'optionsStartingWithDigit',
  'optionsStartingSmall',
  'optionsEndingInStop',
  'optionDigitShare',
  'optionsOfOneWord',
  'optionOrder',
  'startsWithSpace',
  'startsSmall',
  'negations',
  'questionWord',
  'repeatedWords',
  'numbersInStem',
  'quantityWords',
  'comparisonWords',
  'conditionWords',
] as const;

export const FORMAT_SIZE = FORMAT_FEATURES.length;

const QUESTION_WORDS = 'what which who when where why how if a an the in is for find calculate compute suppose'.split(' ');
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at += 1) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

const QUESTION_HASHES = Uint32Array.from(QUESTION_WORDS, hashOf);
const WORD_CLASSES = {
  negation: 'not except least false incorrect never cannot no',
  // Digits are all read as 0.
  number: '0 00 000 0000 00000 000000',
  quantity: 'percent half twice double triple dozen third quarter fraction ratio average rate times',
  comparison: 'more less than fewer each per every remaining left total altogether rest after before',
  condition: 'if when but then since only first last',
} as const;
/** Classes of words by hash, in a table with room to spare: a look-up is one or two reads, where a Map's took ten times as long. */
const CLASS_SLOTS = 1_024;
const CLASS_WORDS = new Uint32Array(CLASS_SLOTS);
const CLASS_AT = new Uint8Array(CLASS_SLOTS);
Object.values(WORD_CLASSES).forEach((words, index) => {
  for (const word of words.split(' ')) {
    const hash = hashOf(word);
    let slot = hash % CLASS_SLOTS;
    while (CLASS_AT[slot] !== 0 && CLASS_WORDS[slot] !== hash) slot = (slot + 1) % CLASS_SLOTS;
    CLASS_WORDS[slot] = hash;
    CLASS_AT[slot] = index + 1;
  }
});

/** 0, or 1 and on for the classes in their order. */
function classOf(word: number): number {
  let slot = word & (CLASS_SLOTS - 1);
  while (CLASS_AT[slot] !== 0) {
    if (CLASS_WORDS[slot] === word) return CLASS_AT[slot] as number;
    slot = (slot + 1) & (CLASS_SLOTS - 1);
  }
  return 0;
}

/** Writes FORMAT_SIZE values into `values`. */
export function formatFeatures(text: string, scan: TextScan, values: Float32Array): void {
  const { counts, length } = scan;
  const characters = Math.max(1, length);
  const count = (which: keyof typeof COUNTS) => counts[COUNTS[which]] ?? 0;
  values[0] = Math.log1p(length);
  values[1] = Math.log1p(scan.wordCount);
  values[2] = (count('letters') + count('upper') + count('digits')) / Math.max(1, scan.wordCount);
  values[3] = count('letters') / characters;
  values[4] = count('digits') / characters;
  values[5] = count('upper') / characters;
  values[6] = count('symbols') / characters;
  values[7] = count('foreign') / characters;
  values[8] = count('lines');
  values[9] = count('sentences');
  values[10] = Math.log1p(count('numbers'));
  values[11] = count('quotes');
  values[12] = count('commas') / characters;
  values[13] = count('blanks');
  values[14] = count('dollars');
  values[15] = count('percents');
  values[16] = count('equals');
  values[17] = count('brackets');
  values[18] = count('questions');
  stemFeatures(text, scan, values);
  optionFeatures(text, scan, values);
  wordFeatures(scan, values);
}

function stemFeatures(text: string, scan: TextScan, values: Float32Array): void {
  let end = scan.stemEnd;
  while (end > 0 && text.charCodeAt(end - 1) <= 32) end -= 1;
  const last = end > 0 ? text.charCodeAt(end - 1) : 0;
  const first = text.charCodeAt(0);
  values[20] = Math.log1p(end);
  values[22] = last === 63 ? 4 : last === 58 ? 3 : last === 46 ? 2 : last === 95 ? 1 : 0;
  values[34] = first <= 32 ? 1 : 0;
  values[35] = first >= 97 && first <= 122 ? 1 : 0;
}

function optionFeatures(text: string, scan: TextScan, values: Float32Array): void {
  const { optionCount, optionStart, optionEnd } = scan;
  values[19] = optionCount;
  let [shortest, longest, sum] = [optionCount === 0 ? 0 : 1e6, 0, 0];
  let [withDigits, startDigit, startSmall, endStop, digits, oneWord, order] = [0, 0, 0, 0, 0, 0, 0];
  let before = Number.NaN;
  for (let option = 0; option < optionCount; option += 1) {
    const start = optionStart[option] ?? 0;
    let end = optionEnd[option] ?? start;
    while (end > start && text.charCodeAt(end - 1) <= 32) end -= 1;
    const size = end - start;
    sum += size;
    if (size < shortest) shortest = size;
    if (size > longest) longest = size;
    let [own, spaces, value, open] = [0, 0, 0, true];
    for (let at = start; at < end; at += 1) {
      const code = text.charCodeAt(at);
      if (code === 32) spaces += 1;
      if (code < 48 || code > 57) {
        if (own > 0 && code !== 44) open = false;
        continue;
      }
      own += 1;
      if (open) value = value * 10 + code - 48;
    }
    digits += own;
    if (own > 0) withDigits += 1;
    if (spaces === 0) oneWord += 1;
    const first = text.charCodeAt(start);
    if ((first >= 48 && first <= 57) || first === 36 || first === 45 || first === 8722 || first === 46) startDigit += 1;
    if (first >= 97 && first <= 122) startSmall += 1;
    if (size > 0 && text.charCodeAt(end - 1) === 46) endStop += 1;
    if (own > 0 && value > before) order += 1;
    before = own > 0 ? value : Number.NaN;
  }
  const each = Math.max(1, optionCount);
  values[23] = Math.log1p(shortest);
  values[24] = Math.log1p(sum / each);
  values[25] = Math.log1p(longest);
  values[26] = sum === 0 ? 0 : longest / sum;
  values[27] = withDigits / each;
  values[28] = startDigit / each;
  values[29] = startSmall / each;
  values[30] = endStop / each;
  values[31] = sum === 0 ? 0 : digits / sum;
  values[32] = oneWord / each;
  values[33] = order;
}

/** How many words of each class the question has; used again for the next one. */
const inClass = new Int32Array(Object.keys(WORD_CLASSES).length + 1);

function wordFeatures({ words, parts, wordCount }: TextScan, values: Float32Array): void {
  inClass.fill(0);
  let [stemWords, repeated, before, beforeThat] = [0, 0, -1, -1];
  for (let at = 0; at < wordCount; at += 1) {
    const word = words[at] as number;
    if (at > 1 && (word === before || word === beforeThat)) repeated += 1;
    beforeThat = before;
    before = word;
    if (parts[at] === 1) continue;
    stemWords += 1;
    const own = classOf(word);
    inClass[own] = (inClass[own] as number) + 1;
  }
  values[21] = Math.log1p(stemWords);
  values[36] = inClass[1] as number;
  values[37] = wordCount === 0 ? -1 : QUESTION_HASHES.indexOf(words[0] ?? 0);
  values[38] = repeated;
  values[39] = inClass[2] as number;
  values[40] = inClass[3] as number;
  values[41] = inClass[4] as number;
  values[42] = inClass[5] as number;
}
