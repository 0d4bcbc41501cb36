/** Coarsest last. */
export const GRANULARITIES = ['MINUTE', 'HOUR', 'DAY', 'MONTH'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** Half-open, in milliseconds since 1970: [from, to). */
export type Range = { readonly from: number; readonly to: number };

/** A part of a range that consists of whole buckets of one granularity. */
export type Piece = Range & { readonly granularity: Granularity };

const WIDTH_MS = { MINUTE: 60_000, HOUR: 3_600_000, DAY: 86_400_000 } as const;

/** Start of the bucket that holds `at`, in UTC. */
export function bucketStart(granularity: Granularity, at: number): number {
  if (granularity !== 'MONTH') return Math.floor(at / WIDTH_MS[granularity]) * WIDTH_MS[granularity];
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

/** Start of the bucket after the one that holds `at`. */
export function nextBucket(granularity: Granularity, at: number): number {
  const start = bucketStart(granularity, at);
  if (granularity !== 'MONTH') return start + WIDTH_MS[granularity];
  const date = new Date(start);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

/**
 * Buckets of this granularity that start earlier are closed: they have rows of their own, folded from the finer ones when the
 * tenant's newest event had left them behind, and corrected since by what came late. What is open is in finer rows alone, so
 * that an event costs one row and not four. Minutes are always written.
 */
export function closedBefore(granularity: Granularity, newestEvent: number | null): number {
  if (granularity === 'MINUTE') return Number.POSITIVE_INFINITY;
  return newestEvent === null ? Number.NEGATIVE_INFINITY : bucketStart(granularity, newestEvent);
}

/** The range widened to whole minutes. */
export function wholeMinutes(range: Range): Range {
  return { from: bucketStart('MINUTE', range.from), to: ceiling('MINUTE', range.to) };
}

/** How many buckets of a granularity the range touches. */
export function countBuckets(granularity: Granularity, range: Range): number {
  if (granularity !== 'MONTH') {
    return (ceiling(granularity, range.to) - bucketStart(granularity, range.from)) / WIDTH_MS[granularity];
  }
  const [first, last] = [new Date(range.from), new Date(range.to - 1)];
  return (last.getUTCFullYear() - first.getUTCFullYear()) * 12 + last.getUTCMonth() - first.getUTCMonth() + 1;
}

/** Starts of the buckets that the range touches, in order; the first may start before the range. */
export function buckets(granularity: Granularity, range: Range): number[] {
  const starts: number[] = [];
  for (let at = bucketStart(granularity, range.from); at < range.to; at = nextBucket(granularity, at)) starts.push(at);
  return starts;
}

/**
 * Cuts a range of whole minutes into the fewest whole buckets, none coarser than `coarsest`: at most seven pieces, in order.
 * A year is then read from twelve rows of months rather than half a million of minutes.
 */
export function pieces(range: Range, coarsest: Granularity): Piece[] {
  if (range.from >= range.to) return [];
  const finer = GRANULARITIES[GRANULARITIES.indexOf(coarsest) - 1];
  if (finer === undefined) return [{ granularity: coarsest, ...range }];
  const from = ceiling(coarsest, range.from);
  const to = bucketStart(coarsest, range.to);
  if (from >= to) return pieces(range, finer);
  return [
    ...pieces({ from: range.from, to: from }, finer),
    { granularity: coarsest, from, to },
    ...pieces({ from: to, to: range.to }, finer),
  ];
}

function ceiling(granularity: Granularity, at: number): number {
  const start = bucketStart(granularity, at);
  return start === at ? at : nextBucket(granularity, at);
}
