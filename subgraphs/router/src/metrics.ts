import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Change } from './domain/drift.ts';
import { isMisroute, type RouteOutcome } from './domain/outcome.ts';
import type { PredictionFault } from './domain/predictions.ts';

/** What the router says of itself. Gauges speak of this process's newest decisions; counters add up over processes. */
export type RouterMetrics = {
  decided(decision: { readonly id: string; readonly tier: string; readonly reason: string; readonly latencyMs: number }): void;
  /** The trained model could not be used for a decision. */
  fellBack(fault: PredictionFault): void;
  /** A decision's cost became known, or grew. */
  costed(decision: { readonly id: string; readonly expected: number; readonly actual: number }): void;
  /** A decision's outcome became known, or was corrected. */
  judged(decision: { readonly id: string; readonly outcome: RouteOutcome }): void;
  /** A tier came to do better or worse for a tenant than it did. */
  drifted(drift: { readonly tier: string; readonly change: Change['kind'] }): void;
  canaryEnded(status: 'PROMOTED' | 'ROLLED_BACK'): void;
  /** An answer was read before anybody else saw it. */
  reviewed(verdict: 'ACCEPT' | 'ESCALATE'): void;
};

/** Decisions that a gauge looks back on. */
const WINDOW = 1_000;

export function createRouterMetrics(registry: Registry, tierNames: readonly string[]): RouterMetrics {
  const registers = [registry];
  const latency = new Histogram({
    name: 'router_decision_latency_ms',
    help: 'Time that features and choice took, without the database.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100],
    registers,
  });
  const decisions = new Counter({
    name: 'router_decisions_total',
    help: 'Decisions made.',
    labelNames: ['tier', 'reason'],
    registers,
  });
  const outcomes = new Counter({
    name: 'router_outcomes_total',
    help: 'Outcomes that became known.',
    labelNames: ['outcome'],
    registers,
  });
  const fallbacks = new Counter({
    name: 'router_prediction_fallbacks_total',
    help: 'Decisions that the documented prior made because the trained model could not be used.',
    labelNames: ['fault'],
    registers,
  });
  const drifts = new Counter({
    name: 'router_drifts_total',
    help: 'Times that a tier came to do better or worse for a tenant than it did.',
    labelNames: ['tier', 'change'],
    registers,
  });
  const reviews = new Counter({
    name: 'router_answer_reviews_total',
    help: 'Answers that were read before they were shown, by what came of it.',
    labelNames: ['verdict'],
    registers,
  });
  const canaries = new Counter({
    name: 'router_canaries_ended_total',
    help: 'Candidate policies that were promoted or rolled back.',
    labelNames: ['status'],
    registers,
  });
  new Gauge({
    name: 'router_exploration_share',
    help: `Share of the last ${WINDOW} decisions that chance sent elsewhere than to the tier that looked best.`,
    registers,
    collect() {
      this.set(explored.share(Boolean));
    },
  });
  const explored = new Window<boolean>();
  const tiers = new Window<string>();
  const judgements = new Window<RouteOutcome>();
  const costs = new Window<{ readonly expected: number; readonly actual: number }>();
  new Gauge({
    name: 'tier_distribution',
    help: `Share of the last ${WINDOW} decisions that went to the tier.`,
    labelNames: ['tier'],
    registers,
    collect() {
      for (const tier of tierNames)
        this.set(
          { tier },
          tiers.share((name) => name === tier),
        );
    },
  });
  new Gauge({
    name: 'router_misroute_rate',
    help: `Share of the last ${WINDOW} outcomes that were WRONG or INVALID_OUTPUT.`,
    registers,
    collect() {
      this.set(judgements.share(isMisroute));
    },
  });
  new Gauge({
    name: 'expected_vs_actual_cost',
    help: `Expected over actual cost of the last ${WINDOW} decisions whose cost is known; 1 is exact, 0 nothing known yet.`,
    registers,
    collect() {
      const actual = costs.sum((cost) => cost.actual);
      this.set(actual === 0 ? 0 : costs.sum((cost) => cost.expected) / actual);
    },
  });
  return {
    decided(decision) {
      latency.observe(decision.latencyMs);
      decisions.inc({ tier: decision.tier, reason: decision.reason });
      tiers.put(decision.id, decision.tier);
      explored.put(decision.id, decision.reason === 'EXPLORATION');
    },
    fellBack: (fault) => fallbacks.inc({ fault }),
    costed: (decision) => costs.put(decision.id, decision),
    judged({ id, outcome }) {
      outcomes.inc({ outcome });
      judgements.put(id, outcome);
    },
    drifted: ({ tier, change }) => drifts.inc({ tier, change }),
    canaryEnded: (status) => canaries.inc({ status }),
    reviewed: (verdict) => reviews.inc({ verdict }),
  };
}

/** The newest WINDOW values, one for each decision. */
class Window<T> {
  readonly #values = new Map<string, T>();

  put(id: string, value: T): void {
    this.#values.delete(id);
    this.#values.set(id, value);
    const oldest = this.#values.keys().next();
    if (this.#values.size > WINDOW && !oldest.done) this.#values.delete(oldest.value);
  }

  sum(numberOf: (value: T) => number): number {
    let sum = 0;
    for (const value of this.#values.values()) sum += numberOf(value);
    return sum;
  }

  /** 0 of nothing. */
  share(counts: (value: T) => boolean): number {
    return this.#values.size === 0 ? 0 : this.sum((value) => Number(counts(value))) / this.#values.size;
  }
}
