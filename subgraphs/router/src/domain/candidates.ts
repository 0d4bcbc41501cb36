import type { Decimal } from '@switchyard/kernel/decimal';
import { NOTHING_SEEN, residualAt } from './bandit.ts';
import { expectedAnswerTokens, expectedCost, expectedLatencyMs, listCost } from './cost-model.ts';
import { bounded, learnt, priorError } from './error-model.ts';
import type { RouteFeatures } from './features.ts';
import { lessonContext } from './learning.ts';
import type { Limits, Situation } from './situation.ts';
import type { Tier } from './tiers.ts';

/** Why a tier could not be chosen. */
export type LeftOut = 'excluded' | 'barred' | 'resting' | 'too-dear' | 'too-slow' | 'too-small';

export type Candidate = {
  readonly tier: string;
  /** Plain prices × tokens. */
  readonly listCost: Decimal;
  readonly expectedCost: Decimal;
  /** Probability that the answer is wrong, as predicted before the tenant's own outcomes are taken in … */
  readonly priorError: number;
  /** … as the rules take them in: one shift for all requests of the tier … */
  readonly ruleError: number;
  /** … and as the bandit does, request by request. */
  readonly learntError: number;
  /** That of the two which decides. */
  readonly expectedError: number;
  /** expectedCost + λ · expectedError. */
  readonly objective: number;
  /** Probability with which this policy chooses the tier for this request. */
  readonly propensity: number;
  readonly leftOut: LeftOut | null;
};

/** A tier, with what is expected of it. */
export type Weighed = {
  readonly tier: Tier;
  readonly candidate: Candidate;
  /** Of the expected error, as far as it is in doubt. */
  readonly deviation: number;
};

/** Every tier of the ladder, cheapest first. */
export function weighAll(situation: Situation): Weighed[] {
  const priors = situation.ladder.map((tier) => priorOf(tier, situation));
  const context = lessonContext(priors.map((prior) => ({ priorError: prior })));
  return situation.ladder.map((tier, at) => {
    const prior = priors[at] ?? 0.5;
    const residual = residualAt(situation.learning.posteriors[tier.name] ?? NOTHING_SEEN, context);
    return weigh(tier, situation, { prior, learntError: bounded(prior + residual.mean), deviation: residual.deviation });
  });
}

/** The most that the tier may cost: when it writes all that it may. */
export function worstCost(tier: Tier, features: RouteFeatures, limits: Limits): Decimal {
  return listCost(tier, features.inputTokens, limits.maxOutputTokens);
}

function priorOf(tier: Tier, { features, predictions }: Situation): number {
  const predicted = predictions.errors.get(tier.name);
  return predicted === undefined ? priorError(tier, features) : bounded(predicted);
}

type Expected = { readonly prior: number; readonly learntError: number; readonly deviation: number };

function weigh(tier: Tier, situation: Situation, { prior, learntError, deviation }: Expected): Weighed {
  const { features, policy, history, limits, learning } = situation;
  const record = history.byTier.get(tier.name);
  const list = listCost(tier, features.inputTokens, Math.min(limits.maxOutputTokens, expectedAnswerTokens(features)));
  const cost = expectedCost(list, record);
  const ruleError = learnt(prior, record);
  const expectedError = learning.incumbent === 'learning' ? learntError : ruleError;
  const candidate = {
    tier: tier.name,
    listCost: list,
    expectedCost: cost,
    priorError: prior,
    ruleError,
    learntError,
    expectedError,
    objective: cost.toNumber() + policy.errorCost.toNumber() * expectedError,
    propensity: 0,
    leftOut: leftOutOf(tier, situation, expectedLatencyMs(tier, record)),
  };
  return { tier, candidate, deviation };
}

function leftOutOf(tier: Tier, { features, limits, resting }: Situation, latencyMs: number): LeftOut | null {
  if (limits.excludeTiers.includes(tier.name)) return 'excluded';
  if (!limits.tiers.includes(tier.name)) return 'barred';
  if (resting.has(tier.name)) return 'resting';
  // The history is cut to the context that there is; the message itself cannot be.
  if (features.tokenCount > tier.contextTokens) return 'too-small';
  if (limits.maxCost !== null && worstCost(tier, features, limits).greaterThan(limits.maxCost)) return 'too-dear';
  return limits.maxLatencyMs !== null && latencyMs > limits.maxLatencyMs ? 'too-slow' : null;
}
