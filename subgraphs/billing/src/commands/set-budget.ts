import type { Tx } from '@switchyard/database/database';
import { formatDecimal, parseDecimal } from '@switchyard/kernel/decimal';
import { badInput } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import type { QuotaEnforcement } from '../domain/quota.ts';
import { BudgetEntity } from '../store/quota-entities.ts';

/** Sets what a tenant allows itself to spend in a billing period, or (null) takes that limit away. */
export async function setBudget(
  tx: Tx,
  tenantId: TenantId,
  { amount, enforcement, at }: { readonly amount: string | null; readonly enforcement: QuotaEnforcement; readonly at: Date },
): Promise<void> {
  if (amount === null) {
    await tx.em.nativeDelete(BudgetEntity, { tenantId });
    return;
  }
  const limit = parseDecimal(amount);
  if (limit === null || limit.isNegative()) throw badInput('`amount` must not be negative.', 'amount');
  if (limit.gte('1e18')) throw badInput('`amount` must be below 10^18.', 'amount');
  await tx.em.upsert(BudgetEntity, { tenantId, amount: formatDecimal(limit), enforcement, updatedAt: at });
}
