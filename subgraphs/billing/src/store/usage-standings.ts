import type { Tx } from '@switchyard/database/database';
import { Decimal } from '@switchyard/kernel/decimal';
import type { Counting, Standing } from '../domain/aggregation.ts';
import { counterKey, type PlacedUsage } from '../domain/allocation.ts';
import { valueKey, valuesMoved } from '../domain/unique-values.ts';

/** Of `record`: neither taken back, nor what takes another one back. */
export const EFFECTIVE = `record.reverses is null and not exists (
  select from billing.usage_record as reversal where reversal.tenant_id = record.tenant_id and reversal.reverses = record.id)`;

export type Standings = {
  /** By {@link counterKey}, for the meters whose next total depends on more than the last. */
  readonly standings: ReadonlyMap<string, Standing>;
  /** By {@link valueKey}, how many records have each value that comes up. */
  readonly values: ReadonlyMap<string, number>;
};

type Found = { largest: readonly Decimal[]; readonly values: Map<string, number> };

/** What new usage of MAX and UNIQUE meters comes upon. Needs the accounts' lock. */
export async function standingsFor(
  tx: Tx,
  placed: readonly PlacedUsage[],
  meters: ReadonlyMap<string, Counting>,
): Promise<Standings> {
  const values = await valuesBefore(tx, placed, meters);
  const standings = await largestBefore(tx, placed, meters);
  for (const moved of valuesMoved(placed, meters)) {
    if (moved.span !== 'PERIOD') continue;
    const key = counterKey({ ...moved, periodStart: moved.at });
    const standing = standings.get(key) ?? { largest: [], values: new Map() };
    standings.set(key, standing);
    standing.values.set(moved.value, values.get(valueKey(moved)) ?? 0);
  }
  return { standings, values };
}

async function valuesBefore(
  tx: Tx,
  placed: readonly PlacedUsage[],
  meters: ReadonlyMap<string, Counting>,
): Promise<ReadonlyMap<string, number>> {
  const wanted = valuesMoved(placed, meters);
  if (wanted.length === 0) return new Map();
  const rows = await tx.query<{ nr: number; records: number }>(
    `select wanted.nr::int, counted.records
       from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[])
            with ordinality as wanted (tenant_id, meter, span, at, value, nr)
       join billing.usage_value as counted using (tenant_id, meter, span, at, value)`,
    [
      wanted.map((each) => each.tenantId),
      wanted.map((each) => each.meter),
      wanted.map((each) => each.span),
      wanted.map((each) => each.at),
      wanted.map((each) => each.value),
    ],
  );
  return new Map(
    rows.flatMap(({ nr, records }) => {
      const of = wanted[nr - 1];
      return of === undefined ? [] : [[valueKey(of), records] as const];
    }),
  );
}

/** Only where a largest may be taken back: then one more than can go, which is enough to know what is left. */
async function largestBefore(
  tx: Tx,
  placed: readonly PlacedUsage[],
  meters: ReadonlyMap<string, Counting>,
): Promise<Map<string, Found>> {
  const reversals = placed.filter((each) => each.reverses !== null && meters.get(each.meter)?.aggregation === 'MAX');
  const standings = new Map<string, Found>();
  for (const [key, group] of Map.groupBy(reversals, counterKey)) {
    const [first] = group;
    if (first === undefined) continue;
    const rows = await tx.query<{ quantity: string }>(
      `select record.quantity from billing.usage_record as record
        where record.tenant_id = $1 and record.meter = $2 and record.period_start = $3 and ${EFFECTIVE}
        order by record.quantity desc limit $4`,
      [first.tenantId, first.meter, first.periodStart, group.length + 1],
    );
    standings.set(key, { largest: rows.map((row) => new Decimal(row.quantity)), values: new Map() });
  }
  return standings;
}
