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
  /** Which part is being read. */
  part: number;
  /** Start and end of each option's text. */
  readonly optionStart: Int32Array;
  readonly optionEnd: Int32Array;
  optionCount: number;
  /** Where the question ends, and the options (if any) begin. */
  stemEnd: number;
  /** Counts over the whole text, by COUNTS. */
  readonly counts: Int32Array;
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

/** The count that each ASCII character adds to; NOTHING for what is not counted. */
const NOTHING = COUNT_SIZE;
const COUNT_OF = new Uint8Array(128).fill(NOTHING);
for (let code = 97; code <= 122; code += 1) {
  COUNT_OF[code] = COUNTS.letters;
  COUNT_OF[code - 32] = COUNTS.upper;
}
for (let code = 48; code <= 57; code += 1) COUNT_OF[code] = COUNTS.digits;
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

/** What a character of each count belongs to: a word (1), a number (2), or neither (0). */
const KIND_OF = new Uint8Array(COUNT_SIZE + 1);
KIND_OF[COUNTS.letters] = 1;
KIND_OF[COUNTS.upper] = 1;
KIND_OF[COUNTS.foreign] = 1;
KIND_OF[COUNTS.digits] = 2;

export function createScan(): TextScan {
  return {
    words: new Uint32Array(MAX_WORDS),
    parts: new Uint8Array(MAX_WORDS),
    stems: new Uint32Array(MAX_WORDS),
    wordCount: 0,
    part: 0,
    optionStart: new Int32Array(MAX_OPTIONS),
    optionEnd: new Int32Array(MAX_OPTIONS),
    optionCount: 0,
    stemEnd: 0,
    counts: new Int32Array(COUNT_SIZE + 1),
    length: 0,
  };
}

/** Reads `text` into `scan`, and returns it. */
export function scanText(text: string, scan: TextScan): TextScan {
  const length = Math.min(text.length, MAX_CHARACTERS);
  const { counts } = scan;
  counts.fill(0);
  scan.wordCount = 0;
  scan.length = length;
  scan.optionCount = 0;
  scan.stemEnd = length;
  scan.part = 0;
  let lineStart = true;
  for (let at = 0; at < length; ) {
    const code = text.charCodeAt(at);
    if (lineStart && isOption(text, at, code)) {
      openOption(scan, at);
      scan.part = 1;
      at += 2;
      lineStart = false;
      continue;
    }
    lineStart = code === 10;
    const count = countOf(code);
    if (KIND_OF[count] !== 0) {
      at = readRun(text, at, scan);
      continue;
    }
    counts[count] = (counts[count] as number) + 1;
    if (lineStart) closeOption(scan, at);
    if (code > 32) putWord(scan, code, 0);
    at += 1;
  }
  closeOption(scan, length);
  return scan;
}

function countOf(code: number): number {
  return code < 128 ? (COUNT_OF[code] as number) : COUNTS.foreign;
}

/** Reads the letters, or the digits, that stand together from `from` on. Returns where they end. */
function readRun(text: string, from: number, scan: TextScan): number {
  const { counts, length } = scan;
  const kind = KIND_OF[countOf(text.charCodeAt(from))] as number;
  let hash = FNV_START;
  let stem = 0;
  let at = from;
  for (; at < length; at += 1) {
    const code = text.charCodeAt(at);
    const count = countOf(code);
    if (KIND_OF[count] !== kind) break;
    counts[count] = (counts[count] as number) + 1;
    // Numbers keep how many digits they have, not which.
    hash = Math.imul(hash ^ (kind === 2 ? 48 : count === COUNTS.upper ? code + 32 : code), FNV_PRIME);
    if (at === from + STEM_LENGTH - 1) stem = hash >>> 0;
  }
  if (kind === 2) counts[COUNTS.numbers] = (counts[COUNTS.numbers] as number) + 1;
  putWord(scan, hash >>> 0, stem);
  return at;
}

function putWord(scan: TextScan, word: number, stem: number): void {
  const at = scan.wordCount;
  if (at === MAX_WORDS) return;
  scan.words[at] = word;
  scan.stems[at] = stem;
  scan.parts[at] = scan.part;
  scan.wordCount = at + 1;
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
