import { requireTenant } from '@switchyard/kernel/request-context';
import { endCanaryByHand } from '../commands/end-canary.ts';
import { startCanary } from '../commands/start-canary.ts';
import { ownerOf } from '../commands/update-policy.ts';
import type { Context } from '../context.ts';
import type { CanaryResolvers, CanaryStatsResolvers, MutationResolvers } from '../generated/resolvers.ts';
import { canaryById, canaryStats } from '../store/canaries.ts';
import type { CanaryRow } from '../store/entities.ts';
import { policyInForce, policyOfVersion } from '../store/policies.ts';
import { moneyOf } from './money.ts';
import { policyInputOf } from './routing-policy.ts';

export const Canary: CanaryResolvers = {
  __resolveReference: async ({ id }, { read }) => await read((tx) => canaryById(tx, id)),
  candidate: async ({ tenantId, candidateVersion }, _args, context) =>
    await context.database.tenant(tenantId, async (tx) => {
      const owner = ownerOf(context, tenantId);
      return (await policyOfVersion(tx, owner, candidateVersion)) ?? (await policyInForce(tx, owner));
    }),
  stable: async (canary, _args, context) => (await statsOf(canary, context)).stable,
  canary: async (canary, _args, context) => (await statsOf(canary, context)).canary,
  startedAt: ({ startedAt }) => startedAt.toISOString(),
  endedAt: ({ endedAt }) => endedAt?.toISOString() ?? null,
};

export const CanaryStats: CanaryStatsResolvers = {
  meanCost: ({ meanCost, currency }) => moneyOf(meanCost, currency),
};

export const canaryMutations: Pick<MutationResolvers, 'startCanary' | 'promoteCanary' | 'rollBackCanary'> = {
  startCanary: async (_root, { input }, context) =>
    await startCanary(context, requireTenant(context.request, 'ROUTER_WRITE'), {
      policy: policyInputOf(input.policy),
      share: input.share ?? 0.05,
      plannedRequests: input.plannedRequests ?? 400,
      idempotencyKey: input.idempotencyKey ?? null,
    }),
  promoteCanary: async (_root, { id }, context) =>
    await endCanaryByHand(context, requireTenant(context.request, 'ROUTER_WRITE'), { id, status: 'PROMOTED' }),
  rollBackCanary: async (_root, { id }, context) =>
    await endCanaryByHand(context, requireTenant(context.request, 'ROUTER_WRITE'), { id, status: 'ROLLED_BACK' }),
};

/** Both sides are one query: the second field to ask gets what the first one asked for. */
const asked = new WeakMap<CanaryRow, ReturnType<typeof readStats>>();

async function statsOf(canary: CanaryRow, context: Context): ReturnType<typeof readStats> {
  const stats = asked.get(canary) ?? readStats(canary, context);
  asked.set(canary, stats);
  return await stats;
}

async function readStats(canary: CanaryRow, context: Context) {
  const { currency } = ownerOf(context, canary.tenantId);
  const { stable, canary: own } = await context.database.tenant(canary.tenantId, (tx) => canaryStats(tx, canary));
  return { stable: { ...stable, currency }, canary: { ...own, currency } };
}
