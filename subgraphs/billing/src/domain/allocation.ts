import { type Decimal, ZERO } from '@switchyard/kernel/decimal';
import type { UsageRecordId } from '@switchyard/kernel/ids';
import { Aggregator, type Counting, type Standing, standingAt } from './aggregation.ts';
import { type PlanSchedule, stretchAt } from './stretch.ts';
import type { Usage } from './usage.ts';

/** Usage, and the start of the stretch (stretch.ts) in which it happened: that of its period, or of the plan within it. */
export type PlacedUsage = Usage & { readonly periodStart: Date };

/** What one meter of one tenant has come to in one stretch, and by how many records. */
export type Counter = {
  readonly tenantId: string;
  readonly meter: string;
  readonly periodStart: Date;
  readonly quantity: Decimal;
  readonly records: number;
};

/** A usage record in its place: number `seq` of its counter, which it brought to `runningTotal`. */
export type UsageRecord = PlacedUsage & {
  readonly id: UsageRecordId;
  readonly recordedAt: Date;
  readonly seq: number;
  /** By how much it moved the total: its quantity for SUM and COUNT; for MAX and UNIQUE what it added, often 0. */
  readonly counted: Decimal;
  readonly runningTotal: Decimal;
};

/** What the world adds to usage that is recorded now. */
export type Recording = {
  readonly recordedAt: Date;
  readonly newId: () => UsageRecordId;
  /** By code; a meter that is not there adds up. */
  readonly meters: ReadonlyMap<string, Counting>;
  /** By {@link counterKey}: what MAX and UNIQUE meters have to know of their records. */
  readonly standings: ReadonlyMap<string, Standing>;
};

const ADDS_UP: Counting = { aggregation: 'SUM', uniqueBy: null };

export type Allocation = { readonly records: readonly UsageRecord[]; readonly counters: readonly Counter[] };

/** Late usage goes where it belongs: into the stretch in which it happened. @param schedules of all the usage's tenants. */
export function placed(usage: readonly Usage[], schedules: ReadonlyMap<string, PlanSchedule>): readonly PlacedUsage[] {
  return usage.map((each) => {
    const schedule = schedules.get(each.tenantId) ?? { firstPlanId: '', changes: [] };
    return { ...each, periodStart: stretchAt(schedule, each.occurredAt).start };
  });
}

/** Names a counter: of which tenant, meter and stretch. */
export function counterKey(of: Pick<Counter, 'tenantId' | 'meter' | 'periodStart'>): string {
  return `${of.tenantId} ${of.meter} ${of.periodStart.toISOString()}`;
}

/** The counters that a batch of usage moves. */
export function countersMoved(usage: readonly PlacedUsage[]): readonly Counter[] {
  const moved = usage.map(({ tenantId, meter, periodStart }) => {
    return { tenantId, meter, periodStart, quantity: ZERO, records: 0 };
  });
  return [...new Map(moved.map((counter) => [counterKey(counter), counter])).values()];
}

/**
 * Gives each usage its place behind what its counter already holds, in the order given.
 * @param counters as they stand, locked; one that is missing stands at zero.
 */
export function allocate(counters: readonly Counter[], usage: readonly PlacedUsage[], recording: Recording): Allocation {
  const { recordedAt, newId, meters, standings } = recording;
  const moved = new Map([...countersMoved(usage), ...counters].map((counter) => [counterKey(counter), counter]));
  const aggregators = new Map<string, Aggregator>();
  const records = usage.map((each): UsageRecord => {
    const { periodStart } = each;
    const key = counterKey(each);
    const before = moved.get(key);
    const total = before?.quantity ?? ZERO;
    const aggregator =
      aggregators.get(key) ?? new Aggregator(meters.get(each.meter) ?? ADDS_UP, standings.get(key) ?? standingAt(total));
    aggregators.set(key, aggregator);
    const counted = aggregator.move(each);
    const seq = (before?.records ?? 0) + 1;
    const runningTotal = total.plus(counted);
    moved.set(key, { tenantId: each.tenantId, meter: each.meter, periodStart, quantity: runningTotal, records: seq });
    return { ...each, id: newId(), recordedAt, periodStart, seq, counted, runningTotal };
  });
  return { records, counters: [...moved.values()] };
}
