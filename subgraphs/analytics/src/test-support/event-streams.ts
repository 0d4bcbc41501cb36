import type { EventEnvelope } from '@switchyard/contracts/envelope';
import type { AnyEventType, EventData } from '@switchyard/contracts/events';
import { type EventId, newId, type TenantId } from '@switchyard/kernel/ids';
import fc from 'fast-check';

/** Minutes around the turn of a month and of a day, so that every granularity has an edge inside. */
export const FIRST_MINUTE = Date.parse('2026-01-30T22:00:00.000Z');
export const MINUTES = 3 * 24 * 60;

/** Makes an event as the log hands it on. */
export function eventOf<E extends AnyEventType>(
  type: E,
  at: { readonly tenantId: TenantId; readonly time: number },
  data: EventData<E>,
): EventEnvelope {
  return {
    specversion: '1.0',
    id: newId<EventId>(),
    source: 'switchyard/test',
    type,
    subject: at.tenantId,
    time: new Date(at.time).toISOString(),
    datacontenttype: 'application/json',
    schemaversion: 1,
    tenantid: at.tenantId,
    data,
  };
}

const TIERS = ['local', 'small', 'large'] as const;
const useCase = fc.constantFrom('FAQ', 'ORDER', 'LEAD', 'GENERAL');
const cost = fc.constantFrom('0', '0.1', '0.2', '0.000000000000000001', '12.345', '0.30');
const latencyMs = fc.oneof(fc.integer({ min: 0, max: 60_000 }), fc.double({ min: 0, max: 50, noNaN: true }));
const time = fc.integer({ min: 0, max: MINUTES * 60_000 }).map((offset) => FIRST_MINUTE + offset);

const decision = fc.record({
  tier: fc.constantFrom(...TIERS),
  reason: fc.constantFrom('POLICY', 'ESCALATION', 'PINNED', 'FALLBACK'),
  arm: fc.constantFrom('STABLE', 'CANARY'),
  expectedCost: cost,
  latencyMs,
  at: time,
  outcomes: fc.array(fc.constantFrom('CORRECT', 'WRONG', 'INVALID_OUTPUT', 'PROVIDER_ERROR', 'TIMEOUT', null), { maxLength: 3 }),
  actualCost: fc.option(cost),
});
const modelCall = fc.record({
  ofDecision: fc.nat({ max: 3 }),
  tier: fc.constantFrom(...TIERS),
  inputTokens: fc.nat({ max: 5000 }),
  outputTokens: fc.nat({ max: 900 }),
  cost,
  dearestCost: cost,
});
const toolCall = fc.record({
  tool: fc.constantFrom('orders.find', 'orders.cancel', 'leads.add'),
  statuses: fc.array(fc.constantFrom('SUCCEEDED', 'FAILED', 'REJECTED', 'UNKNOWN'), { minLength: 1, maxLength: 2 }),
  attempts: fc.nat({ max: 3 }),
  compensation: fc.boolean(),
  compensated: fc.constantFrom('COMPENSATED', 'COMPENSATION_FAILED', null),
});
const episode = fc.record({
  useCase,
  status: fc.constantFrom('SUCCEEDED', 'SUCCEEDED', 'FAILED', 'COMPENSATED', 'CANCELLED', null),
  finishedAt: time,
  latencyMs,
  decisions: fc.array(decision, { maxLength: 3 }),
  modelCalls: fc.array(modelCall, { maxLength: 3 }),
  toolCalls: fc.array(toolCall, { maxLength: 3 }),
  scores: fc.array(fc.constantFrom(-1, -0.3, 0, 0.1, 0.2, 1), { maxLength: 2 }),
});
type Episode = typeof episode extends fc.Arbitrary<infer T> ? T : never;
type Decision = typeof decision extends fc.Arbitrary<infer T> ? T : never;

/** What happens to one tenant. */
const history = fc.record({
  sessions: fc.array(fc.record({ useCase, startedAt: time }), { maxLength: 6 }),
  episodes: fc.array(episode, { maxLength: 10 }),
  loneDecisions: fc.array(decision, { maxLength: 4 }),
});

export type Stream = {
  readonly tenants: readonly TenantId[];
  /** Each once, in the order in which it happened to be made. */
  readonly events: readonly EventEnvelope[];
  /** The same events shuffled, with duplicates, cut into batches. */
  readonly batches: readonly (readonly EventEnvelope[])[];
  /** Which batches crash once before they go through. */
  readonly crashes: readonly boolean[];
};

/** Streams of several tenants as an unkind log delivers them. */
export const streams: fc.Arbitrary<Stream> = fc.array(history, { minLength: 1, maxLength: 3 }).chain((histories) => {
  const tenants = histories.map(() => newId<TenantId>());
  const events = histories.flatMap((one, index) => eventsOf(one, tenants[index] as TenantId));
  return fc
    .record({
      order: fc.array(fc.nat(), { minLength: events.length, maxLength: events.length }),
      duplicates: fc.array(fc.nat({ max: Math.max(events.length - 1, 0) }), { maxLength: events.length }),
      batchSize: fc.integer({ min: 1, max: 40 }),
      crashes: fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }),
    })
    .map(({ order, duplicates, batchSize, crashes }) => {
      const shuffled = events
        .map((event, index) => ({ event, rank: order[index] ?? 0 }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ event }) => event);
      const delivered = [...shuffled, ...duplicates.flatMap((index) => events.slice(index, index + 1))];
      const batches = Array.from({ length: Math.ceil(delivered.length / batchSize) }, (_, index) =>
        delivered.slice(index * batchSize, (index + 1) * batchSize),
      );
      return { tenants, events, batches, crashes };
    });
});

