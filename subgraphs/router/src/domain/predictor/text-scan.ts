/**
 * A text read once, character by character, into arrays that are used again for the next one: nothing is allocated while it
 * is read. Letters count in lower case; what is outside ASCII counts as letters of its own.
 */
export type TextScan = {
  /** FNV-1a of each word and each mark between words, in order, and which part of the text it stands in: 0 the question, 1 an option to choose from. */
  readonly words: Uint32Array;
  readonly parts: Uint8Array;
  /** FNV-1a of each word's first STEM_LENGTH characters; of shorter words 0. */
  readonly stems: Uint32Array;
  wordCount: number;
  /** Start and end of each option's text. */
  readonly optionStart: Int32Array;
  readonly optionEnd: Int32Array;
  optionCount: number;
  /** Where the question ends, and the options (if any) begin. */
  stemEnd: number;
  /** Counts over the whole text, by COUNTS. */
  readonly counts: Float64Array;
  /** Characters that were read. */
  length: number;
};

/** Characters and words that are looked at; the time stays bounded. */
export const MAX_CHARACTERS = 6_000;
const MAX_WORDS = 1_024;
const MAX_OPTIONS = 10;
/** Words that begin alike are about the same. */
const STEM_LENGTH = 5;

export const COUNTS = {
  letters: 0,
  digits: 1,
  upper: 2,
  symbols: 3,
  lines: 4,
  sentences: 5,
  foreign: 6,
  numbers: 7,
  quotes: 8,
  commas: 9,
  blanks: 10,
  dollars: 11,
  percents: 12,
  equals: 13,
  brackets: 14,
  questions: 15,
} as const;
const COUNT_SIZE = 16;

const FNV_START = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** What a character is: 0 between words, 1 letter, 2 digit. */
const KIND = new Uint8Array(128);
/** The count that a character adds to, or 255. */
const COUNT_OF = new Uint8Array(128).fill(255);
for (let code = 97; code <= 122; code += 1) {
  KIND[code] = 1;
  KIND[code - 32] = 1;
  COUNT_OF[code] = COUNTS.letters;
  COUNT_OF[code - 32] = COUNTS.upper;
}
for (let code = 48; code <= 57; code += 1) {
  KIND[code] = 2;
  COUNT_OF[code] = COUNTS.digits;
}
for (const [characters, count] of [
  ['+*/^<>\\~|@#&', COUNTS.symbols],
  ['\n', COUNTS.lines],
  ['.!;:', COUNTS.sentences],
  ['"\'`', COUNTS.quotes],
  [',', COUNTS.commas],
  ['_', COUNTS.blanks],
  ['$', COUNTS.dollars],
  ['%', COUNTS.percents],
  ['=', COUNTS.equals],
  ['()[]{}', COUNTS.brackets],
  ['?', COUNTS.questions],
] as const) {
  for (const character of characters) COUNT_OF[character.charCodeAt(0)] = count;
}

export function createScan(): TextScan {
  return {
    words: new Uint32Array(MAX_WORDS),
    parts: new Uint8Array(MAX_WORDS),
    stems: new Uint32Array(MAX_WORDS),
    wordCount: 0,
    optionStart: new Int32Array(MAX_OPTIONS),
    optionEnd: new Int32Array(MAX_OPTIONS),
    optionCount: 0,
    stemEnd: 0,
    counts: new Float64Array(COUNT_SIZE),
    length: 0,
  };
}

/** Reads `text` into `scan`, and returns it. */
export function scanText(text: string, scan: TextScan): TextScan {
  const length = Math.min(text.length, MAX_CHARACTERS);
  const { counts, words, parts, stems } = scan;
  counts.fill(0);
  scan.length = length;
  scan.optionCount = 0;
  scan.stemEnd = length;
  let [hash, kind, wordCount, part, size, stem] = [FNV_START, 0, 0, 0, 0, 0];
  let lineStart = true;
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (lineStart && isOption(text, at, code)) {
      openOption(scan, at);
      part = 1;
      at += 1;
      lineStart = false;
      continue;
    }
    lineStart = code === 10;
    if (lineStart) closeOption(scan, at);
    const next = code < 128 ? (KIND[code] ?? 0) : 1;
    const count = code < 128 ? (COUNT_OF[code] ?? 255) : COUNTS.foreign;
    if (count !== 255) counts[count] = (counts[count] ?? 0) + 1;
    if (kind !== 0 && next !== kind && wordCount < MAX_WORDS) {
      words[wordCount] = hash >>> 0;
      parts[wordCount] = part;
      stems[wordCount] = stem;
      wordCount += 1;
      if (kind === 2) counts[COUNTS.numbers] = (counts[COUNTS.numbers] ?? 0) + 1;
    }
    if (next === 0 && code > 32 && wordCount < MAX_WORDS) {
      words[wordCount] = code;
      parts[wordCount] = part;
      stems[wordCount] = 0;
      wordCount += 1;
    }
    if (next !== kind) {
      hash = FNV_START;
      size = 0;
      stem = 0;
    }
    // Numbers keep how many digits they have, not which.
    if (next !== 0) hash = Math.imul(hash ^ (next === 2 ? 48 : code >= 65 && code <= 90 ? code + 32 : code), FNV_PRIME);
    size += 1;
    if (size === STEM_LENGTH) stem = hash >>> 0;
    kind = next;
  }
  if (kind !== 0 && wordCount < MAX_WORDS) {
    words[wordCount] = hash >>> 0;
    parts[wordCount] = part;
    stems[wordCount] = stem;
    wordCount += 1;
  }
  closeOption(scan, length);
  scan.wordCount = wordCount;
  return scan;
}

/** "B. …" or "B) …" at the start of a line. */
function isOption(text: string, at: number, code: number): boolean {
  if (code < 65 || code > 74) return false;
  const mark = text.charCodeAt(at + 1);
  return (mark === 46 || mark === 41) && text.charCodeAt(at + 2) === 32;
}

function openOption(scan: TextScan, at: number): void {
  if (scan.optionCount === 0) scan.stemEnd = at;
  if (scan.optionCount === MAX_OPTIONS) return;
  scan.optionStart[scan.optionCount] = at + 3;
  scan.optionEnd[scan.optionCount] = -1;
  scan.optionCount += 1;
}

function closeOption(scan: TextScan, at: number): void {
  const last = scan.optionCount - 1;
  if (last >= 0 && scan.optionEnd[last] === -1) scan.optionEnd[last] = Math.max(at, scan.optionStart[last] ?? at);
}
