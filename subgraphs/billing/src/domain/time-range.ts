/** Granularities that totals are kept in, finest first, with their length in milliseconds. All begin at multiples of it in UTC. */
export const ROLLUPS = { MINUTE: 60_000, HOUR: 3_600_000, DAY: 86_400_000 } as const;
export type Rollup = keyof typeof ROLLUPS;

export type Granularity = Rollup | 'MONTH';

/** Half-open: [from, to). */
export type TimeRange = { readonly from: Date; readonly to: Date };

/** A part of a range, and what holds its totals: a rollup, or (RECORDS) the usage records themselves. */
export type Piece = TimeRange & { readonly source: Rollup | 'RECORDS' };

/**
 * Cuts a range into the fewest parts that rollups cover whole, in order and without gap or overlap: at most seven, and only
 * the two ends that are shorter than a minute have to be counted record by record.
 */
export function pieces({ from, to }: TimeRange, coarsest: Rollup): readonly Piece[] {
  if (from >= to) return [];
  const levels = (Object.keys(ROLLUPS) as Rollup[]).reverse();
  return cut({ from, to }, levels.slice(levels.indexOf(coarsest)));
}

function cut(range: TimeRange, levels: readonly Rollup[]): Piece[] {
  if (range.from >= range.to) return [];
  const [level, ...finer] = levels;
  if (level === undefined) return [{ ...range, source: 'RECORDS' }];
  const from = new Date(Math.ceil(range.from.getTime() / ROLLUPS[level]) * ROLLUPS[level]);
  const to = floorTo(range.to, level);
  if (from >= to) return cut(range, finer);
  return [...cut({ from: range.from, to: from }, finer), { from, to, source: level }, ...cut({ from: to, to: range.to }, finer)];
}

export function floorTo(at: Date, level: Rollup): Date {
  return new Date(Math.floor(at.getTime() / ROLLUPS[level]) * ROLLUPS[level]);
}

/** Buckets at most in one answer: a week of minutes, fourteen months of hours. */
export const MAX_BUCKETS = 10_080;

const MONTH_MS = 28 * ROLLUPS.DAY;

/** Whether a range can be shown in this granularity. */
export function fits({ from, to }: TimeRange, granularity: Granularity): boolean {
  const bucketMs = granularity === 'MONTH' ? MONTH_MS : ROLLUPS[granularity];
  return (to.getTime() - from.getTime()) / bucketMs <= MAX_BUCKETS;
}

/** The finest granularity that the range fits in. */
export function finestFor(range: TimeRange): Granularity {
  return (['MINUTE', 'HOUR', 'DAY'] as const).find((granularity) => fits(range, granularity)) ?? 'MONTH';
}
