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
