import { parseId, type TenantId } from '@switchyard/kernel/ids';
import { moneyText } from '@switchyard/kernel/money';
import { existing, requireReaderOrOperator } from '../context.ts';
import { billingPeriod } from '../domain/period.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { accountOf } from '../store/accounts.ts';

export const billingAccountResolvers: Pick<Resolvers, 'Tenant' | 'BillingAccount' | 'Plan'> = {
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
    plan: async ({ planId }, _, { loaders }) => existing(await loaders.plan.load(planId), 'plan'),
    periodStart: (_, __, { clock }) => billingPeriod(clock.now()).start.toISOString(),
    periodEnd: (_, __, { clock }) => billingPeriod(clock.now()).end.toISOString(),
  },
  Plan: {
    baseFee: ({ baseFee: amount, currency }) => moneyText({ amount, currency }),
  },
};
