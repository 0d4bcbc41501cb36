import type { LeftOut } from './candidates.ts';
import { explored } from './thompson.ts';

/**
 * What another policy would have done with requests that already ran, from the propensities that were logged with them. Three
 * estimates of its mean cost and error rate: inverse propensity (right on average, and wide), self-normalised (steadier, a
 * little biased), and doubly robust (what was predicted, corrected by what was seen where the policy would have done the same;
 * as right as the first, and the narrower the better the predictions are). Of requests that the policy would have sent to a
 * tier that could not have been tried nothing is said but how many they are.
 */

/** A request as it was decided; its candidates cheapest first. */
export type LoggedDecision = {
  readonly tier: string;
  /** Null: not known. */
  readonly wrong: boolean | null;
  readonly cost: number | null;
  readonly inputTokens: number;
  readonly candidates: readonly LoggedCandidate[];
};

export type LoggedCandidate = {
  readonly tier: string;
  readonly cost: number;
  readonly error: number;
  readonly propensity: number;
  readonly leftOut: LeftOut | null;
};

export type Target = {
  /** λ. */
  readonly errorCost: number;
  readonly exploration: number;
  /** Whether the policy would have let the tier answer, for all that can be told afterwards. */
  allows(candidate: LoggedCandidate, decision: LoggedDecision): boolean;
};

export const METHODS = ['IPS', 'SELF_NORMALISED', 'DOUBLY_ROBUST'] as const;
export type Method = (typeof METHODS)[number];

/** A mean with its 95 % interval. */
export type Estimate = { readonly mean: number; readonly low: number; readonly high: number };
export type Outcomes = { readonly cost: Estimate; readonly error: Estimate };

export type Simulated = {
  readonly requests: number;
  /** Share of them that nothing can be said of. */
  readonly unsupportedShare: number;
  readonly effectiveSampleSize: number;
  /** Of the requests that something can be said of. */
  readonly actual: Outcomes;
  readonly simulated: Readonly<Record<Method, Outcomes>>;
  /** Simulated less actual, of the doubly robust estimate. */
  readonly difference: Outcomes;
  /** Of all requests. */
  readonly shares: ReadonlyMap<string, number>;
};

export type Simulation = { add(decision: LoggedDecision): void; result(): Simulated };

export function createSimulation(target: Target): Simulation {
  const [costs, errors] = [createMeasure(), createMeasure()];
  const shares = new Map<string, number>();
  let [requests, supported, weights, squaredWeights] = [0, 0, 0, 0];
  return {
    add(decision) {
      requests += 1;
      const wanted = wantedBy(target, decision);
      for (const [tier, share] of wanted?.shares ?? []) shares.set(tier, (shares.get(tier) ?? 0) + share);
      if (wanted === null || !wanted.supported) return;
      supported += 1;
      const taken = decision.candidates.find(({ tier }) => tier === decision.tier);
      if (taken === undefined || taken.propensity === 0) return;
      const weight = (wanted.shares.get(taken.tier) ?? 0) / taken.propensity;
      weights += weight;
      squaredWeights += weight * weight;
      const expected = (of: (candidate: LoggedCandidate) => number) =>
        decision.candidates.reduce((sum, candidate) => sum + (wanted.shares.get(candidate.tier) ?? 0) * of(candidate), 0);
      // A cost that is not known yet is taken to be as expected; whether an answer was right is not guessed.
      costs.add({ weight, seen: decision.cost ?? taken.cost, predicted: taken.cost, expected: expected(({ cost }) => cost) });
      if (decision.wrong === null) return;
      const seen = Number(decision.wrong);
      errors.add({ weight, seen, predicted: taken.error, expected: expected(({ error }) => error) });
    },
    result() {
      const of = (pick: (measure: Measure, least: number, most: number) => Estimate): Outcomes => ({
        cost: pick(costs, 0, Number.POSITIVE_INFINITY),
        error: pick(errors, 0, 1),
      });
      return {
        requests,
        unsupportedShare: requests === 0 ? 0 : 1 - supported / requests,
        effectiveSampleSize: squaredWeights === 0 ? 0 : weights ** 2 / squaredWeights,
        actual: of((measure, least, most) => bounded(measure.actual(), least, most)),
        simulated: {
          IPS: of((measure, least, most) => bounded(measure.ips(), least, most)),
          SELF_NORMALISED: of((measure, least, most) => bounded(measure.selfNormalised(), least, most)),
          DOUBLY_ROBUST: of((measure, least, most) => bounded(measure.doublyRobust(), least, most)),
        },
        difference: of((measure) => measure.difference()),
        shares: new Map([...shares].map(([tier, share]) => [tier, share / Math.max(1, requests)])),
      };
    },
  };
}

