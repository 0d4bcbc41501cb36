/**
 * A text's words folded into 64 bits (SimHash, Charikar 2002): the share of bits in which two texts differ is the angle
 * between their bags of words and word pairs. Two 32-bit halves, because JavaScript counts in those.
 */
export type Sketch = { readonly high: number; readonly low: number };

/** Words that are looked at: the beginning tells texts apart, and the time stays bounded. */
const MAX_WORDS = 256;
const MAX_CHARACTERS = 4_000;
/**
 * Texts count as similar up to this many differing bits of 64, a cosine of 0.7. Unrelated texts differ in 32 ± 4 bits, so
 * that one in 30,000 of them gets this close by chance.
 */
const SIMILAR_BITS = 16;

/** Words of every question say nothing about what it asks. */
const STOP_WORDS = new Set(
  'a an the and or of to in on at for from by with is are was were be been am do does did can could would will shall may i you he she it we they my your our their me us this that these those what which who when where how please hi hello thanks'.split(
    ' ',
  ),
);

export function sketchOf(content: string): Sketch {
  const words = wordsOf(content);
  const votes = new Int16Array(64);
  let previous = '';
  for (const word of words) {
    vote(votes, word);
    if (previous !== '') vote(votes, `${previous} ${word}`);
    previous = word;
  }
  let [high, low] = [0, 0];
  for (let bit = 0; bit < 32; bit += 1) {
    if ((votes[bit] ?? 0) > 0) high |= 1 << bit;
    if ((votes[32 + bit] ?? 0) > 0) low |= 1 << bit;
  }
  return { high, low };
}

/** 0..1: the cosine of the two bags of words as far as the sketches tell, and 0 below what counts as similar. */
export function similarity(a: Sketch, b: Sketch): number {
  const differing = bitsIn(a.high ^ b.high) + bitsIn(a.low ^ b.low);
  return differing > SIMILAR_BITS ? 0 : Math.cos((Math.PI * differing) / 64);
}

/** Lower case, digits made equal (order 17 is like order 99), without words that are in every text, unless nothing is left. */
function wordsOf(content: string): readonly string[] {
  const text = content.slice(0, MAX_CHARACTERS).toLowerCase().replace(/\d+/g, '0');
  const words = (text.match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, MAX_WORDS);
  const telling = words.filter((word) => !STOP_WORDS.has(word));
  if (telling.length > 0) return telling;
  return words.length > 0 ? words : [text];
}

function vote(votes: Int16Array, feature: string): void {
  const first = hash(feature, 0x811c9dc5);
  const second = hash(feature, 0x9747b28c);
  for (let bit = 0; bit < 32; bit += 1) {
    votes[bit] = (votes[bit] ?? 0) + ((first >>> bit) & 1) * 2 - 1;
    votes[32 + bit] = (votes[32 + bit] ?? 0) + ((second >>> bit) & 1) * 2 - 1;
  }
}

/** FNV-1a with the finishing steps of MurmurHash3, so that every bit depends on every character. */
function hash(text: string, seed: number): number {
  let value = seed;
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}

function bitsIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
