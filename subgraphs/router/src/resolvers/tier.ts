import { Decimal, formatDecimal } from '@switchyard/kernel/decimal';
import { requireScope } from '@switchyard/kernel/request-context';
import { isResting, WELL } from '../domain/tier-health.ts';
import type { QueryResolvers, TierResolvers } from '../generated/resolvers.ts';
import { readTierHealth } from '../store/tier-health.ts';

const MILLION = new Decimal(1_000_000);

export const Tier: TierResolvers = {
  inputPricePerMillion: ({ inputPrice, currency }) => ({ amount: formatDecimal(inputPrice.times(MILLION)), currency }),
  outputPricePerMillion: ({ outputPrice, currency }) => ({ amount: formatDecimal(outputPrice.times(MILLION)), currency }),
};

export const tierQueries: Pick<QueryResolvers, 'tiers'> = {
  /** The platform's own, so that the operator reads them too. */
  tiers: async (_root, _args, { request, database, ladder, clock }) => {
    requireScope(request, request.tenantId === null ? 'OPERATOR' : 'ROUTER_READ');
    const health =
      request.tenantId === null
        ? await database.crossTenant('operator', readTierHealth)
        : await database.tenant(request.tenantId, readTierHealth);
    const now = clock.now();
    return ladder.map((tier) => ({ ...tier, healthy: !isResting(health.get(tier.name) ?? WELL, now) }));
  },
};
