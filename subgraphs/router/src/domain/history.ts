import { lastChange } from './drift.ts';
import type { RouteOutcome } from './outcome.ts';
import { isFailure, isMisroute } from './outcome.ts';
import type { Sketch } from './similarity.ts';
import { similarity } from './similarity.ts';

/** A decision of the tenant's, as far as later ones learn from it. */
export type PastDecision = {
  readonly sketch: Sketch;
  readonly tier: string;
  readonly outcome: RouteOutcome | null;
  /** What the prior model said before the tenant's own outcomes were taken in. */
  readonly priorError: number;
  /** What the price list said before the tenant's own costs were taken in. */
  readonly listCost: number;
  readonly actualCost: number | null;
  /** Time that the model took, over all its calls. */
  readonly callLatencyMs: number | null;
};

/** What a tenant has seen of one tier. */
export type TierRecord = {
  /** Decisions whose answer is known to be right or wrong, since the tier last drifted. */
  readonly judged: number;
  readonly wrong: number;
  /** Mean of what the prior model said of those; 0 when there are none. */
  readonly meanPriorError: number;
  /** Whether the tier came to do better or worse than it did; what was seen before no longer counts. */
  readonly drifted: boolean;
  /** Decisions whose cost is known, what they cost, and what the price list said that they would. */
  readonly costed: number;
  readonly actualCost: number;
  readonly listCost: number;
  /** Ascending. */
  readonly latenciesMs: readonly number[];
};

/** The tenant's newest decisions, at most HISTORY_SIZE of them: what is older no longer counts. */
export type History = {
  readonly decisions: readonly PastDecision[];
  readonly byTier: ReadonlyMap<string, TierRecord>;
  /** Share of decisions that failed, shrunk toward what is assumed of a new tenant. */
  readonly overallFailureRate: number;
};

export const HISTORY_SIZE = 512;

/** A new tenant is taken to fail in one of ten, with the weight of twenty decisions. */
export const ASSUMED_FAILURE_RATE = 0.1;
const ASSUMED_FAILURE_WEIGHT = 20;
/** The overall rate weighs as much as so many requests just like this one. */
const OVERALL_WEIGHT = 4;

export function historyOf(decisions: readonly PastDecision[]): History {
  const tiers = Map.groupBy(decisions, (decision) => decision.tier);
  const judged = decisions.filter((decision) => decision.outcome !== null);
  const failures = judged.filter((decision) => isFailure(decision.outcome)).length;
  return {
    decisions,
    byTier: new Map([...tiers].map(([tier, own]) => [tier, recordOf(own)])),
    overallFailureRate: shrunk(failures, judged.length, ASSUMED_FAILURE_RATE, ASSUMED_FAILURE_WEIGHT),
  };
}

export const NO_HISTORY: History = historyOf([]);

/** Takes in a decision that was just made; what became of it is learnt when the history is read again. */
export function remember(history: History, decision: PastDecision): History {
  return { ...history, decisions: [decision, ...history.decisions].slice(0, HISTORY_SIZE) };
}

/**
 * `noveltyScore`: 1 / (1 + how many requests like this one the history holds, each weighed by its similarity).
 * `historicalFailureRate`: the share of those that failed, shrunk toward the tenant's overall rate.
 */
export function familiarity(
  history: History,
  sketch: Sketch,
): { readonly noveltyScore: number; readonly historicalFailureRate: number } {
  let [similar, judged, failed] = [0, 0, 0];
  for (const decision of history.decisions) {
    const weight = similarity(sketch, decision.sketch);
    if (weight === 0) continue;
    similar += weight;
    if (decision.outcome === null) continue;
    judged += weight;
    if (isFailure(decision.outcome)) failed += weight;
  }
  return {
    noveltyScore: 1 / (1 + similar),
    historicalFailureRate: shrunk(failed, judged, history.overallFailureRate, OVERALL_WEIGHT),
  };
}

/** The mean of a beta-binomial: `assumed` counts like `weight` observations. */
export function shrunk(hits: number, observations: number, assumed: number, weight: number): number {
  return (hits + assumed * weight) / (observations + weight);
}

function recordOf(decisions: readonly PastDecision[]): TierRecord {
  const { judged, drifted } = sinceDrift(decisions.filter(({ outcome }) => outcome === 'CORRECT' || isMisroute(outcome)));
  const costed = decisions.filter(({ actualCost }) => actualCost !== null);
  return {
    judged: judged.length,
    drifted,
    wrong: judged.filter(({ outcome }) => isMisroute(outcome)).length,
    meanPriorError: judged.length === 0 ? 0 : total(judged.map(({ priorError }) => priorError)) / judged.length,
    costed: costed.length,
    actualCost: total(costed.map(({ actualCost }) => actualCost ?? 0)),
    listCost: total(costed.map(({ listCost }) => listCost)),
    latenciesMs: decisions.flatMap(({ callLatencyMs }) => callLatencyMs ?? []).sort((a, b) => a - b),
  };
}

/** @param newestFirst judged decisions. */
function sinceDrift(newestFirst: readonly PastDecision[]): {
  readonly judged: readonly PastDecision[];
  readonly drifted: boolean;
} {
  const seen = newestFirst.toReversed().map(({ priorError, outcome }) => ({ expected: priorError, wrong: isMisroute(outcome) }));
  const change = lastChange(seen);
  return { judged: newestFirst.slice(0, newestFirst.length - change), drifted: change > 0 };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
