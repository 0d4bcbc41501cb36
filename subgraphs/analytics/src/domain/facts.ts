import type { EventEnvelope } from '@switchyard/contracts/envelope';
import type { EventData } from '@switchyard/contracts/events';

/**
 * What is known about one subject: a session, an episode, or a decision that a caller asked for by itself. Each fact has a
 * key of its own, and of several events about one fact the newest counts, whatever the order they came in. Facts are
 * therefore a function of the set of events: order, duplicates and batches leave no trace in them.
 */
export type Facts = Readonly<Record<string, Fact>>;

/** `by` orders statements about the same fact: time of the event, then its id. */
export type Fact = Statement & { readonly by: string };

export type Statement =
  | { readonly type: 'started'; readonly useCase: string; readonly at: string }
  | {
      readonly type: 'completed';
      readonly useCase: string;
      readonly status: EventData<'episode.completed'>['status'];
      readonly at: string;
      readonly latencyMs: number;
    }
  | {
      readonly type: 'decided';
      readonly id: string;
      readonly tier: string;
      readonly model: string;
      readonly arm: string;
      readonly escalation: boolean;
      /** Asked for by a caller who makes the call: it belongs to no episode. */
      readonly alone: boolean;
      readonly expectedCost: string;
      readonly latencyMs: number;
      readonly at: string;
    }
  | { readonly type: 'outcome'; readonly decision: string; readonly outcome: string }
  | { readonly type: 'actual_cost'; readonly decision: string; readonly cost: string }
  | {
      readonly type: 'model_call';
      readonly decision: string;
      readonly tier: string;
      readonly model: string;
      readonly inputTokens: number;
      readonly outputTokens: number;
      readonly cost: string;
      readonly dearestCost: string;
    }
  | { readonly type: 'tool_call'; readonly tool: string; readonly failed: boolean }
  | { readonly type: 'compensated'; readonly tool: string }
  | { readonly type: 'feedback'; readonly score: number };

/** A fact and whose it is. */
export type SubjectFact = { readonly subject: string; readonly key: string; readonly fact: Fact };

/** Adds facts to what is known; commutative, associative and idempotent. */
export function learn(known: Facts, news: readonly SubjectFact[]): Facts {
  const facts: Record<string, Fact> = { ...known };
  for (const { key, fact } of news) {
    const before = facts[key];
    if (before === undefined || before.by < fact.by) facts[key] = fact;
  }
  return facts;
}

/** What is known when both are: of each fact the newer statement. */
export function mergeFacts(a: Facts, b: Facts): Facts {
  const facts: Record<string, Fact> = { ...a };
  for (const [key, fact] of Object.entries(b)) {
    const before = facts[key];
    if (before === undefined || before.by < fact.by) facts[key] = fact;
  }
  return facts;
}

/**
 * What an event says, in facts; none for the events that no figure needs. The log has checked that it fits its type's schema:
 * one that does not goes to the dead letters, and comes to no handler.
 * @throws RangeError when what it says cannot be counted.
 */
export function factsOf(event: EventEnvelope): readonly SubjectFact[] {
  const reader = READERS.get(event.type);
  if (reader === undefined) return [];
  const by = `${inMilliseconds(event.time)} ${event.id}`;
  refuseTime(event.time);
  return reader(event).map(({ subject, key, statement }) => {
    refuseUncountable(statement);
    return { subject, key, fact: { ...statement, by } };
  });
}

/** A million times this, summed up, still fits the figures' columns. */
const LARGEST_AMOUNT = 1e14;
/** Ranges of figures begin here. */
const EARLIEST = Date.UTC(1970, 0, 1);

/**
 * What fits its schema and yet no column must be refused as a fact: taken in, it would break the whole subject, and with it
 * every later event that is about it.
 */
function refuseUncountable(statement: Statement): void {
  for (const [name, value] of Object.entries(statement)) {
    if (name === 'at') refuseTime(String(value));
    if (AMOUNTS.has(name) && Math.abs(Number(value)) > LARGEST_AMOUNT)
      throw new RangeError(`${name} is too large to be added up`);
  }
}

const AMOUNTS: ReadonlySet<string> = new Set(['cost', 'dearestCost', 'expectedCost', 'inputTokens', 'outputTokens', 'latencyMs']);

