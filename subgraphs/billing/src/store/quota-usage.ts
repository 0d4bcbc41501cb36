import type { Tx } from '@switchyard/database/database';
import { Decimal, formatDecimal } from '@switchyard/kernel/decimal';
import { type QuotaPeriod, windowAt } from '../domain/quota.ts';

/** What one API key or end user has used. */
export type SubjectUsage = {
  readonly tenantId: string;
  readonly subject: string;
  readonly meter: string;
  readonly quantity: Decimal;
  readonly at: Date;
};

const PERIODS: readonly QuotaPeriod[] = ['MINUTE', 'DAY', 'BILLING_PERIOD'];

/** Adds to the windows of the key or end user, in the transaction that records the usage. */
export async function addSubjectUsage(tx: Tx, usage: readonly SubjectUsage[]): Promise<void> {
  type Sum = SubjectUsage & { readonly period: QuotaPeriod };
  const sums = new Map<string, Sum>();
  for (const each of usage) {
    for (const period of PERIODS) {
      const at = windowAt(period, each.at).start;
      const key = JSON.stringify([each.tenantId, each.subject, each.meter, period, at.getTime()]);
      sums.set(key, { ...each, period, at, quantity: each.quantity.plus(sums.get(key)?.quantity ?? new Decimal(0)) });
    }
  }
  if (sums.size === 0) return;
  const rows = [...sums.values()];
  await tx.query(
    `insert into billing.quota_usage (tenant_id, subject, meter, period, window_start, quantity)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::numeric[])
         on conflict (tenant_id, subject, meter, period, window_start) do update set quantity = quota_usage.quantity + excluded.quantity`,
    [
      rows.map((row) => row.tenantId),
      rows.map((row) => row.subject),
      rows.map((row) => row.meter),
      rows.map((row) => row.period),
      rows.map((row) => row.at),
      rows.map((row) => formatDecimal(row.quantity)),
    ],
  );
}
