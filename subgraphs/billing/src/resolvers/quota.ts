import { Decimal, formatDecimal } from '@switchyard/kernel/decimal';
import { moneyText } from '@switchyard/kernel/money';
import { requireTenant } from '@switchyard/kernel/request-context';
import {
  createNotificationEndpoint,
  deleteNotificationEndpoint,
  notificationEndpoints,
} from '../commands/notification-endpoints.ts';
import { quotaStatuses } from '../commands/quota-statuses.ts';
import { setBudget } from '../commands/set-budget.ts';
import type { QuotaStatus } from '../domain/quota.ts';
import { stretchAt } from '../domain/stretch.ts';
import type {
  BillingAccountResolvers,
  MutationResolvers,
  PlanResolvers,
  QueryResolvers,
  Resolvers,
  SubscriptionResolvers,
} from '../generated/resolvers.ts';
import { liveQuotas } from '../live-quotas.ts';
import { accountOf } from '../store/accounts.ts';
import { BudgetEntity } from '../store/quota-entities.ts';

export const planQuotaResolvers: Pick<PlanResolvers, 'quotas' | 'limits'> = {
  quotas: async ({ id }, _, { read, versions }) => [...(await read((tx) => versions.of(tx, id))).rules],
  limits: async ({ id }, _, { read, versions }) => (await read((tx) => versions.of(tx, id))).limits,
};

export const accountQuotaResolvers: Pick<BillingAccountResolvers, 'quotas' | 'budget'> = {
  quotas: async ({ tenantId }, _, { read, versions, clock, request }) => {
    const apiKeyId = request.credential.id;
    return [...(await read((tx) => quotaStatuses(tx, { versions, clock, tenantId, apiKeyId })))];
  },
  budget: async ({ tenantId }, _, { read, loaders, clock }) => {
    const budget = await read((tx) => tx.em.findOne(BudgetEntity, { tenantId }));
    const { planId } = stretchAt(await loaders.schedule.load(tenantId), clock.now());
    const plan = await loaders.plan.load(planId);
    if (budget === null || plan === null) return null;
    const amount = moneyText({ amount: new Decimal(budget.amount), currency: plan.currency });
    return { amount, enforcement: budget.enforcement };
  },
};

export const quotaResolvers: Pick<Resolvers, 'QuotaStatus' | 'QuotaRule' | 'NotificationEndpoint'> = {
  QuotaRule: { limit: ({ limit }) => formatDecimal(limit) },
  QuotaStatus: {
    limit: ({ limit }) => formatDecimal(limit),
    used: ({ used }) => formatDecimal(used),
    remaining: ({ remaining }) => formatDecimal(remaining),
    resetsAt: ({ resetsAt }) => resetsAt.toISOString(),
    crossed: ({ percent }) => percent,
  },
  NotificationEndpoint: { createdAt: ({ createdAt }) => createdAt.toISOString() },
};

export const quotaSubscription: Pick<SubscriptionResolvers, 'quotaCrossed'> = {
  quotaCrossed: {
    subscribe: (_root, _args, context) => {
      const tenantId = requireTenant(context.request, 'BILLING_READ');
      return liveQuotas({ ...context, tenantId, apiKeyId: context.request.credential.id });
    },
    resolve: (status: QuotaStatus) => status,
  },
};

export const quotaQueries: Pick<QueryResolvers, 'notificationEndpoints'> = {
  notificationEndpoints: async (_, __, { request, read }) => {
    requireTenant(request, 'BILLING_READ');
    return [...(await read(notificationEndpoints))];
  },
};

type Ours = 'setBudget' | 'createNotificationEndpoint' | 'deleteNotificationEndpoint';

export const quotaMutations: Pick<MutationResolvers, Ours> = {
  setBudget: async (_, { input }, { request, database, clock, quotas }) => {
    const tenantId = requireTenant(request, 'BILLING_WRITE');
    const { amount = null, enforcement } = input;
    return await database.tenant(tenantId, async (tx) => {
      await setBudget(tx, tenantId, { amount, enforcement: enforcement ?? 'HARD', at: clock.now() });
      tx.afterCommit(() => quotas.forget(tenantId));
      return await accountOf(tx, tenantId);
    });
  },
  createNotificationEndpoint: async (_, { input }, context) =>
    await createNotificationEndpoint(context, requireTenant(context.request, 'BILLING_WRITE'), input),
  deleteNotificationEndpoint: async (_, { id }, context) =>
    await deleteNotificationEndpoint(context, requireTenant(context.request, 'BILLING_WRITE'), id),
};