function refuseTime(time: string): void {
  if (!(Date.parse(time) >= EARLIEST)) throw new RangeError('it happened before 1970');
}

/** As our own writers put it, times compare as text; others are brought to that form. */
function inMilliseconds(time: string): string {
  return time.length === 24 && time.endsWith('Z') ? time : new Date(time).toISOString();
}

type Said = { readonly subject: string; readonly key: string; readonly statement: Statement };

const READERS = new Map<string, (event: EventEnvelope) => readonly Said[]>(
  Object.entries({
    'session.started': ({ data, time }: EventEnvelope) => {
      const { sessionId, useCase } = data as EventData<'session.started'>;
      return [{ subject: sessionId, key: 'started', statement: { type: 'started', useCase, at: time } }];
    },
    'episode.completed': ({ data }: EventEnvelope) => {
      const { episodeId, useCase, status, finishedAt, latencyMs } = data as EventData<'episode.completed'>;
      return [
        { subject: episodeId, key: 'completed', statement: { type: 'completed', useCase, status, at: finishedAt, latencyMs } },
      ];
    },
    'decision.made': ({ data }: EventEnvelope) => [decided(data as EventData<'decision.made'>)],
    'decision.outcome_recorded': ({ data }: EventEnvelope) => outcomeRecorded(data as EventData<'decision.outcome_recorded'>),
    'model_call.finished': ({ data }: EventEnvelope) => [modelCallFinished(data as EventData<'model_call.finished'>)],
    'tool_call.finished': ({ data }: EventEnvelope) => toolCallFinished(data as EventData<'tool_call.finished'>),
    'tool_call.compensated': ({ data }: EventEnvelope) => {
      const { toolCallId, episodeId, tool, status } = data as EventData<'tool_call.compensated'>;
      if (status !== 'COMPENSATED') return [];
      return [{ subject: episodeId, key: `compensated ${toolCallId}`, statement: { type: 'compensated', tool } }];
    },
    'feedback.given': ({ data }: EventEnvelope) => {
      const { feedbackId, episodeId, score } = data as EventData<'feedback.given'>;
      return [{ subject: episodeId, key: `feedback ${feedbackId}`, statement: { type: 'feedback', score } }];
    },
  }),
);

function decided(data: EventData<'decision.made'>): Said {
  const { routeDecisionId: id, tier, model, arm, expectedCost, latencyMs } = data;
  const escalation = data.reason === 'ESCALATION';
  return {
    subject: data.episodeId ?? id,
    key: `decided ${id}`,
    statement: {
      type: 'decided',
      id,
      tier,
      model,
      arm,
      escalation,
      alone: data.episodeId === null,
      expectedCost,
      latencyMs,
      at: data.decidedAt,
    },
  };
}

/** Outcome and cost become known apart, each from null to a value: a later null takes nothing back. */
function outcomeRecorded(data: EventData<'decision.outcome_recorded'>): Said[] {
  const { routeDecisionId: decision, outcome, actualCost } = data;
  const subject = data.episodeId ?? decision;
  const said: Said[] = [];
  if (outcome !== null) said.push({ subject, key: `outcome ${decision}`, statement: { type: 'outcome', decision, outcome } });
  if (data.episodeId === null && actualCost !== null) {
    said.push({ subject, key: `actual_cost ${decision}`, statement: { type: 'actual_cost', decision, cost: actualCost } });
  }
  return said;
}

function modelCallFinished(data: EventData<'model_call.finished'>): Said {
  const { routeDecisionId: decision, tier, model, inputTokens, outputTokens, cost, dearestCost } = data;
  return {
    subject: data.episodeId,
    key: `model_call ${data.modelCallId}`,
    statement: { type: 'model_call', decision, tier, model, inputTokens, outputTokens, cost, dearestCost },
  };
}

/** A call that was never sent is no call, and one that undoes another is a compensation. */
function toolCallFinished(data: EventData<'tool_call.finished'>): Said[] {
  if (data.attempts === 0 || data.compensates !== null) return [];
  const failed = data.status === 'FAILED' || data.status === 'UNKNOWN';
  return [
    {
      subject: data.episodeId,
      key: `tool_call ${data.toolCallId}`,
      statement: { type: 'tool_call', tool: data.tool, failed },
    },
  ];
}
