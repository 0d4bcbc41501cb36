import { setTimeout as wait } from 'node:timers/promises';
import type { Tx } from '@switchyard/database/database';
import { once } from '@switchyard/database/idempotency';
import { Decimal } from '@switchyard/kernel/decimal';
import { badInput, notFound } from '@switchyard/kernel/errors';
import { parseId, type TenantId } from '@switchyard/kernel/ids';
import { requireScope, requireTenant } from '@switchyard/kernel/request-context';
import { attachPaymentMethod } from '../commands/attach-payment-method.ts';
import { changePlan } from '../commands/change-plan.ts';
import { closePeriod } from '../commands/close-period.ts';
import { grantCredit, grantDiscount, setTaxPercent } from '../commands/grants.ts';
import { issueCreditNote } from '../commands/issue-credit-note.ts';
import { learnOfCharge } from '../commands/learn-of-charge.ts';
import { publishPlan } from '../commands/publish-plan.ts';
import { type Context, existing } from '../context.ts';
import type { Discount } from '../domain/pricing/adjustments.ts';
import type { GrantDiscountInput, MutationResolvers } from '../generated/resolvers.ts';
import type { BillingAccountMapper } from '../mappers.ts';
import { accountOf, accountsOf } from '../store/accounts.ts';
import { findInvoice } from '../store/invoices.ts';
import { planOf } from './plan-input.ts';

export const billingMutations: MutationResolvers = {
  changePlan: async (_, { input }, { request, database, clock, quotas }) => {
    const tenantId = requireTenant(request, 'BILLING_WRITE');
    requireText(input.planCode, 'planCode', 63);
    return await database.tenant(tenantId, async (tx) => {
      const change = { tenantId, planCode: input.planCode, when: input.when ?? 'PERIOD_END', now: clock.now() };
      await once(tx, { tenantId, operation: 'changePlan', key: input.idempotencyKey, input }, () => changePlan(tx, change));
      tx.afterCommit(() => quotas.forget(tenantId));
      return await accountOf(tx, tenantId);
    });
  },
  attachPaymentMethod: async (_, { input }, { request, database, clock, providers }) => {
    const tenantId = requireTenant(request, 'BILLING_WRITE');
    const { token } = input;
    requireText(token, 'token', 512);
    const asked = { tenantId, operation: 'attachPaymentMethod', key: input.idempotencyKey, input };
    return await database.tenant(tenantId, async (tx) => {
      const method = { tenantId, provider: input.provider, token, now: clock.now() };
      await once(tx, asked, () => attachPaymentMethod(tx, providers, method));
      return await accountOf(tx, tenantId);
    });
  },
  recordPayment: async (_, { input }, context) => {
    const { database, clock } = context;
    const tenantId = await knownTenant(context, input.tenantId);
    requireText(input.reference, 'reference', 255);
    const invoiceId = parseId(input.invoiceId);
    if (invoiceId === null) throw notFound('invoice', input.invoiceId);
    return await database.tenant(tenantId, async (tx) => {
      if ((await findInvoice(tx, tenantId, { id: invoiceId })) === null) throw notFound('invoice', input.invoiceId);
      const now = clock.now();
      const fact = { status: 'PAID' as const, reference: input.reference, failure: null, at: now };
      await learnOfCharge(tx, { tenantId, invoiceId, fact, now });
      return existing(await findInvoice(tx, tenantId, { id: invoiceId }), 'invoice');
    });
  },
  publishPlan: async (_, { input }, { request, database, clock }) => {
    requireScope(request, 'OPERATOR');
    return await database.crossTenant('operator', (tx) => publishPlan(tx, planOf(input), clock.now()));
  },
  grantCredit: async (_, { input }, context) =>
    await forTenant(context, { operation: 'grantCredit', input }, (tx, tenantId, now) => {
      requireText(input.reason, 'reason', 1000);
      return grantCredit(tx, {
        tenantId,
        now,
        amount: new Decimal(input.amount),
        reason: input.reason,
        expiresAt: input.expiresAt == null ? null : new Date(input.expiresAt),
      });
    }),
  grantDiscount: async (_, { input }, context) =>
    await forTenant(context, { operation: 'grantDiscount', input }, (tx, tenantId, now) => {
      requireText(input.code, 'code', 64);
      if (input.periods != null && input.periods < 1) throw badInput('`periods` is 1 or more.', 'periods');
      return grantDiscount(tx, { tenantId, now, code: input.code, discount: discountOf(input), periods: input.periods ?? null });
    }),
  setTax: async (_, { input }, context) =>
    await forTenant(context, { operation: 'setTax', input }, (tx, tenantId, now) => {
      const taxPercent = new Decimal(input.taxPercent);
      if (taxPercent.lt(0) || taxPercent.gt(100)) throw badInput('`taxPercent` is 0 to 100.', 'taxPercent');
      return setTaxPercent(tx, { tenantId, now, taxPercent });
    }),
  closeBillingPeriod: async (_, { input }, context) => {
    const { database, clock } = context;
    const tenantId = await knownTenant(context, input.tenantId);
    const periodEnd = new Date(input.periodEnd);
    return await database.tenant(tenantId, async (tx) => {
      const asked = { tenantId, operation: 'closeBillingPeriod', key: input.idempotencyKey, input };
      const { id } = await once(tx, asked, async () => ({
        id: (await closePeriod(tx, { tenantId, periodEnd, now: clock.now() })).id,
      }));
      return existing(await findInvoice(tx, tenantId, { id }), 'invoice');
    });
  },
  issueCreditNote: async (_, { input }, context) => {
    const { database, clock } = context;
    const tenantId = await knownTenant(context, input.tenantId);
    requireText(input.reason, 'reason', 1000);
    const invoiceId = parseId(input.invoiceId);
    if (invoiceId === null) throw notFound('invoice', input.invoiceId);
    return await database.tenant(tenantId, async (tx) => {
      const note = {
        tenantId,
        invoiceId,
        amount: new Decimal(input.amount),
        reason: input.reason,
        refund: input.refund ?? false,
        now: clock.now(),
      };
      const asked = { tenantId, operation: 'issueCreditNote', key: input.idempotencyKey, input };
      await once(tx, asked, async () => ({ id: (await issueCreditNote(tx, note)).id }));
      return existing(await findInvoice(tx, tenantId, { id: invoiceId }), 'invoice');
    });
  },
};

