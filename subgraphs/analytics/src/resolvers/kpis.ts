import { type Decimal, formatDecimal } from '@switchyard/kernel/decimal';
import type { MoneyText } from '@switchyard/kernel/money';
import type { Context } from '../context.ts';
import { quantile } from '../domain/ddsketch.ts';
import { escalationRate, feedbackScore, misrouteRate, successRate, tierShares, toolCallFailureRate } from '../domain/kpis.ts';
import type { KpisResolvers } from '../generated/resolvers.ts';

const moneyOf = (amount: Decimal, { currency }: Context): MoneyText => ({ amount: formatDecimal(amount), currency });

export const kpisResolvers: KpisResolvers = {
  range: ({ range }) => ({ from: new Date(range.from).toISOString(), to: new Date(range.to).toISOString() }),
  sessions: ({ measures }) => measures.sessions,
  episodes: ({ measures }) => measures.episodes,
  successRate: ({ measures }) => successRate(measures),
  escalationRate: ({ measures }) => escalationRate(measures),
  misrouteRate: ({ measures }) => misrouteRate(measures),
  toolCalls: ({ measures }) => measures.toolCalls,
  toolCallFailureRate: ({ measures }) => toolCallFailureRate(measures),
  compensations: ({ measures }) => measures.compensations,
  inputTokens: ({ measures }) => String(measures.inputTokens),
  outputTokens: ({ measures }) => String(measures.outputTokens),
  cost: ({ measures }, _args, context) => moneyOf(measures.cost, context),
  expectedCost: ({ measures }, _args, context) => moneyOf(measures.expectedCost, context),
  savings: ({ measures }, _args, context) => moneyOf(measures.savings, context),
  latencyP50Ms: ({ latency }) => quantile(latency, 0.5),
  latencyP95Ms: ({ latency }) => quantile(latency, 0.95),
  latencyP99Ms: ({ latency }) => quantile(latency, 0.99),
  routerLatencyP50Ms: ({ routerLatency }) => quantile(routerLatency, 0.5),
  routerLatencyP99Ms: ({ routerLatency }) => quantile(routerLatency, 0.99),
  tierDistribution: ({ decisionsByTier }) => tierShares(decisionsByTier),
  feedbackScore: ({ measures }) => feedbackScore(measures),
  asOf: ({ asOf }) => (asOf ?? new Date(0)).toISOString(),
};
