import { type Counting, uniqueValueOf } from './aggregation.ts';
import type { UsageRecord } from './allocation.ts';
import { floorTo, ROLLUPS, type Rollup } from './time-range.ts';

/** Times that distinct values are kept by: the rollups', and the billing period. */
export type ValueSpan = Rollup | 'PERIOD';

/** How many records of a UNIQUE meter have one value in one time, less those that were taken back. */
export type ValueCount = {
  readonly tenantId: string;
  readonly meter: string;
  readonly span: ValueSpan;
  readonly at: Date;
  readonly value: string;
  readonly records: number;
};

export function valueKey({ tenantId, meter, span, at, value }: Omit<ValueCount, 'records'>): string {
  return JSON.stringify([tenantId, meter, span, at.getTime(), value]);
}

/** What these records change, by value and time: the number of records that come, less those that go. */
export function valuesMoved(
  records: readonly Omit<UsageRecord, 'id' | 'seq' | 'recordedAt' | 'counted' | 'runningTotal'>[],
  meters: ReadonlyMap<string, Counting>,
): readonly ValueCount[] {
  const moved = new Map<string, ValueCount>();
  for (const record of records) {
    const counting = meters.get(record.meter);
    if (counting?.aggregation !== 'UNIQUE') continue;
    const { tenantId, meter, occurredAt, periodStart } = record;
    const spans = Object.keys(ROLLUPS).map((level) => [level as Rollup, floorTo(occurredAt, level as Rollup)] as const);
    for (const [span, at] of [...spans, ['PERIOD', periodStart] as const]) {
      const of = { tenantId, meter, span, at, value: uniqueValueOf(record, counting) };
      const by = record.reverses === null ? 1 : -1;
      moved.set(valueKey(of), { ...of, records: (moved.get(valueKey(of))?.records ?? 0) + by });
    }
  }
  return [...moved.values()];
}
