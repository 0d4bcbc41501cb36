import type { Tx } from '@switchyard/database/database';
import { Decimal } from '@switchyard/kernel/decimal';
import { type Granularity, type Piece, pieces, type Rollup, type TimeRange } from '../domain/time-range.ts';
import type { UsageSnapshot } from '../domain/usage-snapshot.ts';
import { EFFECTIVE } from './usage-standings.ts';

/** Totals are read from counters and rollups, and records only where those do not reach: the two ends of a range, of less than a minute. */

/**
 * $1 sources, $2 from, $3 to: of each piece what its rollup holds, or the records. For MAX and UNIQUE a record that was taken
 * back does not count; for UNIQUE a part is a value, because values of two pieces may be the same.
 */
const PARTS = `
  piece as (select * from unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) as piece (source, from_at, to_at)),
  part as (
    select rollup.meter, rollup.at, rollup.quantity, null as value, meter.aggregation
      from piece
      join billing.usage_rollup as rollup
        on rollup.granularity = piece.source and rollup.at >= piece.from_at and rollup.at < piece.to_at
      join billing.meter as meter on meter.code = rollup.meter and meter.aggregation <> 'UNIQUE'
     union all
    select counted.meter, counted.at, 1, counted.value, 'UNIQUE'
      from piece
      join billing.usage_value as counted
        on counted.span = piece.source and counted.at >= piece.from_at and counted.at < piece.to_at and counted.records > 0
     union all
    select record.meter, record.occurred_at, record.quantity,
           case when meter.aggregation = 'UNIQUE' then record.dimensions ->> meter.unique_by end, meter.aggregation
      from piece
      join billing.usage_record as record
        on piece.source = 'RECORDS' and record.occurred_at >= piece.from_at and record.occurred_at < piece.to_at
      join billing.meter as meter on meter.code = record.meter
     where meter.aggregation in ('SUM', 'COUNT') or (${EFFECTIVE}))`;

/** What a group of parts comes to. */
const TOTAL = `case aggregation when 'MAX' then max(quantity) when 'UNIQUE' then count(distinct value)::numeric else sum(quantity) end`;

function partsOf(cut: readonly Piece[]): unknown[] {
  return [cut.map((piece) => piece.source), cut.map((piece) => piece.from), cut.map((piece) => piece.to)];
}

export type UsageBucket = { readonly at: Date; readonly meter: string; readonly quantity: Decimal };

/** Totals by bucket, oldest first; the first and the last bucket hold only what lies in the range. A bucket without usage is absent. */
export async function usageByBucket(
  tx: Tx,
  asked: { readonly range: TimeRange; readonly granularity: Granularity; readonly meter: string | null },
): Promise<readonly UsageBucket[]> {
  const coarsest: Rollup = asked.granularity === 'MONTH' ? 'DAY' : asked.granularity;
  const rows = await tx.query<{ atMs: number; meter: string; quantity: string }>(
    `with ${PARTS}
     select (extract(epoch from date_trunc($4, at, 'UTC')) * 1000)::float8 as "atMs", meter, ${TOTAL} as quantity
       from part
      where $5::text is null or meter = $5
      group by 1, 2, aggregation
      order by 1, 2`,
    [...partsOf(pieces(asked.range, coarsest)), asked.granularity.toLowerCase(), asked.meter],
  );
  return rows.map(({ atMs, meter, quantity }) => ({ at: new Date(atMs), meter, quantity: new Decimal(quantity) }));
}

/** The number of each meter's last record in a period. */
export async function lastRecords(tx: Tx, periodStart: Date): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.query<{ meter: string; records: string }>(
    'select meter, records from billing.usage_counter where period_start = $1',
    [periodStart],
  );
  return new Map(rows.map(({ meter, records }) => [meter, Number(records)]));
}

/** What a snapshot's records add up to, by meter; a meter whose last record does not exist is absent. */
export async function quantitiesOf(tx: Tx, snapshot: UsageSnapshot): Promise<ReadonlyMap<string, Decimal>> {
  const rows = snapshot.until === null ? await totalsAt(tx, snapshot) : await totalsUntil(tx, snapshot, snapshot.until);
  return new Map(rows.map(({ meter, quantity }) => [meter, new Decimal(quantity)]));
}

type MeterTotal = { meter: string; quantity: string };

/** One row per meter, by index, of however many records: each record knows what it brought its meter to. */
async function totalsAt(tx: Tx, { periodStart, upTo }: UsageSnapshot): Promise<MeterTotal[]> {
  return await tx.query<MeterTotal>(
    `select record.meter, record.running_total as quantity
       from unnest($2::text[], $3::bigint[]) as last (meter, seq)
       join billing.usage_record as record
         on record.meter = last.meter and record.period_start = $1 and record.seq = last.seq`,
    [periodStart, [...upTo.keys()], [...upTo.values()]],
  );
}

/**
 * Rollups hold what came after the snapshot too, which is therefore taken off again; in one statement, so that both parts see
 * the same records. What a MAX or UNIQUE meter stood at cannot be told from there: its records are looked at.
 */
async function totalsUntil(tx: Tx, { periodStart, upTo }: UsageSnapshot, until: Date): Promise<MeterTotal[]> {
  return await tx.query<MeterTotal>(
    `with ${PARTS}, last as (
       select last.meter, last.seq, meter.aggregation, meter.unique_by
         from unnest($5::text[], $6::bigint[]) as last (meter, seq)
         join billing.usage_counter as counter on counter.meter = last.meter and counter.period_start = $4 and counter.records >= last.seq
         join billing.meter as meter on meter.code = last.meter),
     later as (
       select record.meter, -record.quantity as quantity
         from last join billing.usage_record as record
           on record.meter = last.meter and record.period_start = $4 and record.seq > last.seq and record.occurred_at < $7
        where last.aggregation in ('SUM', 'COUNT')),
     looked_at as (
       select last.meter, last.aggregation, record.quantity, record.dimensions ->> last.unique_by as value
         from last join billing.usage_record as record
           on record.meter = last.meter and record.period_start = $4 and record.seq <= last.seq and record.occurred_at < $7
        where last.aggregation in ('MAX', 'UNIQUE') and record.reverses is null
          and not exists (select from billing.usage_record as reversal
                           where reversal.tenant_id = record.tenant_id and reversal.reverses = record.id and reversal.seq <= last.seq))
     select last.meter, sum(moved.quantity) as quantity
       from last join (select meter, quantity from part where aggregation in ('SUM', 'COUNT')
                        union all select meter, quantity from later) as moved using (meter)
      group by last.meter having sum(moved.quantity) <> 0
      union all
     select meter, ${TOTAL} as quantity from looked_at group by meter, aggregation`,
    [...partsOf(pieces({ from: periodStart, to: until }, 'DAY')), periodStart, [...upTo.keys()], [...upTo.values()], until],
  );
}
