import type { Tx } from '@switchyard/database/database';
import type { TenantId } from '@switchyard/kernel/ids';
import type { PlanId } from '../domain/plan.ts';
import { BillingAccountEntity } from './entities.ts';
import { defaultPlanId } from './plans.ts';

/** How a tenant is billed: the plan that it began on, and since when; null while it has no account yet. */
export type Account = { readonly tenantId: TenantId; readonly planId: PlanId; readonly createdAt: Date | null };

/** Makes the accounts that are missing, on the plan that new tenants start on. */
export async function openAccounts(tx: Tx, tenantIds: readonly TenantId[], at: Date): Promise<void> {
  if (tenantIds.length === 0) return;
  await tx.query(
    `insert into billing.billing_account (tenant_id, plan_id, created_at)
     select tenant_id, $2, $3 from unnest($1::uuid[]) as t (tenant_id) order by tenant_id
         on conflict do nothing`,
    [[...new Set(tenantIds)], await defaultPlanId(tx), at],
  );
}

/** Those of the tenants that have one, and may be seen. */
export async function accountsOf(tx: Tx, tenantIds: readonly TenantId[]): Promise<readonly Account[]> {
  return await tx.em.find(BillingAccountEntity, { tenantId: { $in: [...tenantIds] } });
}

/** A tenant that nothing has reached billing of yet is already on the plan that it will start on. */
export async function accountOf(tx: Tx, tenantId: TenantId): Promise<Account> {
  const [account] = await accountsOf(tx, [tenantId]);
  return account ?? { tenantId, planId: await defaultPlanId(tx), createdAt: null };
}

/** Accounts, by id, whose first period that was not closed ended before `current`; across tenants. */
export async function accountsDue(
  tx: Tx,
  { current, after, limit }: { readonly current: Date; readonly after: TenantId | null; readonly limit: number },
): Promise<readonly TenantId[]> {
  const rows = await tx.query<{ tenantId: TenantId }>(
    `select account.tenant_id as "tenantId"
       from billing.billing_account as account left join billing.invoicing as invoicing using (tenant_id)
      where coalesce(invoicing.closed_until, account.created_at) < $1 and ($2::uuid is null or tenant_id > $2)
      order by tenant_id limit $3`,
    [current, after, limit],
  );
  return rows.map(({ tenantId }) => tenantId);
}
