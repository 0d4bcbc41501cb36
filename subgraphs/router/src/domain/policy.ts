import type { Decimal } from '@switchyard/kernel/decimal';
import { err, ok, type Result } from '@switchyard/kernel/result';
import { type Candidate, type Weighed, weighAll, worstCost } from './candidates.ts';
import type { Learning } from './learning.ts';
import type { PredictionFault } from './predictions.ts';
import type { Situation } from './situation.ts';
import { drawn, explored } from './thompson.ts';
import type { Tier } from './tiers.ts';

export type Choice = {
  readonly tier: Tier;
  readonly reason: 'POLICY' | 'EXPLORATION' | 'ESCALATION' | 'FALLBACK' | 'PINNED';
  readonly chosen: Candidate;
  /** The tier that would have been chosen if nothing had been left to chance. */
  readonly usual: string;
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

/**
 * The tier with the least expected cost + λ · expected error among those that may be chosen; of equals the cheaper one. Where
 * the policy explores, chance may choose another (EXPLORATION), but never for a request that is tried again.
 * Where no tier fits the limits: the cheapest that is not excluded, one that is not resting first (FALLBACK). A choice that
 * the trained model should have made, and could not, is a FALLBACK too: to the prior.
 */
export function choose(situation: Situation): Result<Choice, Refusal> {
  const { limits, predictions } = situation;
  const weighed = weighAll(situation);
  if (limits.pinnedTier !== null) {
    const pinned = pin(limits.pinnedTier, weighed, situation);
    return pinned.ok ? ok(certain(weighed, pinned.value, 'PINNED', predictions.fault)) : pinned;
  }
  const open = weighed.filter(({ candidate }) => candidate.leftOut === null);
  const best = bestOf(open, situation.learning);
  if (best === null) {
    const cheapest = fallback(weighed);
    return cheapest === null ? err({ kind: 'nothing-left' }) : ok(certain(weighed, cheapest, 'FALLBACK', predictions.fault));
  }
  if (limits.escalates) return ok(certain(weighed, best, 'ESCALATION', predictions.fault));
  if (predictions.fault !== null) return ok(certain(weighed, best, 'FALLBACK', predictions.fault));
  return ok(leftToChance(weighed, { open, best }, situation));
}

/** One tier for everything, where the tenant's own data shows that this is best; else the least objective. */
function bestOf(open: readonly Weighed[], { incumbent }: Learning): Weighed | null {
  const fixed = open.find(({ tier }) => incumbent === `tier:${tier.name}`);
  return fixed ?? least(open, ({ candidate }) => candidate.objective);
}

function certain(weighed: readonly Weighed[], picked: Weighed, reason: Choice['reason'], fault: Choice['fault']): Choice {
  return choiceOf(weighed, { picked, reason, usual: picked.tier.name, fault }, (tier) => Number(tier === picked.tier));
}

type Contest = { readonly open: readonly Weighed[]; readonly best: Weighed };

function leftToChance(weighed: readonly Weighed[], { open, best }: Contest, { policy, draw }: Situation): Choice {
  if (policy.exploration === 0 || open.length === 1) return certain(weighed, best, 'POLICY', null);
  const errorCost = policy.errorCost.toNumber();
  const beliefs = open.map(({ candidate, deviation }) => ({ mean: candidate.objective, deviation: errorCost * deviation }));
  const shares = explored(beliefs, open.indexOf(best), policy.exploration);
  const picked = open[drawn(shares, draw)] ?? best;
  const reason = picked === best ? 'POLICY' : 'EXPLORATION';
  const propensities = new Map(open.map(({ tier }, at) => [tier, shares[at] ?? 0]));
  return choiceOf(weighed, { picked, reason, usual: best.tier.name, fault: null }, (tier) => propensities.get(tier) ?? 0);
}

function choiceOf(
  weighed: readonly Weighed[],
  { picked, reason, usual, fault }: Pick<Choice, 'reason' | 'usual' | 'fault'> & { readonly picked: Weighed },
  propensityOf: (tier: Tier) => number,
): Choice {
  const candidates = weighed.map(({ tier, candidate }) => ({ ...candidate, propensity: propensityOf(tier) }));
  const chosen = { ...picked.candidate, propensity: propensityOf(picked.tier) };
  return { tier: picked.tier, reason, usual, candidates, chosen, fault };
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
  const allowed = left.filter(({ candidate }) => candidate.leftOut !== 'barred');
  const able = allowed.filter(({ candidate }) => candidate.leftOut !== 'too-small');
  const awake = able.filter(({ candidate }) => candidate.leftOut !== 'resting');
  const pool = [awake, able, allowed, left].find((tiers) => tiers.length > 0) ?? [];
  return least(pool, ({ candidate }) => candidate.expectedCost.toNumber());
}

function least<T>(items: readonly T[], measure: (item: T) => number): T | null {
  let best: T | null = null;
  for (const item of items) if (best === null || measure(item) < measure(best)) best = item;
  return best;
}
