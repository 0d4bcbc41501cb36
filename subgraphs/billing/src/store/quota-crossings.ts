import type { Tx } from '@switchyard/database/database';
import { Decimal, formatDecimal } from '@switchyard/kernel/decimal';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { type QuotaStatus, windowAt } from '../domain/quota.ts';
import { QuotaCrossingEntity, type QuotaCrossingRow } from './quota-entities.ts';

/** A share of a limit that usage has reached in a window. */
export type Crossing = {
  readonly id: string;
  readonly status: QuotaStatus;
  readonly percent: number;
  readonly windowStart: Date;
};

export function crossingOf(status: QuotaStatus, percent: number, now: Date): Crossing {
  return { id: newId(), status, percent, windowStart: windowAt(status.period, now).start };
}

/** Those of the crossings that nobody was told of before; from now on, they are kept. */
export async function keepCrossings(
  tx: Tx,
  tenantId: TenantId,
  crossings: readonly Crossing[],
  at: Date,
): Promise<readonly Crossing[]> {
  if (crossings.length === 0) return [];
  const rows = await tx.query<{ id: string }>(
    `insert into billing.quota_crossing (id, tenant_id, meter, period, window_start, "limit", percent, used, enforcement, crossed_at)
     select id, $1, meter, period, window_start, "limit", percent, used, enforcement, $10
       from unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::numeric[], $7::int[], $8::numeric[], $9::text[])
            as new (id, meter, period, window_start, "limit", percent, used, enforcement)
         on conflict on constraint quota_crossing_once do nothing
     returning id`,
    [
      tenantId,
      crossings.map((each) => each.id),
      crossings.map(({ status }) => status.meter),
      crossings.map(({ status }) => status.period),
      crossings.map((each) => each.windowStart),
      crossings.map(({ status }) => formatDecimal(status.limit)),
      crossings.map((each) => each.percent),
      crossings.map(({ status }) => formatDecimal(status.used)),
      crossings.map(({ status }) => status.enforcement),
      at,
    ],
  );
  const kept = new Set(rows.map((row) => row.id));
  return crossings.filter(({ id }) => kept.has(id));
}

/** In the order in which they were made. @param after the last one that was seen. */
export async function crossingsAfter(tx: Tx, after: string): Promise<readonly QuotaCrossingRow[]> {
  return await tx.em.find(QuotaCrossingEntity, { id: { $gt: after } }, { orderBy: { id: 'asc' }, limit: 100 });
}

export async function lastCrossing(tx: Tx): Promise<string | null> {
  const [last] = await tx.em.find(QuotaCrossingEntity, {}, { orderBy: { id: 'desc' }, limit: 1 });
  return last?.id ?? null;
}

export function statusOfCrossing(row: QuotaCrossingRow): QuotaStatus {
  const [limit, used] = [new Decimal(row.limit), new Decimal(row.used)];
  const { meter, period, enforcement, percent } = row;
  const remaining = Decimal.max(limit.minus(used), 0);
  return {
    meter,
    period,
    per: 'TENANT',
    limit,
    used,
    remaining,
    resetsAt: windowAt(period, row.windowStart).end,
    enforcement,
    percent,
  };
}
