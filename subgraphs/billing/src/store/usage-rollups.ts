import type { Tx } from '@switchyard/database/database';
import { Decimal, formatDecimal } from '@switchyard/kernel/decimal';
import type { Counting } from '../domain/aggregation.ts';
import type { UsageRecord } from '../domain/allocation.ts';
import { floorTo, ROLLUPS, type Rollup } from '../domain/time-range.ts';
import { type ValueCount, valueKey, valuesMoved } from '../domain/unique-values.ts';
import { EFFECTIVE } from './usage-standings.ts';

/** Rollups are moved in the transaction that adds the records, under the accounts' lock. */

type Bucket = { tenantId: string; granularity: Rollup; at: Date; meter: string; quantity: Decimal };

/**
 * @param records in the order of recording, all of them new and already inserted.
 * @param values how often each value that they bring was there before (store/usage-standings.ts).
 */
export async function addToRollups(
  tx: Tx,
  records: readonly UsageRecord[],
  meters: ReadonlyMap<string, Counting>,
  values: ReadonlyMap<string, number>,
): Promise<void> {
  const of = Map.groupBy(records, (record) => meters.get(record.meter)?.aggregation ?? 'SUM');
  const added = [...(of.get('SUM') ?? []), ...(of.get('COUNT') ?? [])];
  await move(
    tx,
    bucketsOf(added, (total, quantity) => total.plus(quantity)),
    'usage_rollup.quantity + excluded.quantity',
  );
  await moveMaxima(tx, of.get('MAX') ?? []);
  const moved = valuesMoved(of.get('UNIQUE') ?? [], meters);
  await keepValues(tx, moved);
  await move(tx, distinctMoved(moved, values), 'usage_rollup.quantity + excluded.quantity');
}

function bucketsOf(records: readonly UsageRecord[], fold: (total: Decimal, quantity: Decimal) => Decimal): Bucket[] {
  const buckets = new Map<string, Bucket>();
  for (const { tenantId, meter, occurredAt, quantity } of records) {
    for (const granularity of Object.keys(ROLLUPS) as Rollup[]) {
      const at = floorTo(occurredAt, granularity);
      const key = `${tenantId} ${meter} ${granularity} ${at.getTime()}`;
      const total = buckets.get(key)?.quantity;
      buckets.set(key, { tenantId, granularity, at, meter, quantity: total === undefined ? quantity : fold(total, quantity) });
    }
  }
  return [...buckets.values()];
}

async function move(tx: Tx, rows: readonly Bucket[], how: string): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into billing.usage_rollup (tenant_id, granularity, at, meter, quantity)
     select * from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::numeric[])
         on conflict (tenant_id, granularity, at, meter) do update set quantity = ${how}`,
    [
      rows.map((row) => row.tenantId),
      rows.map((row) => row.granularity),
      rows.map((row) => row.at),
      rows.map((row) => row.meter),
      rows.map((row) => formatDecimal(row.quantity)),
    ],
  );
}

/** A largest that was taken back leaves what the records of its buckets say; these few buckets are looked at anew. */
async function moveMaxima(tx: Tx, records: readonly UsageRecord[]): Promise<void> {
  const added = records.filter((record) => record.reverses === null);
  await move(
    tx,
    bucketsOf(added, (a, b) => Decimal.max(a, b)),
    'greatest(usage_rollup.quantity, excluded.quantity)',
  );
  const reversed = bucketsOf(
    records.filter((record) => record.reverses !== null),
    (a) => a,
  );
  if (reversed.length === 0) return;
  await tx.query(
    `update billing.usage_rollup as rollup
        set quantity = coalesce((
              select max(record.quantity) from billing.usage_record as record
               where record.tenant_id = rollup.tenant_id and record.meter = rollup.meter and ${EFFECTIVE}
                 and record.occurred_at >= rollup.at and record.occurred_at < rollup.at + moved.length), 0)
       from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::interval[]) as moved (tenant_id, granularity, at, meter, length)
      where (rollup.tenant_id, rollup.granularity, rollup.at, rollup.meter) = (moved.tenant_id, moved.granularity, moved.at, moved.meter)`,
    [
      reversed.map((row) => row.tenantId),
      reversed.map((row) => row.granularity),
      reversed.map((row) => row.at),
      reversed.map((row) => row.meter),
      reversed.map((row) => `${ROLLUPS[row.granularity]} milliseconds`),
    ],
  );
}

async function keepValues(tx: Tx, moved: readonly ValueCount[]): Promise<void> {
  if (moved.length === 0) return;
  await tx.query(
    `insert into billing.usage_value (tenant_id, meter, span, at, value, records)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::int[])
         on conflict (tenant_id, meter, span, at, value) do update set records = usage_value.records + excluded.records`,
    [
      moved.map((each) => each.tenantId),
      moved.map((each) => each.meter),
      moved.map((each) => each.span),
      moved.map((each) => each.at),
      moved.map((each) => each.value),
      moved.map((each) => each.records),
    ],
  );
}

/** A value that comes into a bucket, or goes from it, is one more or less there. */
function distinctMoved(moved: readonly ValueCount[], before: ReadonlyMap<string, number>): Bucket[] {
  const buckets = new Map<string, Bucket>();
  for (const each of moved) {
    const { tenantId, span, at, meter } = each;
    if (span === 'PERIOD') continue;
    const stood = before.get(valueKey(each)) ?? 0;
    const by = Number(stood + each.records > 0) - Number(stood > 0);
    const key = `${tenantId} ${meter} ${span} ${at.getTime()}`;
    const quantity = (buckets.get(key)?.quantity ?? new Decimal(0)).plus(by);
    buckets.set(key, { tenantId, granularity: span, at, meter, quantity });
  }
  return [...buckets.values()];
}
