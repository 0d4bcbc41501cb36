import type { TenantId } from '@switchyard/kernel/ids';
import type { Contribution } from './contributions.ts';
import { bucketOf } from './ddsketch.ts';
import {
  addTo,
  DISTRIBUTIONS,
  type Dimensions,
  type Distribution,
  isNothing,
  type Measures,
  type MeasuresSum,
  NONE,
  NOTHING,
} from './measures.ts';
import { bucketStart, GRANULARITIES, type Granularity } from './time-range.ts';

/** Which row of the rollups a change belongs to. */
type Place = {
  readonly tenantId: TenantId;
  readonly granularity: Granularity;
  readonly at: number;
  readonly dimensions: Dimensions;
};

/** By how much one row of the rollups changes. */
export type RollupChange = Place & { readonly measures: Measures };

/** By how much one bucket of a sketch changes. */
export type BucketChange = Place & { readonly distribution: Distribution; readonly bucket: number; readonly count: number };

/**
 * Adds up what a batch of events changes, so that each row is written once. A subject that is corrected gives its old
 * contributions with sign −1 and its new ones with +1: whole numbers and exact decimals make that leave no trace.
 */
export type Tally = {
  add(tenantId: TenantId, contribution: Contribution, sign: 1 | -1): void;
  /**
   * Of minutes, and of those coarser buckets that start before `closed`; without those that came to nothing.
   */
  rollups(closed: Closed): RollupChange[];
  buckets(closed: Closed): BucketChange[];
};

/** Up to where a tenant's buckets of a granularity have rows of their own (see time-range.ts). */
export type Closed = (tenantId: TenantId, granularity: Granularity) => number;

/** What lies under one tenant and one key of the dimensions, by minute. */
type Line = {
  readonly tenantId: TenantId;
  readonly dimensions: Dimensions;
  readonly sums: Map<number, MeasuresSum>;
  readonly counts: { readonly [Name in Distribution]: Map<number, Map<number, number>> };
};

/** Only the latency of episodes is drawn by dimension; one sketch a tenant and time is enough for the other. */
const IS_GROUPED: Readonly<Record<Distribution, boolean>> = { LATENCY: true, ROUTER_LATENCY: false };
const UNGROUPED: Dimensions = { useCase: NONE, tier: NONE, model: NONE, arm: NONE, tool: NONE };

export function createTally(): Tally {
  const lines = new Map<string, Line>();
  return {
    add(tenantId, { at, dimensions, measures, samples }, sign) {
      const line = lineOf(lines, tenantId, dimensions);
      const minute = bucketStart('MINUTE', at);
      addTo(sumAt(line.sums, minute), measures, sign);
      for (const distribution of DISTRIBUTIONS) {
        const sample = samples[distribution];
        if (sample === undefined) continue;
        const { counts } = IS_GROUPED[distribution] ? line : lineOf(lines, tenantId, UNGROUPED);
        addCount(counts[distribution], { at: minute, bucket: bucketOf(sample), count: sign });
      }
    },
    rollups(closed) {
      return atEveryGranularity(lines, ({ sums, ...line }, granularity) => {
        const folded = foldSums(sums, granularity, closed(line.tenantId, granularity));
        return [...folded]
          .filter(([, measures]) => !isNothing(measures))
          .map(([at, measures]) => ({ tenantId: line.tenantId, dimensions: line.dimensions, granularity, at, measures }));
      });
    },
    buckets(closed) {
      return atEveryGranularity(lines, ({ tenantId, dimensions, counts }, granularity) =>
        DISTRIBUTIONS.flatMap((distribution) =>
          [...foldCounts(counts[distribution], granularity, closed(tenantId, granularity))].flatMap(([at, ofBuckets]) =>
            [...ofBuckets]
              .filter(([, count]) => count !== 0)
              .map(([bucket, count]) => ({ tenantId, dimensions, granularity, at, distribution, bucket, count })),
          ),
        ),
      );
    },
  };
}

function atEveryGranularity<Change>(
  lines: ReadonlyMap<string, Line>,
  changesOf: (line: Line, granularity: Granularity) => Change[],
): Change[] {
  return [...lines.values()].flatMap((line) => GRANULARITIES.flatMap((granularity) => changesOf(line, granularity)));
}

function lineOf(lines: Map<string, Line>, tenantId: TenantId, dimensions: Dimensions): Line {
  const { useCase, tier, model, arm, tool } = dimensions;
  const key = JSON.stringify([tenantId, useCase, tier, model, arm, tool]);
  const known = lines.get(key);
  if (known !== undefined) return known;
  const line: Line = { tenantId, dimensions, sums: new Map(), counts: { LATENCY: new Map(), ROUTER_LATENCY: new Map() } };
  lines.set(key, line);
  return line;
}

function foldSums(
  minutes: ReadonlyMap<number, Measures>,
  granularity: Granularity,
  closed: number,
): ReadonlyMap<number, Measures> {
  if (granularity === 'MINUTE') return minutes;
  const folded = new Map<number, MeasuresSum>();
  for (const [at, measures] of minutes) {
    const start = bucketStart(granularity, at);
    if (start < closed) addTo(sumAt(folded, start), measures);
  }
  return folded;
}

function foldCounts(
  minutes: Line['counts'][Distribution],
  granularity: Granularity,
  closed: number,
): Line['counts'][Distribution] {
  if (granularity === 'MINUTE') return minutes;
  const folded: Line['counts'][Distribution] = new Map();
  for (const [at, ofBuckets] of minutes) {
    const start = bucketStart(granularity, at);
    if (start >= closed) continue;
    for (const [bucket, count] of ofBuckets) addCount(folded, { at: start, bucket, count });
  }
  return folded;
}

function sumAt(sums: Map<number, MeasuresSum>, at: number): MeasuresSum {
  const known = sums.get(at);
  if (known !== undefined) return known;
  const sum: MeasuresSum = { ...NOTHING };
  sums.set(at, sum);
  return sum;
}

function addCount(
  counts: Line['counts'][Distribution],
  of: { readonly at: number; readonly bucket: number; readonly count: number },
) {
  const ofBuckets = counts.get(of.at) ?? new Map<number, number>();
  counts.set(of.at, ofBuckets.set(of.bucket, (ofBuckets.get(of.bucket) ?? 0) + of.count));
}