function requireText(text: string, argument: string, longest: number): void {
  if (text.trim() === '' || text.length > longest)
    throw badInput(`\`${argument}\` must have 1 to ${longest} characters.`, argument);
}

type OperatorInput = { readonly tenantId: string; readonly idempotencyKey?: string | null };

/** What the operator does to one tenant's account: in a transaction that sees that tenant alone. */
async function forTenant(
  context: Context,
  { operation, input }: { readonly operation: string; readonly input: OperatorInput },
  work: (tx: Tx, tenantId: TenantId, now: Date) => Promise<void>,
): Promise<BillingAccountMapper> {
  const tenantId = await knownTenant(context, input.tenantId);
  return await context.database.tenant(tenantId, async (tx) => {
    const asked = { tenantId, operation, key: input.idempotencyKey, input };
    await once(tx, asked, () => work(tx, tenantId, context.clock.now()));
    return await accountOf(tx, tenantId);
  });
}

const HEARD_WITHIN_MS = 5_000;
const ASKED_EVERY_MS = 250;

/** A tenant that was made a moment ago is on its way here: it is waited for as long as the log may lag. @throws PlatformError NOT_FOUND */
async function knownTenant({ request, database }: Context, id: string): Promise<TenantId> {
  requireScope(request, 'OPERATOR');
  const tenantId = parseId<TenantId>(id);
  if (tenantId === null) throw notFound('tenant', id);
  for (let waited = 0; waited <= HEARD_WITHIN_MS; waited += ASKED_EVERY_MS) {
    const accounts = await database.tenant(tenantId, (tx) => accountsOf(tx, [tenantId]));
    if (accounts.length > 0) return tenantId;
    await wait(ASKED_EVERY_MS);
  }
  throw notFound('tenant', id);
}

function discountOf({ percentOff, amountOff }: GrantDiscountInput): Discount {
  const percent = percentOff == null ? null : new Decimal(percentOff);
  const amount = amountOff == null ? null : new Decimal(amountOff);
  if (percent !== null && amount === null && percent.gt(0) && percent.lte(100)) return { percentOff: percent };
  if (amount !== null && percent === null && amount.gt(0)) return { amountOff: amount };
  throw badInput('Give `percentOff` (above 0, up to 100) or `amountOff` (above 0), not both.', 'percentOff');
}
