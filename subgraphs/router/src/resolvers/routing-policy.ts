import { formatDecimal } from '@switchyard/kernel/decimal';
import { requireTenant } from '@switchyard/kernel/request-context';
import { type PolicyInput, updatePolicy } from '../commands/update-policy.ts';
import { tiersOf } from '../domain/routing-policy.ts';
import type { MutationResolvers, RoutingPolicyResolvers, UpdateRoutingPolicyInput } from '../generated/resolvers.ts';

export const RoutingPolicy: RoutingPolicyResolvers = {
  errorCost: ({ errorCost, currency }) => ({ amount: formatDecimal(errorCost), currency }),
  tiers: (policy, _args, { ladder }) => [
    ...tiersOf(
      policy,
      ladder.map(({ name }) => name),
    ),
  ],
  maxCostPerRequest: ({ maxCostPerRequest, currency }) =>
    maxCostPerRequest === null ? null : { amount: formatDecimal(maxCostPerRequest), currency },
  updatedAt: ({ updatedAt }) => updatedAt.toISOString(),
};

export const policyMutations: Pick<MutationResolvers, 'updateRoutingPolicy'> = {
  updateRoutingPolicy: async (_root, { input }, context) =>
    await updatePolicy(context, requireTenant(context.request, 'ROUTER_WRITE'), policyInputOf(input)),
};

/** Leaves out what was left out: null says something else. */
export function policyInputOf(input: UpdateRoutingPolicyInput): PolicyInput {
  const { errorCost, expectedVersion, tiers, exploration, maxCostPerRequest, maxLatencyMs } = input;
  return {
    errorCost,
    expectedVersion,
    ...(tiers === undefined ? {} : { tiers }),
    ...(exploration === undefined ? {} : { exploration }),
    ...(maxCostPerRequest === undefined ? {} : { maxCostPerRequest }),
    ...(maxLatencyMs === undefined ? {} : { maxLatencyMs }),
  };
}
