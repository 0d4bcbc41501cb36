import type { EventEnvelope } from '@switchyard/contracts/envelope';
import type { EventData } from '@switchyard/contracts/events';
import { Decimal } from '@switchyard/kernel/decimal';

/**
 * The KPIs of one tenant straight from its raw events, each once and all at hand: loops over lists, no rollup, no sketch, and
 * nothing of the code under test. What the projection must come to.
 */
export type RecomputedKpis = ReturnType<typeof recompute>;

export function recompute(events: readonly EventEnvelope[], range: { readonly from: number; readonly to: number }) {
  const inRange = (at: string) => Date.parse(at) >= range.from && Date.parse(at) < range.to;
  const of = <E extends string>(type: E) => events.filter((event) => event.type === type);
  const sessions = of('session.started').filter((event) => inRange(event.time));
  const episodes = of('episode.completed')
    .map((event) => event.data as EventData<'episode.completed'>)
    .filter((episode) => inRange(episode.finishedAt));
  const ids = new Set(episodes.map(({ episodeId }) => episodeId));
  const belongs = (episodeId: string) => ids.has(episodeId);

  const decisions = of('decision.made')
    .map((event) => event.data as EventData<'decision.made'>)
    .filter((one) => (one.episodeId === null ? inRange(one.decidedAt) : belongs(one.episodeId)));
  const outcomes = new Map<string, string>();
  const loneCosts = new Map<string, string>();
  for (const event of inOrder(of('decision.outcome_recorded'))) {
    const data = event.data as EventData<'decision.outcome_recorded'>;
    const counted =
      data.episodeId === null ? decisions.some((one) => one.routeDecisionId === data.routeDecisionId) : belongs(data.episodeId);
    if (!counted) continue;
    if (data.outcome !== null) outcomes.set(data.routeDecisionId, data.outcome);
    if (data.episodeId === null && data.actualCost !== null) loneCosts.set(data.routeDecisionId, data.actualCost);
  }
  const calls = of('model_call.finished')
    .map((event) => event.data as EventData<'model_call.finished'>)
    .filter((call) => belongs(call.episodeId));
  const toolCalls = new Map<string, string>();
  for (const event of inOrder(of('tool_call.finished'))) {
    const data = event.data as EventData<'tool_call.finished'>;
    if (belongs(data.episodeId) && data.attempts > 0 && data.compensates === null) toolCalls.set(data.toolCallId, data.status);
  }
  const compensations = of('tool_call.compensated')
    .map((event) => event.data as EventData<'tool_call.compensated'>)
    .filter((one) => belongs(one.episodeId) && one.status === 'COMPENSATED');
  const scores = of('feedback.given')
    .map((event) => event.data as EventData<'feedback.given'>)
    .filter((one) => belongs(one.episodeId))
    .map((one) => one.score);

  const count = (status: string) => episodes.filter((one) => one.status === status).length;
  const decided = count('SUCCEEDED') + count('FAILED') + count('COMPENSATED');
  const escalated = episodes.filter((one) => decisions.some((d) => d.episodeId === one.episodeId && d.reason === 'ESCALATION'));
  const judged = [...outcomes.values()].filter((outcome) => ['CORRECT', 'WRONG', 'INVALID_OUTPUT'].includes(outcome));
  const statuses = [...toolCalls.values()];
  const cost = total(calls.map((call) => call.cost));
  return {
    sessions: sessions.length,
    episodes: episodes.length,
    successRate: share(count('SUCCEEDED'), decided),
    escalationRate: share(escalated.length, episodes.length),
    misrouteRate: share(judged.filter((outcome) => outcome !== 'CORRECT').length, judged.length),
    toolCalls: statuses.length,
    toolCallFailureRate: share(statuses.filter((status) => status === 'FAILED' || status === 'UNKNOWN').length, statuses.length),
    compensations: compensations.length,
    inputTokens: String(calls.reduce((sum, call) => sum + call.inputTokens, 0)),
    outputTokens: String(calls.reduce((sum, call) => sum + call.outputTokens, 0)),
    cost: cost.plus(total([...loneCosts.values()])).toFixed(),
    expectedCost: total(decisions.map((one) => one.expectedCost)).toFixed(),
    savings: total(calls.map((call) => call.dearestCost))
      .minus(cost)
      .toFixed(),
    latencies: episodes.map((one) => one.latencyMs).sort((a, b) => a - b),
    routerLatencies: decisions.map((one) => one.latencyMs).sort((a, b) => a - b),
    tierShares: Object.fromEntries(
      [...new Set(decisions.map(({ tier }) => tier))].map((tier) => [
        tier,
        decisions.filter((one) => one.tier === tier).length / decisions.length,
      ]),
    ),
    feedbackScore: scores.length === 0 ? null : total(scores.map(String)).div(scores.length).toNumber(),
    asOf: new Date(Math.max(0, ...events.map((event) => Date.parse(event.time)))).toISOString(),
  };
}

/** Value at rank ⌊q · (n − 1)⌋ of sorted values. */
export function exactQuantile(sorted: readonly number[], q: number): number | null {
  return sorted[Math.floor(q * (sorted.length - 1))] ?? null;
}

function inOrder(events: readonly EventEnvelope[]): EventEnvelope[] {
  return [...events].sort((a, b) => Date.parse(a.time) - Date.parse(b.time) || (a.id < b.id ? -1 : 1));
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function total(amounts: readonly string[]): Decimal {
  return amounts.reduce((sum, amount) => sum.plus(amount), new Decimal(0));
}
