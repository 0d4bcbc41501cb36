import { formatDecimal } from '@switchyard/kernel/decimal';
import { parseId, type TenantId } from '@switchyard/kernel/ids';
import { moneyText } from '@switchyard/kernel/money';
import { type Context, existing, requireReaderOrOperator } from '../context.ts';
import { billingPeriod } from '../domain/period.ts';
import type { Plan } from '../domain/plan.ts';
import { usable } from '../domain/pricing/adjustments.ts';
import { stretchAt } from '../domain/stretch.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { accountOf } from '../store/accounts.ts';
import { paymentMethodOf } from '../store/collections.ts';
import { creditBalance, grantsOf } from '../store/credits.ts';
import { invoicingOf } from '../store/invoicing.ts';
import { accountQuotaResolvers, planQuotaResolvers } from './quota.ts';

export const billingAccountResolvers: Pick<Resolvers, 'Tenant' | 'BillingAccount' | 'PlanMove' | 'CreditGrant' | 'Plan'> = {
  Tenant: {
    /** Another's account cannot be seen; one's own tenant is there before billing has heard of it. */
    __resolveReference: async ({ id }, { request, loaders }) => {
      const tenantId = parseId<TenantId>(id);
      if (tenantId === null) return null;
      const isReadable = request.tenantId === null || request.tenantId === tenantId;
      return isReadable || (await loaders.account.load(tenantId)) !== null ? { id: tenantId } : null;
    },
    billing: async ({ id }, _, { request, loaders, read }) => {
      requireReaderOrOperator(request);
      return (await loaders.account.load(id)) ?? (await read((tx) => accountOf(tx, id)));
    },
  },
  BillingAccount: {
    plan: async ({ tenantId }, _, context) => await planOf(tenantId, context),
    nextPlan: async ({ tenantId }, _, { loaders, clock }) => {
      const { changes } = await loaders.schedule.load(tenantId);
      return changes.find(({ startsAt }) => startsAt > clock.now()) ?? null;
    },
    creditBalance: async ({ tenantId }, _, context) => {
      const { currency } = await planOf(tenantId, context);
      const amount = await context.read((tx) => creditBalance(tx, { tenantId, currency, at: context.clock.now() }));
      return moneyText({ amount, currency });
    },
    credits: async ({ tenantId }, _, context) => {
      const { currency } = await planOf(tenantId, context);
      const grants = await context.read((tx) => grantsOf(tx, tenantId, currency));
      return usable(grants, context.clock.now()).map((grant) => ({ ...grant, currency }));
    },
    provider: async ({ tenantId }, _, { read }) => (await read((tx) => paymentMethodOf(tx, tenantId)))?.provider ?? null,
    paymentMethodAttached: async ({ tenantId }, _, { read }) => (await read((tx) => paymentMethodOf(tx, tenantId))) !== null,
    taxPercent: async ({ tenantId }, _, { read }) => formatDecimal((await read((tx) => invoicingOf(tx, tenantId))).taxPercent),
    ...accountQuotaResolvers,
    periodStart: (_, __, { clock }) => billingPeriod(clock.now()).start.toISOString(),
    periodEnd: (_, __, { clock }) => billingPeriod(clock.now()).end.toISOString(),
  },
  PlanMove: {
    plan: async ({ planId }, _, { loaders }) => existing(await loaders.plan.load(planId), 'plan'),
    at: ({ startsAt }) => startsAt.toISOString(),
  },
  CreditGrant: {
    remaining: ({ remaining: amount, currency }) => moneyText({ amount, currency }),
    expiresAt: ({ expiresAt }) => expiresAt?.toISOString() ?? null,
    grantedAt: ({ grantedAt }) => grantedAt.toISOString(),
  },
  Plan: {
    ...planQuotaResolvers,
    baseFee: ({ baseFee: amount, currency }) => moneyText({ amount, currency }),
  },
};

async function planOf(tenantId: TenantId, { loaders, clock }: Context): Promise<Plan> {
  const { planId } = stretchAt(await loaders.schedule.load(tenantId), clock.now());
  return existing(await loaders.plan.load(planId), 'plan');
}