type Wanted = { readonly shares: ReadonlyMap<string, number>; readonly supported: boolean };

/**
 * How the policy would have spread the request. What it would explore is spread evenly, as what was believed then is not known;
 * and what it would explore of tiers that could not have been tried goes to its best one.
 */
function wantedBy(target: Target, decision: LoggedDecision): Wanted | null {
  const open = decision.candidates.filter((candidate) => target.allows(candidate, decision));
  if (open.length === 0) return null;
  const beliefs = open.map(({ cost, error }) => ({ mean: cost + target.errorCost * error, deviation: 0 }));
  let best = 0;
  for (let at = 1; at < beliefs.length; at += 1) if ((beliefs[at]?.mean ?? 0) < (beliefs[best]?.mean ?? 0)) best = at;
  const main = open[best] as LoggedCandidate;
  const shares = new Map([[main.tier, 1]]);
  if (target.exploration > 0 && open.length > 1) {
    const spread = explored(beliefs, best, target.exploration);
    open.forEach(({ tier, propensity }, at) => {
      const share = at === best || propensity === 0 ? 0 : (spread[at] ?? 0);
      if (share === 0) return;
      shares.set(tier, share);
      shares.set(main.tier, (shares.get(main.tier) ?? 0) - share);
    });
  }
  return { shares, supported: main.propensity > 0 };
}

type Seen = {
  /** How much likelier the policy is to have done what was done. */
  readonly weight: number;
  readonly seen: number;
  readonly predicted: number;
  /** What is predicted of the policy. */
  readonly expected: number;
};

type Measure = ReturnType<typeof createMeasure>;

function createMeasure() {
  const [actual, ips, robust, difference] = [createMoments(), createMoments(), createMoments(), createMoments()];
  let [weights, weighted, squares, squaresOfSeen, squaresWithSeen] = [0, 0, 0, 0, 0];
  return {
    add({ weight, seen, predicted, expected }: Seen) {
      const doublyRobust = expected + weight * (seen - predicted);
      actual.add(seen);
      ips.add(weight * seen);
      robust.add(doublyRobust);
      difference.add(doublyRobust - seen);
      weights += weight;
      weighted += weight * seen;
      squares += weight * weight;
      squaresWithSeen += weight * weight * seen;
      squaresOfSeen += weight * weight * seen * seen;
    },
    actual: actual.estimate,
    ips: ips.estimate,
    doublyRobust: robust.estimate,
    difference: difference.estimate,
    /** Its variance by linearisation: Σ w² (y − mean)² / (Σ w)². */
    selfNormalised(): Estimate {
      if (weights === 0) return UNKNOWN;
      const mean = weighted / weights;
      const spread = squaresOfSeen - 2 * mean * squaresWithSeen + mean * mean * squares;
      return around(mean, Math.sqrt(Math.max(0, spread)) / weights, actual.count());
    },
  };
}

function createMoments() {
  let [count, mean, squares] = [0, 0, 0];
  return {
    add(value: number) {
      count += 1;
      const before = value - mean;
      mean += before / count;
      squares += before * (value - mean);
    },
    count: () => count,
    estimate: (): Estimate => (count < 2 ? UNKNOWN : around(mean, Math.sqrt(squares / (count - 1) / count), count)),
  };
}

/** Nothing was seen. */
const UNKNOWN: Estimate = { mean: 0, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** 97.5 % of a normal distribution lie below, and a little more for a Student's t of few observations (Cornish and Fisher). */
function around(mean: number, error: number, count: number): Estimate {
  const z = 1.959964;
  const t = z + (z ** 3 + z) / (4 * Math.max(1, count - 1));
  return { mean, low: mean - t * error, high: mean + t * error };
}

function bounded({ mean, low, high }: Estimate, least: number, most: number): Estimate {
  const within = (value: number) => Math.min(most, Math.max(least, value));
  return { mean: within(mean), low: within(low), high: within(high) };
}
