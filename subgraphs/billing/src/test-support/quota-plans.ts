import { newId, type TenantId } from '@switchyard/kernel/ids';
import type pg from 'pg';

export type Quota = {
  readonly meter: string;
  readonly limit: string;
  readonly period?: 'MINUTE' | 'DAY' | 'BILLING_PERIOD';
  readonly enforcement?: 'HARD' | 'SOFT';
  readonly per?: 'TENANT' | 'API_KEY' | 'END_USER';
};

/** Puts a tenant on a plan of its own with these quotas; every unit of a priced meter costs 0.01. */
export async function putOnPlan(
  admin: pg.Client,
  tenantId: TenantId,
  quotas: readonly Quota[],
  priced: readonly string[] = [],
): Promise<void> {
  const plan = newId();
  const prices = priced.map((meter) => ({
    meter,
    model: 'PER_UNIT',
    tiers: [{ upTo: null, unitAmount: '0.01', flatAmount: '0' }],
    includedQuantity: '0',
  }));
  const rules = quotas.map((quota) => ({ period: 'BILLING_PERIOD', enforcement: 'HARD', per: 'TENANT', ...quota }));
  await admin.query(
    `insert into billing.plan (id, code, version, name, currency, base_fee, prices, quotas, published_at)
     values ($1::uuid, $1::uuid::text, 1, 'Of one tenant', 'USD', 0, $2, $3, now())`,
    [plan, JSON.stringify(prices), JSON.stringify(rules)],
  );
  await admin.query(
    `insert into billing.billing_account (tenant_id, plan_id, created_at) values ($1, $2, now())
         on conflict (tenant_id) do update set plan_id = excluded.plan_id`,
    [tenantId, plan],
  );
}