type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

function eventsOf(of: History, tenantId: TenantId): EventEnvelope[] {
  return [
    ...of.sessions.map((session) =>
      eventOf(
        'session.started',
        { tenantId, time: session.startedAt },
        { sessionId: newId(), useCase: session.useCase, endUserId: null },
      ),
    ),
    ...of.episodes.flatMap((one) => episodeEvents(one, tenantId)),
    ...of.loneDecisions.flatMap((one) => decisionEvents({ ...one, id: newId() }, { tenantId, episodeId: null })),
  ];
}

function episodeEvents(of: Episode, tenantId: TenantId): EventEnvelope[] {
  const [episodeId, sessionId] = [newId(), newId()];
  const decisions = of.decisions.map((one) => ({ ...one, id: newId() as string }));
  const at = { tenantId, time: of.finishedAt };
  const requestedAt = new Date(of.finishedAt - Math.round(of.latencyMs)).toISOString();
  const finishedAt = new Date(of.finishedAt).toISOString();
  return [
    eventOf('episode.requested', at, { episodeId, sessionId, useCase: of.useCase }),
    ...(of.status === null
      ? []
      : [
          eventOf('episode.completed', at, {
            episodeId,
            sessionId,
            useCase: of.useCase,
            status: of.status,
            requestedAt,
            finishedAt,
            latencyMs: of.latencyMs,
          }),
        ]),
    ...decisions.flatMap((one) => decisionEvents(one, { tenantId, episodeId })),
    ...of.modelCalls.map((call) =>
      eventOf('model_call.finished', at, {
        modelCallId: newId(),
        episodeId,
        sessionId,
        routeDecisionId: decisions[call.ofDecision]?.id ?? newId(),
        tier: call.tier,
        model: `${call.tier}-1`,
        provider: 'simulator',
        status: 'ANSWERED',
        inputTokens: call.inputTokens,
        outputTokens: call.outputTokens,
        estimated: false,
        billable: true,
        cost: call.cost,
        dearestCost: call.dearestCost,
        currency: 'USD',
        startedAt: requestedAt,
        finishedAt,
      }),
    ),
    ...of.toolCalls.flatMap((call) => toolCallEvents(call, { tenantId, episodeId, sessionId, time: of.finishedAt })),
    ...of.scores.map((score, index) =>
      eventOf(
        'feedback.given',
        { tenantId, time: of.finishedAt + index },
        { feedbackId: newId(), episodeId, sessionId, score, comment: null },
      ),
    ),
  ];
}

function decisionEvents(
  of: Decision & { readonly id: string },
  at: { readonly tenantId: TenantId; readonly episodeId: string | null },
): EventEnvelope[] {
  const { id: routeDecisionId, tier, reason, arm, expectedCost, latencyMs: latency } = of;
  const { tenantId, episodeId } = at;
  const stamp = (offset: number) => new Date(of.at + offset).toISOString();
  return [
    eventOf(
      'decision.made',
      { tenantId, time: of.at },
      {
        routeDecisionId,
        episodeId,
        sessionId: null,
        tier,
        model: `${tier}-1`,
        reason,
        arm,
        policyVersion: 1,
        expectedCost,
        expectedError: 0.1,
        currency: 'USD',
        escalatedFrom: null,
        latencyMs: latency,
        decidedAt: stamp(0),
      },
    ),
    ...of.outcomes.map((outcome, index) =>
      eventOf(
        'decision.outcome_recorded',
        { tenantId, time: of.at + index + 1 },
        {
          routeDecisionId,
          episodeId,
          outcome,
          actualCost: of.actualCost,
          currency: 'USD',
          recordedAt: stamp(index + 1),
        },
      ),
    ),
  ];
}

function toolCallEvents(
  of: typeof toolCall extends fc.Arbitrary<infer T> ? T : never,
  at: { readonly tenantId: TenantId; readonly episodeId: string; readonly sessionId: string; readonly time: number },
): EventEnvelope[] {
  const { tenantId, episodeId, sessionId } = at;
  const call = { toolCallId: newId() as string, episodeId, sessionId, tool: of.tool };
  return [
    ...of.statuses.map((status, index) =>
      eventOf(
        'tool_call.finished',
        { tenantId, time: at.time + index },
        {
          ...call,
          status,
          attempts: of.attempts,
          compensates: of.compensation ? newId() : null,
          finishedAt: new Date(at.time + index).toISOString(),
        },
      ),
    ),
    ...(of.compensated === null
      ? []
      : [eventOf('tool_call.compensated', { tenantId, time: at.time + 9 }, { ...call, by: null, status: of.compensated })]),
  ];
}
