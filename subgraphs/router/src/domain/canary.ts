import { type Evidence, NO_EVIDENCE, witnessed } from './evidence.ts';
import { logEvidence, NO_RATES, type RateTest, rated, type Side } from './two-sample.ts';

/**
 * A candidate policy on a small share of a tenant's traffic, compared with the policy in force after every request.
 *
 * States: RUNNING → ROLLED_BACK (a test shows that it is worse, or a person says so); RUNNING → PROMOTED (the planned sample is
 * there and nothing speaks for its being worse, or a person says so).
 */
export type CanaryStatus = 'RUNNING' | 'PROMOTED' | 'ROLLED_BACK';

/** What is compared. Each test stays valid however often it is looked at; plain numbers, so that they can be kept as JSON. */
export type Comparison = {
  /** Answers that were judged wrong, or that failed, among those that were judged. */
  readonly errors: RateTest;
  /** Calls that ended without a valid answer, among all that ended. */
  readonly failures: RateTest;
  readonly costs: CostTest;
  /** Requests that took longer than the stable side's p95 as it was then. */
  readonly slow: RateTest;
  /** Of the stable side: how many requests took how long, in steps of a tenth (`stepOf`). */
  readonly latencies: Readonly<Record<string, number>>;
  /** The step that 95 % of them were not above when the canary was last seen; null until there are enough of them. */
  readonly p95Step: number | null;
};

type CostTest = {
  readonly stable: Summed;
  readonly canary: Summed;
  /** Of the stable side since the canary's last request, each cut to `cap`. */
  readonly waiting: Summed;
  readonly evidence: Evidence;
};
type Summed = { readonly seen: number; readonly sum: number };

const NO_SUM: Summed = { seen: 0, sum: 0 };

export const NOTHING_COMPARED: Comparison = {
  errors: NO_RATES,
  failures: NO_RATES,
  costs: { stable: NO_SUM, canary: NO_SUM, waiting: NO_SUM, evidence: NO_EVIDENCE },
  slow: NO_RATES,
  latencies: {},
  p95Step: null,
};

/**
 * Chance that a canary that is no worse is ever rolled back by each test: less than one in a hundred together. Errors are what
 * a canary is for, and what takes longest to tell.
 */
export const ALPHAS = { errors: 0.006, failures: 0.001, costs: 0.0003, slow: 0.0003 } as const;
export type Measure = keyof typeof ALPHAS;

/** What became known of a request; what is not known, or was known before, is null. */
export type Observation = {
  readonly side: Side;
  readonly wrong: boolean | null;
  readonly failed: boolean | null;
  readonly cost: number | null;
  readonly latencyMs: number | null;
};

export function compared(comparison: Comparison, { side, wrong, failed, cost, latencyMs }: Observation): Comparison {
  return {
    errors: wrong === null ? comparison.errors : rated(comparison.errors, side, wrong),
    failures: failed === null ? comparison.failures : rated(comparison.failures, side, failed),
    costs: cost === null ? comparison.costs : costed(comparison.costs, side, cost),
    ...(latencyMs === null ? latenciesOf(comparison) : timed(comparison, side, latencyMs)),
  };
}

/** What a canary comes to: null while it goes on. */
export type Finding = { readonly status: 'PROMOTED' } | { readonly status: 'ROLLED_BACK'; readonly measure: Measure };

/** @param planned judged requests of the canary after which it is promoted when nothing speaks against it. */
export function findingOf(comparison: Comparison, planned: number): Finding | null {
  const measures = Object.keys(ALPHAS) as Measure[];
  const worse = measures.find((measure) => logWealthOf(comparison, measure) >= -Math.log(ALPHAS[measure]));
  if (worse !== undefined) return { status: 'ROLLED_BACK', measure: worse };
  const enough = comparison.errors.canary.seen >= planned;
  return enough && measures.every((measure) => logWealthOf(comparison, measure) <= 0) ? { status: 'PROMOTED' } : null;
}

/** ln of how many times the stake has been won by betting on the canary's being worse in this. */
export function logWealthOf(comparison: Comparison, measure: Measure): number {
  return measure === 'costs' ? comparison.costs.evidence.logWealth : logEvidence(comparison[measure]);
}

/** A session stays on one side: no conversation changes its policy midway. @param key the session, or what stands for it. */
export function sideOf(canaryId: string, key: string, share: number): Side {
  let hash = 0x811c9dc5;
  for (const character of `${canaryId} ${key}`) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32 < share ? 'CANARY' : 'STABLE';
}

/** Costs beyond so many times their mean count as that: one outlier decides nothing. */
const CAP = 4;

/**
 * A canary's request against the mean of the stable ones since its last, as a share of the cap, which is known before: between
 * -1 and 1, and of mean 0 or less while the canary costs no more.
 */
function costed(test: CostTest, side: Side, cost: number): CostTest {
  const seen = test.stable.seen + test.canary.seen;
  const cap = seen === 0 ? 0 : (CAP * (test.stable.sum + test.canary.sum)) / seen;
  const cut = Math.min(cost, cap);
  if (side === 'STABLE')
    return { ...test, stable: summed(test.stable, cost), waiting: cap === 0 ? NO_SUM : summed(test.waiting, cut) };
  const canary = summed(test.canary, cost);
  if (test.waiting.seen === 0 || cap === 0) return { ...test, canary };
  const difference = Math.max(-1, Math.min(1, (cut - test.waiting.sum / test.waiting.seen) / cap));
  return { ...test, canary, waiting: NO_SUM, evidence: witnessed(test.evidence, difference, 1) };
}

function summed({ seen, sum }: Summed, value: number): Summed {
  return { seen: seen + 1, sum: sum + value };
}

/** Until the stable side has been seen so often, nothing is known of its p95. */
const LEAST_LATENCIES = 40;
const STEP = Math.log(1.1);

type Latencies = Pick<Comparison, 'slow' | 'latencies' | 'p95Step'>;

function latenciesOf({ slow, latencies, p95Step }: Comparison): Latencies {
  return { slow, latencies, p95Step };
}

/** What counts as slow moves on with each request of the canary, and is known before the next. */
function timed({ slow, latencies, p95Step }: Comparison, side: Side, latencyMs: number): Latencies {
  const step = Math.ceil(Math.log(Math.max(1, latencyMs)) / STEP);
  const next = p95Step === null ? slow : rated(slow, side, step > p95Step);
  if (side === 'CANARY') return { slow: next, latencies, p95Step: p95Of(latencies) };
  return { slow: next, latencies: { ...latencies, [step]: (latencies[step] ?? 0) + 1 }, p95Step };
}

/** The step that 95 % are not above. */
function p95Of(latencies: Comparison['latencies']): number | null {
  const steps = Object.entries(latencies).map(([step, seen]) => ({ step: Number(step), seen }));
  const total = steps.reduce((sum, { seen }) => sum + seen, 0);
  if (total < LEAST_LATENCIES) return null;
  let left = 0.95 * total;
  for (const { step, seen } of steps.toSorted((a, b) => a.step - b.step)) {
    left -= seen;
    if (left <= 0) return step;
  }
  return null;
}
