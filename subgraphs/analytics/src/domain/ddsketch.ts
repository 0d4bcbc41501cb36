/**
 * DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees",
 * VLDB 2019): a value is counted in the bucket (γ^(i-1), γ^i] and given back as the bucket's middle, so that every quantile
 * is within a fixed share of the true one. A sketch is nothing but counts per bucket: merging adds, correcting subtracts,
 * both exactly and in any order, which is why sketches are stored as rows of counts that SQL can sum.
 */

/** The largest relative error of a quantile. */
export const RELATIVE_ERROR = 0.01;

/** Buckets are sized a little under the promise, so that rounding in the logarithm never spends more than it. */
const BUCKET_ERROR = 0.0099;
const GAMMA = (1 + BUCKET_ERROR) / (1 - BUCKET_ERROR);
const LOG_GAMMA = Math.log(GAMMA);

/** Values below this are counted as zero: a nanosecond, where values are milliseconds. */
const SMALLEST = 1e-6;
const ZERO_BUCKET = -32_768;

/** Counts per bucket. */
export type Sketch = ReadonlyMap<number, number>;

/**
 * The bucket of a value that is not negative. All values from 1e-6 to 1e12 share about 2,100 buckets, so that a sketch
 * is bounded without ever collapsing buckets.
 * @throws RangeError for a negative value or one that is not finite.
 */
export function bucketOf(value: number): number {
  if (!Number.isFinite(value) || value < 0) throw new RangeError(`a sketch holds finite values from 0 on, not ${value}`);
  return value < SMALLEST ? ZERO_BUCKET : Math.ceil(Math.log(value) / LOG_GAMMA);
}

/** The value that stands for a bucket: within RELATIVE_ERROR of every value in it. */
export function middleOf(bucket: number): number {
  return bucket === ZERO_BUCKET ? 0 : (2 * Math.exp(bucket * LOG_GAMMA)) / (GAMMA + 1);
}

export function sketchOf(values: Iterable<number>): Sketch {
  const counts = new Map<number, number>();
  for (const value of values) addCount(counts, bucketOf(value), 1);
  return counts;
}

export function mergeSketches(a: Sketch, b: Sketch): Sketch {
  const counts = new Map(a);
  for (const [bucket, count] of b) addCount(counts, bucket, count);
  return counts;
}

/** The value at rank ⌊q · (n − 1)⌋ of the n values in order, 0 ≤ q ≤ 1; null of no values. */
export function quantile(sketch: Sketch, q: number): number | null {
  const buckets = [...sketch].sort(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return null;
  const rank = Math.floor(q * (total - 1));
  let seen = 0;
  for (const [bucket, count] of buckets) {
    seen += count;
    if (seen > rank) return middleOf(bucket);
  }
  return null;
}

function addCount(counts: Map<number, number>, bucket: number, count: number): void {
  const sum = (counts.get(bucket) ?? 0) + count;
  if (sum === 0) counts.delete(bucket);
  else counts.set(bucket, sum);
}
