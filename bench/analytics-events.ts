import type { EventEnvelope } from '@switchyard/contracts/envelope';
import type { AnyEventType, EventData } from '@switchyard/contracts/events';
import { type EventId, newId, type TenantId } from '@switchyard/kernel/ids';

const TENANTS = 50;
const EPISODES_PER_SESSION = 3;
/** Shares of the stream. */
const DUPLICATES = 0.05;
const LATE = 0.05;
const LATE_BY = 2_000;

const TIERS = [
  { tier: 'local', model: 'local-1', cost: '0', share: 0.55 },
  { tier: 'small', model: 'gpt-small', cost: '0.00031', share: 0.3 },
  { tier: 'medium', model: 'gpt-medium', cost: '0.0024', share: 0.1 },
  { tier: 'large', model: 'claude-large', cost: '0.0132', share: 0.05 },
] as const;
const USE_CASES = ['FAQ', 'ORDER', 'LEAD', 'GENERAL'] as const;
const TOOLS = ['orders.find', 'orders.cancel', 'orders.refund', 'leads.add', 'calendar.book'] as const;

/** Numbers in [0, 1), the same at every run (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type EventStream = {
  readonly tenants: readonly TenantId[];
  /** The next events, in the order in which the log gets them; 5 % are repeats, 5 % come thousands of events late. */
  next(count: number): EventEnvelope[];
};

/**
 * What a platform of 50 tenants writes: sessions of three episodes, each with its decisions, model calls, tool calls and
 * feedback, about eight events an episode.
 * @param timeOf when the episode number n happens, in milliseconds since 1970.
 */
export function createEventStream(seed: number, timeOf: (episode: number) => number): EventStream {
  const random = createRandom(seed);
  const tenants = Array.from({ length: TENANTS }, () => newId<TenantId>());
  const ready: EventEnvelope[] = [];
  const late: { readonly event: EventEnvelope; readonly at: number }[] = [];
  const sessions = new Map<TenantId, { id: string; left: number }>();
  let [episodes, given] = [0, 0];

  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const makeEpisode = (): void => {
    // A few tenants are much busier than the rest.
    const tenantId = tenants[Math.floor(random() ** 2 * TENANTS)] as TenantId;
    const at = timeOf(episodes);
    episodes += 1;
    let session = sessions.get(tenantId);
    const write = createWriter(tenantId);
    if (session === undefined || session.left === 0) {
      session = { id: newId(), left: EPISODES_PER_SESSION };
      sessions.set(tenantId, session);
      ready.push(write('session.started', session.id, at, { sessionId: session.id, useCase: pick(USE_CASES), endUserId: null }));
    }
    session.left -= 1;
    ready.push(...episodeEvents({ write, random, pick, at, sessionId: session.id }));
  };

  return {
    tenants,
    next(count) {
      const events: EventEnvelope[] = [];
      while (events.length < count) {
        if (ready.length === 0) makeEpisode();
        const event = ready.shift() as EventEnvelope;
        const chance = random();
        if (chance < LATE) late.push({ event, at: given + LATE_BY });
        else events.push(event);
        if (chance > 1 - DUPLICATES) events.push(event);
        given += 1;
        while (late[0] !== undefined && late[0].at <= given) events.push((late.shift() as (typeof late)[0]).event);
      }
      return events;
    },
  };
}

type Write = <E extends AnyEventType>(type: E, subject: string, time: number, data: EventData<E>) => EventEnvelope;

function createWriter(tenantId: TenantId): Write {
  return (type, subject, time, data) => ({
    specversion: '1.0',
    id: newId<EventId>(),
    source: 'switchyard/bench',
    type,
    subject,
    time: new Date(time).toISOString(),
    datacontenttype: 'application/json',
    schemaversion: 1,
    tenantid: tenantId,
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    data,
  });
}

type Making = {
  readonly write: Write;
  readonly random: () => number;
  readonly pick: <T>(of: readonly T[]) => T;
  readonly at: number;
  readonly sessionId: string;
};

