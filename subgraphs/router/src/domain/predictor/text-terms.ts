import type { TextScan } from './text-scan.ts';

/** Buckets that terms are hashed into. */
export const TERM_BITS = 16;
export const TERM_BUCKETS = 1 << TERM_BITS;
/** At most so many terms of a text count. */
const MAX_TERMS = 2_048;

/** Room for one text's terms, used again for the next one. */
export type Terms = {
  readonly buckets: Int32Array;
  count: number;
  /** One byte for each bucket; all 0 between texts. */
  readonly seen: Uint8Array;
};

export function createTerms(): Terms {
  return { buckets: new Int32Array(MAX_TERMS), count: 0, seen: new Uint8Array(TERM_BUCKETS) };
}

/** What each kind of term is salted with, so that kinds do not meet but by chance. */
const PAIR = 0x9e3779b1;
const OPTION = 0x85ebca6b;
const STEM = 0xc2b2ae35;
const OPENING = 0x27d4eb2f;
const CLOSING = 0x165667b1;
const OPENING_WORDS = 3;

/**
 * The text's terms, each once: words and marks, beginnings of words, pairs of neighbours, words within options, the first
 * words of the text and the last ones of each part.
 */
export function readTerms(scan: TextScan, terms: Terms): void {
  const { words, parts, stems, wordCount } = scan;
  terms.count = 0;
  let [before, partBefore] = [0, 0];
  for (let at = 0; at < wordCount; at += 1) {
    const word = words[at] ?? 0;
    const stem = stems[at] ?? 0;
    const part = parts[at] ?? 0;
    put(word, terms);
    if (stem !== 0) put(stem ^ STEM, terms);
    if (part === 1) put(word ^ OPTION, terms);
    if (at > 0) put(Math.imul(before, PAIR) ^ word, terms);
    if (at < OPENING_WORDS) put(word ^ Math.imul(at + 1, OPENING), terms);
    if (part !== partBefore) put(before ^ CLOSING, terms);
    before = word;
    partBefore = part;
  }
  const { buckets, count, seen } = terms;
  for (let at = 0; at < count; at += 1) seen[buckets[at] ?? 0] = 0;
}

function put(hash: number, terms: Terms): void {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  const bucket = (mixed ^ (mixed >>> 16)) & (TERM_BUCKETS - 1);
  if (terms.seen[bucket] === 1 || terms.count === MAX_TERMS) return;
  terms.seen[bucket] = 1;
  terms.buckets[terms.count] = bucket;
  terms.count += 1;
}
