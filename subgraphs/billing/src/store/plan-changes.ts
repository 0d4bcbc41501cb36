import type { Tx } from '@switchyard/database/database';
import type { TenantId } from '@switchyard/kernel/ids';
import type { PlanId } from '../domain/plan.ts';
import type { PlanChange, PlanSchedule } from '../domain/stretch.ts';
import { defaultPlanId } from './plans.ts';

/** Which plan holds when, of each tenant; one that billing has not heard of is on the plan that it will start on. */
export async function schedulesOf(tx: Tx, tenantIds: readonly TenantId[]): Promise<ReadonlyMap<TenantId, PlanSchedule>> {
  const ids = [...new Set(tenantIds)];
  const rows = await tx.query<Row>(
    `select account.tenant_id as "tenantId", account.plan_id as "firstPlanId", change.plan_id as "planId",
            (extract(epoch from change.starts_at) * 1000)::float8 as "startsMs"
       from billing.billing_account as account left join billing.plan_change as change using (tenant_id)
      where account.tenant_id = any($1::uuid[]) order by change.starts_at`,
    [ids],
  );
  const byTenant = Map.groupBy(rows, (row) => row.tenantId);
  const fallback = ids.every((id) => byTenant.has(id)) ? '' : await defaultPlanId(tx);
  return new Map(ids.map((id) => [id, scheduleFrom(byTenant.get(id) ?? [], fallback)]));
}

type Row = { tenantId: TenantId; firstPlanId: PlanId; planId: PlanId | null; startsMs: number | null };

function scheduleFrom(rows: readonly Row[], fallback: PlanId): PlanSchedule {
  const changes = rows.flatMap(({ planId, startsMs }): PlanChange[] =>
    planId === null || startsMs === null ? [] : [{ startsAt: new Date(startsMs), planId }],
  );
  return { firstPlanId: rows[0]?.firstPlanId ?? fallback, changes };
}

export async function scheduleOf(tx: Tx, tenantId: TenantId): Promise<PlanSchedule> {
  const schedule = (await schedulesOf(tx, [tenantId])).get(tenantId);
  if (schedule === undefined) throw new Error(`no schedule of tenant ${tenantId}`);
  return schedule;
}

/** From `change.startsAt` on, in the place of whatever was planned from then on. Needs the account's lock. */
export async function saveChange(tx: Tx, tenantId: TenantId, change: PlanChange, now: Date): Promise<void> {
  await tx.query('delete from billing.plan_change where tenant_id = $1 and starts_at >= $2', [tenantId, change.startsAt]);
  await tx.query('insert into billing.plan_change (tenant_id, starts_at, plan_id, created_at) values ($1, $2, $3, $4)', [
    tenantId,
    change.startsAt,
    change.planId,
    now,
  ]);
}

/** When the tenant's last usage occurred; clocks of others may be ahead. */
export async function lastOccurrence(tx: Tx, tenantId: TenantId): Promise<Date | null> {
  const [row] = await tx.query<{ ms: number | null }>(
    'select (extract(epoch from max(occurred_at)) * 1000)::float8 as ms from billing.usage_record where tenant_id = $1',
    [tenantId],
  );
  return row?.ms == null ? null : new Date(row.ms);
}
