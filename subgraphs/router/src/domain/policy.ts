import type { Decimal } from '@switchyard/kernel/decimal';
import { err, ok, type Result } from '@switchyard/kernel/result';
import { expectedAnswerTokens, expectedCost, expectedLatencyMs, listCost } from './cost-model.ts';
import { bounded, learnt, priorError } from './error-model.ts';
import type { RouteFeatures } from './features.ts';
import type { History } from './history.ts';
import type { PredictionFault, Predictions } from './predictions.ts';
import type { Tier } from './tiers.ts';

/** How a tenant wants cost and error weighed. */
export type Policy = {
  readonly version: number;
  /** λ: what a wrong answer costs, in the tiers' currency. */
  readonly errorCost: Decimal;
};

/**
 * λ until a tenant says otherwise: 0.02. A wrong answer costs as much as about ten answers of a small model, or four of a
 * large one: enough that hard requests go up the ladder, and that the dearest tier is not the answer to everything.
 */
export const DEFAULT_ERROR_COST = '0.02';

export type Limits = {
  readonly maxCost: Decimal | null;
  readonly maxLatencyMs: number | null;
  /** Bounds the worst case against `maxCost`. */
  readonly maxOutputTokens: number;
  readonly pinnedTier: string | null;
  readonly excludeTiers: readonly string[];
  /** Whether another tier's answer was not good enough. */
  readonly escalates: boolean;
};

/** Why a tier could not be chosen. */
export type LeftOut = 'excluded' | 'resting' | 'too-dear' | 'too-slow' | 'too-small';

export type Candidate = {
  readonly tier: string;
  /** Plain prices × tokens. */
  readonly listCost: Decimal;
  readonly expectedCost: Decimal;
  readonly priorError: number;
  readonly expectedError: number;
  /** expectedCost + λ · expectedError. */
  readonly objective: number;
  /** Probability with which this policy chooses the tier for this request: 1 or 0, as it leaves nothing to chance. */
  readonly propensity: number;
  readonly leftOut: LeftOut | null;
};

export type Choice = {
  readonly tier: Tier;
  readonly reason: 'POLICY' | 'ESCALATION' | 'FALLBACK' | 'PINNED';
  readonly chosen: Candidate;
  /** Every tier of the ladder, cheapest first. */
  readonly candidates: readonly Candidate[];
  /** Why the prior decided where the trained model should have. */
  readonly fault: PredictionFault | null;
};

export type Refusal =
  | { readonly kind: 'unknown-tier'; readonly tier: string }
  | { readonly kind: 'pin-excluded'; readonly tier: string }
  | { readonly kind: 'pin-too-dear'; readonly tier: string; readonly worstCost: Decimal }
  | { readonly kind: 'nothing-left' };

export type Situation = {
  readonly ladder: readonly Tier[];
  readonly features: RouteFeatures;
  readonly limits: Limits;
  readonly policy: Policy;
  readonly history: History;
  /** Names of the tiers whose provider keeps failing. */
  readonly resting: ReadonlySet<string>;
  /** What the trained model says; where it says nothing of a tier, the prior does. */
  readonly predictions: Predictions;
};

/**
 * The tier with the least expected cost + λ · expected error among those that may be chosen; of equals the cheaper one.
 * Where no tier fits the limits: the cheapest that is not excluded, one that is not resting first (FALLBACK). A choice that
 * the trained model should have made, and could not, is a FALLBACK too: to the prior.
 */
