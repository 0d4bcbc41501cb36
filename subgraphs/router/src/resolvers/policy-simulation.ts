import { Decimal, formatDecimal } from '@switchyard/kernel/decimal';
import { requireTenant } from '@switchyard/kernel/request-context';
import { simulatePolicy } from '../commands/simulate-policy.ts';
import { type Estimate, METHODS, type Outcomes } from '../domain/off-policy.ts';
import type { PolicySimulation, QueryResolvers, SimulatedArm } from '../generated/resolvers.ts';
import { policyInputOf } from './routing-policy.ts';

export const simulationQueries: Pick<QueryResolvers, 'simulatePolicy'> = {
  simulatePolicy: async (_root, { input }, context): Promise<PolicySimulation> => {
    const tenantId = requireTenant(context.request, 'ROUTER_READ');
    const range = { from: new Date(input.range.from), to: new Date(input.range.to) };
    const result = await simulatePolicy(context, tenantId, { policy: policyInputOf(input.policy), ...range });
    const armOf = (outcomes: Outcomes) => shown(outcomes, context.ladder[0]?.currency ?? '');
    return {
      range: { from: range.from.toISOString(), to: range.to.toISOString() },
      requests: result.requests,
      unsupportedShare: result.unsupportedShare,
      effectiveSampleSize: result.effectiveSampleSize,
      actual: armOf(result.actual),
      simulated: armOf(result.simulated.DOUBLY_ROBUST),
      difference: armOf(result.difference),
      estimates: METHODS.map((method) => ({ method, ...armOf(result.simulated[method]) })),
      tierDistribution: [...result.shares].map(([tier, share]) => ({ tier, share })),
    };
  },
};

function shown({ cost, error }: Outcomes, currency: string): Omit<SimulatedArm, '__typename'> {
  const [low, high] = intervalOf(cost, 1e9);
  return {
    meanCost: { amount: decimal(cost.mean), currency },
    meanCostInterval: [decimal(low), decimal(high)],
    errorRate: error.mean,
    errorRateInterval: intervalOf(error, 1),
  };
}

/** Where nothing was seen, the interval is all that there can be. */
function intervalOf({ low, high }: Estimate, most: number): [number, number] {
  return [Math.max(low, -most), Math.min(high, most)];
}

/** An estimate has no more digits than these. */
function decimal(value: number): string {
  return formatDecimal(new Decimal(value).toSignificantDigits(9).toDecimalPlaces(18));
}