function episodeEvents({ write, random, pick, at, sessionId }: Making): EventEnvelope[] {
  const episodeId = newId();
  const useCase = pick(USE_CASES);
  const latencyMs = Math.round(200 * Math.exp(2.5 * random()));
  const stamp = (offset: number) => new Date(at + offset).toISOString();
  const of = { episodeId, sessionId };
  const first = tierAt(random());
  const escalated = random() < 0.12;
  const tries = [{ ...TIERS[first], reason: 'POLICY' as const }];
  if (escalated) tries.push({ ...(TIERS[Math.min(first + 1, 3)] ?? TIERS[3]), reason: 'ESCALATION' as never });
  const arm = random() < 0.1 ? ('CANARY' as const) : ('STABLE' as const);
  const routed = tries.flatMap(({ tier, model, cost, reason }, index) => {
    const routeDecisionId = newId();
    const tokens = { inputTokens: 200 + Math.floor(random() * 900), outputTokens: 40 + Math.floor(random() * 300) };
    return [
      write('decision.made', sessionId, at, {
        ...{ routeDecisionId, episodeId, sessionId, tier, model, reason, arm, policyVersion: 3 },
        ...{ expectedCost: cost, expectedError: 0.08, currency: 'USD', escalatedFrom: null },
        ...{ latencyMs: 0.5 + random() * 3, decidedAt: stamp(index) },
      }),
      write('model_call.finished', sessionId, at + latencyMs, {
        ...{
          ...of,
          ...tokens,
          modelCallId: newId(),
          routeDecisionId,
          tier,
          model,
          provider: 'openai',
          status: 'ANSWERED' as const,
        },
        ...{ estimated: false, billable: true, cost, dearestCost: '0.0132', currency: 'USD' },
        ...{ startedAt: stamp(5), finishedAt: stamp(latencyMs) },
      }),
      ...(random() < 0.5
        ? [
            write('decision.outcome_recorded', sessionId, at + latencyMs, {
              ...{ routeDecisionId, episodeId, outcome: 'CORRECT' as const, actualCost: cost, currency: 'USD' },
              recordedAt: stamp(latencyMs),
            }),
          ]
        : []),
    ];
  });
  const called = random() < 0.4 ? toolCallEvents({ write, of, tool: pick(TOOLS), failed: random() < 0.03, time: at + 50 }) : [];
  const done = {
    ...{ ...of, useCase, status: random() < 0.96 ? ('SUCCEEDED' as const) : ('FAILED' as const) },
    ...{ requestedAt: stamp(0), finishedAt: stamp(latencyMs), latencyMs },
  };
  return [
    write('episode.requested', sessionId, at, { ...of, useCase }),
    write('episode.started', sessionId, at + 2, { ...of, useCase }),
    ...routed,
    ...called,
    write('episode.completed', sessionId, at + latencyMs, done),
    ...(random() < 0.15
      ? [
          write('feedback.given', sessionId, at + latencyMs + 5_000, {
            ...{ ...of, feedbackId: newId(), score: pick([-1, 0.5, 1]), comment: null },
          }),
        ]
      : []),
  ];
}

function toolCallEvents(made: {
  write: Write;
  of: { episodeId: string; sessionId: string };
  tool: string;
  failed: boolean;
  time: number;
}): EventEnvelope[] {
  const { write, of, tool, failed, time } = made;
  const call = { ...of, toolCallId: newId(), tool, compensates: null };
  const status = failed ? ('FAILED' as const) : ('SUCCEEDED' as const);
  return [
    write('tool_call.requested', of.sessionId, time, { ...call, sideEffect: false }),
    write('tool_call.finished', of.sessionId, time + 80, {
      ...{ ...call, status, attempts: 1, finishedAt: new Date(time + 80).toISOString() },
    }),
  ];
}

function tierAt(chance: number): 0 | 1 | 2 | 3 {
  let sum = 0;
  for (const index of [0, 1, 2] as const) {
    sum += TIERS[index].share;
    if (chance < sum) return index;
  }
  return 3;
}
