import type { Decimal } from '@switchyard/kernel/decimal';
import { quantile, type Sketch } from './ddsketch.ts';
import { type COUNTS, decimalOf, type Measures } from './measures.ts';

/** Each is defined in README.md; these are the definitions themselves. A rate of nothing is null. */
export const successRate = (of: Measures) => rate(of.succeeded, of.succeeded + of.failed);
export const escalationRate = (of: Measures) => rate(of.escalated, of.episodes);
export const misrouteRate = (of: Measures) => rate(of.routedWrong, of.routedWrong + of.routedRight);
export const toolCallFailureRate = (of: Measures) => rate(of.toolCallsFailed, of.toolCalls);
export const feedbackScore = (of: Measures) => (of.feedbacks === 0 ? null : of.feedbackScore.div(of.feedbacks).toNumber());

export const METRICS = [
  'SESSIONS',
  'EPISODES',
  'SUCCESS_RATE',
  'ESCALATION_RATE',
  'MISROUTE_RATE',
  'TOOL_CALLS',
  'TOOL_CALL_FAILURE_RATE',
  'INPUT_TOKENS',
  'OUTPUT_TOKENS',
  'COST',
  'EXPECTED_COST',
  'SAVINGS',
  'LATENCY_P50_MS',
  'LATENCY_P95_MS',
  'LATENCY_P99_MS',
] as const;
export type Metric = (typeof METRICS)[number];

type Definition =
  | {
      readonly kind: 'sum';
      of(measures: Measures): Decimal | number;
      /** How many things the sum is taken over: 0 of something differs from nothing. */
      basis(measures: Measures): number;
    }
  | { readonly kind: 'rate'; of(measures: Measures): number | null }
  | { readonly kind: 'percentile'; readonly q: number };

/** A sum has a value for every bucket of time, 0 where nothing happened; a rate and a percentile only where something did. */
const DEFINITIONS: Readonly<Record<Metric, Definition>> = {
  SESSIONS: sum('sessions', 'sessions'),
  EPISODES: sum('episodes', 'episodes'),
  SUCCESS_RATE: { kind: 'rate', of: successRate },
  ESCALATION_RATE: { kind: 'rate', of: escalationRate },
  MISROUTE_RATE: { kind: 'rate', of: misrouteRate },
  TOOL_CALLS: sum('toolCalls', 'toolCalls'),
  TOOL_CALL_FAILURE_RATE: { kind: 'rate', of: toolCallFailureRate },
  INPUT_TOKENS: sum('inputTokens', 'modelCalls'),
  OUTPUT_TOKENS: sum('outputTokens', 'modelCalls'),
  COST: sum('cost', 'modelCalls'),
  EXPECTED_COST: sum('expectedCost', 'decisions'),
  SAVINGS: sum('savings', 'modelCalls'),
  LATENCY_P50_MS: { kind: 'percentile', q: 0.5 },
  LATENCY_P95_MS: { kind: 'percentile', q: 0.95 },
  LATENCY_P99_MS: { kind: 'percentile', q: 0.99 },
};

/** Whether a metric has anything to say about these figures. */
export function hasMetric(metric: Metric, measures: Measures, latency: Sketch): boolean {
  const definition = DEFINITIONS[metric];
  return definition.kind === 'sum' ? definition.basis(measures) > 0 : metricValue(metric, measures, latency) !== null;
}

/** The value of a metric as a number to draw; null where there is none. */
export function metricValue(metric: Metric, measures: Measures, latency: Sketch): number | null {
  const definition = DEFINITIONS[metric];
  if (definition.kind === 'percentile') return quantile(latency, definition.q);
  const value = definition.of(measures);
  return value === null ? null : Number(value);
}

function sum(of: keyof Measures, basis: (typeof COUNTS)[number]): Definition {
  return { kind: 'sum', of: (measures) => measures[of], basis: (measures) => measures[basis] };
}

function rate(part: number, whole: number): number | null {
  return whole === 0 ? null : decimalOf(part).div(whole).toNumber();
}

/** Each tier's share of the decisions, largest first. */
export function tierShares(decisionsByTier: ReadonlyMap<string, number>): { readonly tier: string; readonly share: number }[] {
  const total = [...decisionsByTier.values()].reduce((sum, decisions) => sum + decisions, 0);
  return [...decisionsByTier]
    .filter(([, decisions]) => decisions > 0)
    .sort(([tierA, a], [tierB, b]) => b - a || (tierA < tierB ? -1 : 1))
    .map(([tier, decisions]) => ({ tier, share: decisions / total }));
}

/** Whether the metric is read from sketches rather than from sums. */
export function isPercentile(metric: Metric): boolean {
  return DEFINITIONS[metric].kind === 'percentile';
}
