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
 * Weights are added two at a time, in the halves of a 32-bit number: 8 bits above −128 each, so that BATCH of them fit 16.
 * Only the terms that say something have a row: few enough to stay in the processor's cache, which is where the time went.
 */
const BATCH = 256;
const BIAS = 128;

export function createSubjectReader(subjects: Subjects | null, heads: number): SubjectReader {
  if (subjects === null) return (_, values, base) => values.fill(0, base, base + heads + 2);
  const size = subjects.names.length;
  const halves = (size + 1) >> 1;
  const { pairs, rowOf } = paired(subjects, size, halves);
  const sums = new Int32Array(halves);
  const scores = new Float64Array(2 * halves);
  return ({ buckets, count }, values, base) => {
    scores.fill(0);
    let told = 0;
    for (let from = 0; from < count; from += BATCH) {
      sums.fill(0);
      let batch = 0;
      const to = Math.min(count, from + BATCH);
      for (let at = from; at < to; at += 1) {
        const row = rowOf[buckets[at] as number] as number;
        if (row === 0) continue;
        batch += 1;
        for (let pair = 0, cell = row * halves; pair < halves; pair += 1, cell += 1) {
          sums[pair] = (sums[pair] as number) + (pairs[cell] as number);
        }
      }
      told += batch;
      for (let pair = 0; pair < halves; pair += 1) {
        const sum = sums[pair] as number;
        scores[2 * pair] = (scores[2 * pair] as number) + (sum & 0xffff);
        scores[2 * pair + 1] = (scores[2 * pair + 1] as number) + (sum >>> 16);
      }
    }
    const scale = (subjects.step * EVIDENCE) / Math.sqrt(Math.max(1, count));
    for (let subject = 0; subject < size; subject += 1) {
      scores[subject] = (subjects.priors[subject] as number) + scale * ((scores[subject] as number) - BIAS * told);
    }
    writeRates(subjects.rates, scores, { size, heads }, values, base);
  };
}

/** Row 0 is nobody's. */
function paired({ weights }: Subjects, size: number, halves: number): { readonly pairs: Int32Array; readonly rowOf: Int32Array } {
  const rowOf = new Int32Array(TERM_BUCKETS);
  let rows = 1;
  for (let bucket = 0; bucket < TERM_BUCKETS; bucket += 1) {
    if (weights.subarray(bucket * size, (bucket + 1) * size).every((weight) => weight === 0)) continue;
    rowOf[bucket] = rows;
    rows += 1;
  }
  const pairs = new Int32Array(rows * halves);
  rowOf.forEach((row, bucket) => {
    if (row === 0) return;
    for (let subject = 0; subject < size; subject += 1) {
      const cell = row * halves + (subject >> 1);
      pairs[cell] = (pairs[cell] as number) + (((weights[bucket * size + subject] as number) + BIAS) << (16 * (subject & 1)));
    }
  });
  return { pairs, rowOf };
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
