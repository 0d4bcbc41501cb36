import type { Terms } from './text-terms.ts';
import { TERM_BUCKETS } from './text-terms.ts';

/** Naive Bayes over the terms: what a text is about, and how well each head does on that. */
export type Subjects = {
  readonly names: readonly string[];
  /** buckets × names, in steps of `step` log-odds. */
  readonly weights: Int8Array;
  readonly step: number;
  readonly priors: Float32Array;
  /** names × heads: share of right answers. */
  readonly rates: Float32Array;
};

/** Subjects that are told apart at most. */
export const MAX_SUBJECTS = 250;
/** Terms of one text are far from independent: all of them together count like EVIDENCE · √n. */
const EVIDENCE = 2;

/**
 * Writes, from `base` on: each head's expected rate, how sure the likeliest subject is, how far last and first differ, and how
 * likely each subject is.
 */
export type SubjectReader = (terms: Terms, values: Float32Array, base: number) => void;

/**
 * Only the terms that say something have a row, of one byte above −128 for each subject, four in a 32-bit number: few and short
 * enough to stay in the processor's cache, which is where the time went. Added up they are two to a number, in halves of 16
 * bits, which BATCH rows do not overflow; eight subjects at a time over all rows of a text, so that the sums stay in registers.
 */
const BATCH = 256;
const BIAS = 128;
const AT_A_TIME = 8;
const EVEN_BYTES = 0x00ff00ff;

export function createSubjectReader(subjects: Subjects | null, heads: number): SubjectReader {
  if (subjects === null) return (_, values, base) => values.fill(0, base, base + heads + 2);
  const size = subjects.names.length;
  const room = AT_A_TIME * Math.ceil(size / AT_A_TIME);
  const { rows, startOf } = packedRows(subjects, size, room / 4);
  const starts = new Int32Array(BATCH);
  const scores = new Float64Array(room);
  return ({ buckets, count }, values, base) => {
    scores.fill(0);
    let told = 0;
    let gathered = 0;
    for (let at = 0; at < count; at += 1) {
      const start = startOf[buckets[at] as number] as number;
      if (start === 0) continue;
      starts[gathered] = start;
      gathered += 1;
      told += 1;
      if (gathered < BATCH) continue;
      addRows(rows, starts, gathered, scores);
      gathered = 0;
    }
    addRows(rows, starts, gathered, scores);
    const scale = (subjects.step * EVIDENCE) / Math.sqrt(Math.max(1, count));
    for (let subject = 0; subject < size; subject += 1) {
      scores[subject] = (subjects.priors[subject] as number) + scale * ((scores[subject] as number) - BIAS * told);
    }
    writeRates(subjects.rates, scores, { size, heads }, values, base);
  };
}

function addRows(rows: Int32Array, starts: Int32Array, count: number, scores: Float64Array): void {
  for (let subject = 0; subject < scores.length; subject += AT_A_TIME) {
    let even = 0;
    let odd = 0;
    let laterEven = 0;
    let laterOdd = 0;
    for (let at = 0; at < count; at += 1) {
      const cell = (starts[at] as number) + (subject >> 2);
      const four = rows[cell] as number;
      const later = rows[cell + 1] as number;
      even = (even + (four & EVEN_BYTES)) | 0;
      odd = (odd + ((four >>> 8) & EVEN_BYTES)) | 0;
      laterEven = (laterEven + (later & EVEN_BYTES)) | 0;
      laterOdd = (laterOdd + ((later >>> 8) & EVEN_BYTES)) | 0;
    }
    addHalves(scores, subject, even);
    addHalves(scores, subject + 1, odd);
    addHalves(scores, subject + 4, laterEven);
    addHalves(scores, subject + 5, laterOdd);
  }
}

function addHalves(scores: Float64Array, at: number, sum: number): void {
  scores[at] = (scores[at] as number) + (sum & 0xffff);
  scores[at + 2] = (scores[at + 2] as number) + (sum >>> 16);
}

/** Where each bucket's row begins; 0 for those that have none. */
function packedRows(
  { weights }: Subjects,
  size: number,
  width: number,
): { readonly rows: Int32Array; readonly startOf: Int32Array } {
  const startOf = new Int32Array(TERM_BUCKETS);
  let end = width;
  for (let bucket = 0; bucket < TERM_BUCKETS; bucket += 1) {
    if (weights.subarray(bucket * size, (bucket + 1) * size).every((weight) => weight === 0)) continue;
    startOf[bucket] = end;
    end += width;
  }
  const rows = new Int32Array(end);
  startOf.forEach((start, bucket) => {
    if (start === 0) return;
    for (let subject = 0; subject < size; subject += 1) {
      const cell = start + (subject >> 2);
      rows[cell] = (rows[cell] as number) | (((weights[bucket * size + subject] as number) + BIAS) << (8 * (subject & 3)));
    }
  });
  return { rows, startOf };
}

function writeRates(
  rates: Float32Array,
  scores: Float64Array,
  { size, heads }: { readonly size: number; readonly heads: number },
  values: Float32Array,
  base: number,
): void {
  let top = Number.NEGATIVE_INFINITY;
  for (let subject = 0; subject < size; subject += 1) top = Math.max(top, scores[subject] as number);
  values.fill(0, base, base + heads);
  let sum = 0;
  for (let subject = 0; subject < size; subject += 1) {
    const mass = Math.exp((scores[subject] as number) - top);
    sum += mass;
    values[base + heads + 2 + subject] = mass;
    for (let head = 0; head < heads; head += 1) {
      values[base + head] = (values[base + head] as number) + mass * (rates[subject * heads + head] as number);
    }
  }
  for (let head = 0; head < heads; head += 1) values[base + head] = (values[base + head] as number) / sum;
  for (let subject = 0; subject < size; subject += 1) {
    const at = base + heads + 2 + subject;
    values[at] = (values[at] as number) / sum;
  }
  values[base + heads] = 1 / sum;
  values[base + heads + 1] = (values[base + heads - 1] as number) - (values[base] as number);
}
