import { PlatformError } from '@switchyard/kernel/errors';
import { newId, type RouteDecisionId } from '@switchyard/kernel/ids';
import type { DecidingRouter } from '../ports.ts';

type Decision = Awaited<ReturnType<DecidingRouter['decide']>>;

/**
 * Takes the pinned tier, else the first that is not excluded; the same key gets the same decision.
 * @param doubts a word: an answer with it is not good enough. Null: no answer is read.
 */
export function createFirstTierRouter(tiers: readonly string[], doubts: string | null = null): DecidingRouter {
  const decisions = new Map<string, Decision>();
  return {
    decide: async ({ requestKey, pinnedTier, excludeTiers, escalatedFrom }) => {
      const known = decisions.get(requestKey);
      if (known !== undefined) return known;
      const tier = pinnedTier ?? tiers.find((name) => !excludeTiers.includes(name));
      if (tier === undefined) throw new PlatformError('UPSTREAM_UNAVAILABLE', { publicMessage: 'No tier is left.' });
      const decision: Decision = {
        id: newId<RouteDecisionId>(),
        tier,
        model: `model-${tier}`,
        reason: escalatedFrom === null ? 'POLICY' : 'ESCALATION',
        explanation: 'The first one.',
        expectedCost: '0.01',
        currency: 'USD',
        decidedAt: new Date(),
        checksAnswer: doubts !== null,
      };
      decisions.set(requestKey, decision);
      return decision;
    },
    review: async (_request, { answer }) =>
      doubts !== null && answer.includes(doubts)
        ? { verdict: 'ESCALATE', probability: 0.1 }
        : { verdict: 'ACCEPT', probability: 0.9 },
  };
}
