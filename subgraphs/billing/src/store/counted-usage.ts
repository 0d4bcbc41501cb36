import type { Tx } from '@switchyard/database/database';
import { ZERO } from '@switchyard/kernel/decimal';
import type { TenantId } from '@switchyard/kernel/ids';
import type { Moved } from '../domain/invoice-lines.ts';
import type { UsageSnapshot } from '../domain/usage-snapshot.ts';
import { quantitiesOf } from './usage-totals.ts';

/** How far each meter of a stretch has come, and how far of that was invoiced, by the number of the last record. */
export type MeterPosition = {
  readonly stretchStart: Date;
  readonly meter: string;
  readonly records: number;
  readonly invoiced: number;
};

/** Of all stretches that begin before `end`: those from `from` on, and of earlier ones what was not invoiced yet. */
export async function meterPositions(
  tx: Tx,
  of: { tenantId: TenantId; from: Date; end: Date },
): Promise<readonly MeterPosition[]> {
  const rows = await tx.query<{ stretchMs: number; meter: string; records: string; invoiced: string }>(
    `select (extract(epoch from period_start) * 1000)::float8 as "stretchMs", meter, records, invoiced
       from billing.usage_counter
      where tenant_id = $1 and period_start < $3 and (period_start >= $2 or records > invoiced)
      order by period_start, meter`,
    [of.tenantId, of.from, of.end],
  );
  return rows.map(({ stretchMs, meter, records, invoiced }) => ({
    stretchStart: new Date(stretchMs),
    meter,
    records: Number(records),
    invoiced: Number(invoiced),
  }));
}

/** Where a tenant's usage begins; null: it has none. */
export async function firstStretch(tx: Tx, tenantId: TenantId): Promise<Date | null> {
  const [row] = await tx.query<{ ms: number | null }>(
    'select (extract(epoch from min(period_start)) * 1000)::float8 as ms from billing.usage_counter where tenant_id = $1',
    [tenantId],
  );
  return row?.ms == null ? null : new Date(row.ms);
}

/** What the snapshot's meters have come to before and with its records. */
export async function movedBy(tx: Tx, snapshot: UsageSnapshot): Promise<ReadonlyMap<string, Moved>> {
  const after = await quantitiesOf(tx, snapshot);
  const before = snapshot.after.size === 0 ? new Map() : await quantitiesOf(tx, { ...snapshot, upTo: snapshot.after });
  const { periodStart: stretchStart, until } = snapshot;
  return new Map(
    [...after].map(([meter, total]) => {
      const records = { meter, stretchStart, after: snapshot.after.get(meter) ?? 0, upTo: snapshot.upTo.get(meter) ?? 0, until };
      return [meter, { records, before: before.get(meter) ?? ZERO, after: total }];
    }),
  );
}

/** Notes that all records so far are in an invoice. Needs the account's lock. */
export async function markInvoiced(tx: Tx, of: { tenantId: TenantId; end: Date }): Promise<void> {
  await tx.query(
    'update billing.usage_counter set invoiced = records where tenant_id = $1 and period_start < $2 and invoiced < records',
    [of.tenantId, of.end],
  );
}
