import type { Tx } from '@switchyard/database/database';
import type { Decimal } from '@switchyard/kernel/decimal';
import { badInput, PlatformError } from '@switchyard/kernel/errors';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { minorDigits } from '../domain/currency.ts';
import { billingPeriod } from '../domain/period.ts';
import type { Discount } from '../domain/pricing/adjustments.ts';
import { stretchAt } from '../domain/stretch.ts';
import { openAccounts } from '../store/accounts.ts';
import { addGrant } from '../store/credits.ts';
import { DiscountEntity } from '../store/invoice-entities.ts';
import { addDiscount, invoicingOf, saveInvoicing } from '../store/invoicing.ts';
import { scheduleOf } from '../store/plan-changes.ts';
import { plansById } from '../store/plans.ts';
import { lockAccounts } from '../store/usage-ledger.ts';

type Asked = { readonly tenantId: TenantId; readonly now: Date };

/** Adds to a tenant's prepaid credit, in the currency of its plan. @throws PlatformError BAD_USER_INPUT for an amount or expiry that makes no sense. */
export async function grantCredit(
  tx: Tx,
  asked: Asked & { readonly amount: Decimal; readonly reason: string; readonly expiresAt: Date | null },
): Promise<void> {
  const { tenantId, now, amount, reason, expiresAt } = asked;
  await own(tx, asked);
  const currency = await currencyAt(tx, tenantId, now);
  if (amount.lte(0)) throw badInput('`amount` must be above 0.', 'amount');
  if (amount.decimalPlaces() > minorDigits(currency))
    throw badInput(`\`amount\` has more digits than ${currency} can be paid with.`, 'amount');
  if (expiresAt !== null && expiresAt <= now) throw badInput('`expiresAt` must lie in the future.', 'expiresAt');
  await addGrant(tx, { id: newId(), tenantId, amount, currency, reason, expiresAt, grantedAt: now });
}

/** A coupon for so many periods, the running one first; null: for good. @throws PlatformError CONFLICT for a code that the tenant has had. */
export async function grantDiscount(
  tx: Tx,
  asked: Asked & { readonly code: string; readonly discount: Discount; readonly periods: number | null },
): Promise<void> {
  const { tenantId, now, code, discount, periods } = asked;
  await own(tx, asked);
  if ((await tx.em.findOne(DiscountEntity, { tenantId, code })) !== null) {
    throw new PlatformError('CONFLICT', { publicMessage: `The tenant has had the discount ${code.slice(0, 64)} already.` });
  }
  const startsAt = billingPeriod(now).start;
  const endsAt = periods === null ? null : new Date(Date.UTC(startsAt.getUTCFullYear(), startsAt.getUTCMonth() + periods, 1));
  await addDiscount(tx, {
    id: newId(),
    tenantId,
    code,
    percentOff: 'percentOff' in discount ? discount.percentOff.toFixed() : null,
    amountOff: 'amountOff' in discount ? discount.amountOff.toFixed() : null,
    startsAt,
    endsAt,
    createdAt: now,
  });
}

/** From the next invoice on. */
export async function setTaxPercent(tx: Tx, asked: Asked & { readonly taxPercent: Decimal }): Promise<void> {
  await own(tx, asked);
  await saveInvoicing(tx, asked.tenantId, { ...(await invoicingOf(tx, asked.tenantId)), taxPercent: asked.taxPercent });
}

async function own(tx: Tx, { tenantId, now }: Asked): Promise<void> {
  await openAccounts(tx, [tenantId], now);
  await lockAccounts(tx, [tenantId]);
}

/** Of the plan that holds at `at`. */
export async function currencyAt(tx: Tx, tenantId: TenantId, at: Date): Promise<string> {
  const [plan] = await plansById(tx, [stretchAt(await scheduleOf(tx, tenantId), at).planId]);
  if (plan === undefined) throw new Error(`tenant ${tenantId} is on a plan that is not there`);
  return plan.currency;
}