export function choose(situation: Situation): Result<Choice, Refusal> {
  const { ladder, limits, predictions } = situation;
  const weighed = ladder.map((tier) => ({ tier, candidate: weigh(tier, situation) }));
  const choice = (picked: Weighed, reason: Choice['reason']): Choice => {
    const candidates = weighed.map(({ tier, candidate }) => ({ ...candidate, propensity: tier === picked.tier ? 1 : 0 }));
    return { tier: picked.tier, reason, candidates, chosen: { ...picked.candidate, propensity: 1 }, fault: predictions.fault };
  };

  if (limits.pinnedTier !== null) {
    const pinned = pin(limits.pinnedTier, weighed, situation);
    return pinned.ok ? ok(choice(pinned.value, 'PINNED')) : pinned;
  }
  const best = least(
    weighed.filter(({ candidate }) => candidate.leftOut === null),
    ({ candidate }) => candidate.objective,
  );
  const usual = predictions.fault === null ? 'POLICY' : 'FALLBACK';
  if (best !== null) return ok(choice(best, limits.escalates ? 'ESCALATION' : usual));
  const cheapest = fallback(weighed);
  return cheapest === null ? err({ kind: 'nothing-left' }) : ok(choice(cheapest, 'FALLBACK'));
}

type Weighed = { readonly tier: Tier; readonly candidate: Candidate };

function weigh(tier: Tier, { features, policy, history, limits, resting, predictions }: Situation): Candidate {
  const record = history.byTier.get(tier.name);
  const list = listCost(tier, features.inputTokens, Math.min(limits.maxOutputTokens, expectedAnswerTokens(features)));
  const cost = expectedCost(list, record);
  const predicted = predictions.errors.get(tier.name);
  const prior = predicted === undefined ? priorError(tier, features) : bounded(predicted);
  const error = learnt(prior, record);
  return {
    tier: tier.name,
    listCost: list,
    expectedCost: cost,
    priorError: prior,
    expectedError: error,
    objective: cost.toNumber() + policy.errorCost.toNumber() * error,
    propensity: 0,
    leftOut: leftOutOf(tier, { features, limits, resting, latencyMs: expectedLatencyMs(tier, record) }),
  };
}

type Eligibility = Pick<Situation, 'features' | 'limits' | 'resting'> & { readonly latencyMs: number };

function leftOutOf(tier: Tier, { features, limits, resting, latencyMs }: Eligibility): LeftOut | null {
  if (limits.excludeTiers.includes(tier.name)) return 'excluded';
  if (resting.has(tier.name)) return 'resting';
  // The history is cut to the context that there is; the message itself cannot be.
  if (features.tokenCount > tier.contextTokens) return 'too-small';
  if (limits.maxCost !== null && worstCost(tier, features, limits).greaterThan(limits.maxCost)) return 'too-dear';
  return limits.maxLatencyMs !== null && latencyMs > limits.maxLatencyMs ? 'too-slow' : null;
}

function worstCost(tier: Tier, features: RouteFeatures, limits: Limits): Decimal {
  return listCost(tier, features.inputTokens, limits.maxOutputTokens);
}

function pin(name: string, weighed: readonly Weighed[], { features, limits }: Situation): Result<Weighed, Refusal> {
  const pinned = weighed.find(({ tier }) => tier.name === name);
  if (pinned === undefined) return err({ kind: 'unknown-tier', tier: name });
  if (pinned.candidate.leftOut === 'excluded') return err({ kind: 'pin-excluded', tier: name });
  const worst = worstCost(pinned.tier, features, limits);
  if (limits.maxCost !== null && worst.greaterThan(limits.maxCost)) {
    return err({ kind: 'pin-too-dear', tier: name, worstCost: worst });
  }
  return ok(pinned);
}

function fallback(weighed: readonly Weighed[]): Weighed | null {
  const left = weighed.filter(({ candidate }) => candidate.leftOut !== 'excluded');
  const able = left.filter(({ candidate }) => candidate.leftOut !== 'too-small');
  const awake = able.filter(({ candidate }) => candidate.leftOut !== 'resting');
  const pool = [awake, able, left].find((tiers) => tiers.length > 0) ?? [];
  return least(pool, ({ candidate }) => candidate.expectedCost.toNumber());
}

function least<T>(items: readonly T[], measure: (item: T) => number): T | null {
  let best: T | null = null;
  for (const item of items) if (best === null || measure(item) < measure(best)) best = item;
  return best;
}
