import { z } from 'zod';

/**
 * Every event type of the platform, by topic. Objects are loose: unknown fields are kept, so that a reader of today
 * passes on what a writer of tomorrow adds. Evolution is additive: a new field is optional, a changed meaning is a new type.
 */
const id = z.uuid();
const decimal = z.string().regex(/^-?\d+(\.\d+)?$/);
const at = z.iso.datetime();
const currency = z.string().length(3);
const useCase = z.enum(['FAQ', 'ORDER', 'LEAD', 'GENERAL']);
const outcome = z.enum(['CORRECT', 'WRONG', 'INVALID_OUTPUT', 'PROVIDER_ERROR', 'TIMEOUT']);

export const EVENT_TYPES = {
  'billing.quota.v1': {
    /** Usage has reached a share of a limit, told once for each window of the limit. */
    'quota.crossed': z.looseObject({
      /** A meter's code, or "budget". */
      meter: z.string(),
      period: z.enum(['MINUTE', 'DAY', 'BILLING_PERIOD']),
      percent: z.number().int().positive(),
      limit: decimal,
      used: decimal,
      enforcement: z.enum(['HARD', 'SOFT']),
      windowStart: at,
      resetsAt: at,
    }),
  },
  'sessions.tenant.v1': {
    'tenant.created': z.looseObject({ tenantId: id, name: z.string() }),
  },
  'sessions.session.v1': {
    'session.started': z.looseObject({ sessionId: id, useCase, endUserId: z.string().nullable() }),
    'session.ended': z.looseObject({ sessionId: id }),
  },
  'sessions.episode.v1': {
    'episode.requested': z.looseObject({ episodeId: id, sessionId: id, useCase }),
    'episode.started': z.looseObject({ episodeId: id, sessionId: id, useCase }),
    /** Ended, in any way. `latencyMs` is from the request to the end. */
    'episode.completed': z.looseObject({
      episodeId: id,
      sessionId: id,
      useCase,
      status: z.enum(['SUCCEEDED', 'FAILED', 'COMPENSATED', 'CANCELLED']),
      requestedAt: at,
      finishedAt: at,
      latencyMs: z.number().nonnegative(),
    }),
  },
  'sessions.feedback.v1': {
    'feedback.given': z.looseObject({
      feedbackId: id,
      episodeId: id,
      sessionId: id,
      score: z.number().min(-1).max(1),
      comment: z.string().nullable(),
    }),
  },
  'sessions.tool-call.v1': {
    'tool_call.requested': z.looseObject({
      toolCallId: id,
      episodeId: id,
      sessionId: id,
      tool: z.string(),
      sideEffect: z.boolean(),
      compensates: id.nullable(),
    }),
    /** What became of it; `attempts` counts requests that were sent. */
    'tool_call.finished': z.looseObject({
      toolCallId: id,
      episodeId: id,
      sessionId: id,
      tool: z.string(),
      status: z.enum(['SUCCEEDED', 'FAILED', 'REJECTED', 'UNKNOWN']),
      attempts: z.number().int().nonnegative(),
      compensates: id.nullable(),
      finishedAt: at,
    }),
    'tool_call.compensated': z.looseObject({
      toolCallId: id,
      episodeId: id,
      sessionId: id,
      tool: z.string(),
      by: id.nullable(),
      status: z.enum(['COMPENSATED', 'COMPENSATION_FAILED']),
    }),
    /** A person has said what became of an effect that the platform could not tell or undo. */
    'tool_call.settled': z.looseObject({
      toolCallId: id,
      episodeId: id,
      sessionId: id,
      tool: z.string(),
      status: z.enum(['SUCCEEDED', 'FAILED', 'COMPENSATED', 'COMPENSATION_FAILED']),
      note: z.string(),
    }),
  },
  'sessions.model-call.v1': {
    /**
     * One request to a model has ended. `billable` is false where the platform's own crash or choice wasted it: kept as a
     * cost, never charged. `estimated`: counted by our tokenizer, because the provider did not get to report.
     */
    'model_call.finished': z.looseObject({
      modelCallId: id,
      episodeId: id,
      sessionId: id,
      routeDecisionId: id,
      tier: z.string(),
      model: z.string(),
      provider: z.string(),
      status: z.enum(['ANSWERED', 'FAILED', 'CANCELLED', 'LOST']),
      inputTokens: z.number().int().nonnegative(),
      outputTokens: z.number().int().nonnegative(),
      estimated: z.boolean(),
      billable: z.boolean(),
      cost: decimal,
      /** What the same tokens would have cost on the dearest configured tier. */
      dearestCost: decimal,
      currency,
      /** What this call already says about its route decision; null when that is not known yet. */
      outcome: outcome.nullable().optional(),
      startedAt: at,
      finishedAt: at,
    }),
  },
  'router.decision.v1': {
    'decision.made': z.looseObject({
      routeDecisionId: id,
      episodeId: id.nullable(),
      sessionId: id.nullable(),
      tier: z.string(),
      model: z.string(),
      reason: z.enum(['POLICY', 'EXPLORATION', 'EARLY_EXIT', 'ESCALATION', 'FALLBACK', 'PINNED']),
      arm: z.enum(['STABLE', 'CANARY']),
      policyVersion: z.number().int(),
      expectedCost: decimal,
      expectedError: z.number().min(0).max(1),
      currency,
      escalatedFrom: id.nullable(),
      latencyMs: z.number().nonnegative(),
      decidedAt: at,
    }),
    'decision.outcome_recorded': z.looseObject({
      routeDecisionId: id,
      episodeId: id.nullable(),
      outcome: outcome.nullable(),
      actualCost: decimal.nullable(),
      currency,
      recordedAt: at,
    }),
  },
  'router.drift.v1': {
    /** A tier came to do better or worse for the tenant than it did; what was predicted of it is learnt anew. */
    'drift.detected': z.looseObject({
      tier: z.string(),
      change: z.enum(['WORSE', 'BETTER']),
      /** The decision whose outcome was the last to show it. */
      routeDecisionId: id,
      /** Judged decisions on the tier since it was last learnt anew, and those of them since the change began. */
      judged: z.number().int().positive(),
      judgedSinceChange: z.number().int().positive(),
      detectedAt: at,
    }),
  },
  'router.canary.v1': {
    'canary.started': z.looseObject({
      canaryId: id,
      stableVersion: z.number().int(),
      candidateVersion: z.number().int(),
      share: z.number().min(0).max(1),
      plannedRequests: z.number().int().positive(),
      startedAt: at,
    }),
    'canary.promoted': z.looseObject({ canaryId: id, candidateVersion: z.number().int(), verdict: z.string(), endedAt: at }),
    'canary.rolled_back': z.looseObject({ canaryId: id, candidateVersion: z.number().int(), verdict: z.string(), endedAt: at }),
  },
  'billing.usage.v1': {
    'usage.recorded': z.looseObject({
      usageRecordId: id,
      meter: z.string(),
      quantity: decimal,
      occurredAt: at,
      source: z.enum(['PLATFORM', 'API', 'WEBHOOK']),
      estimated: z.boolean(),
      episodeId: id.nullable(),
      toolCallId: id.nullable(),
      /** The usage record that this one takes back. */
      reverses: id.optional(),
    }),
  },
  'billing.invoice.v1': {
    /** An invoice was issued: it never changes from here on. Amounts: total = subtotal − credits + tax. */
    'invoice.issued': z.looseObject({
      invoiceId: id,
      number: z.number().int().positive(),
      periodStart: at,
      periodEnd: at,
      currency,
      subtotal: decimal,
      credits: decimal,
      tax: decimal,
      total: decimal,
      issuedAt: at,
    }),
    'credit_note.issued': z.looseObject({
      creditNoteId: id,
      invoiceId: id,
      number: z.number().int().positive(),
      currency,
      amount: decimal,
      tax: decimal,
      total: decimal,
      reason: z.string(),
    }),
    'invoice.paid': z.looseObject({
      invoiceId: id,
      provider: z.string().nullable(),
      providerReference: z.string().nullable(),
      paidAt: at,
    }),
    'invoice.payment_failed': z.looseObject({
      invoiceId: id,
      provider: z.string(),
      reason: z.string(),
      attempt: z.number().int().positive(),
      nextAttemptAt: at.nullable(),
    }),
  },
} as const;

export type Topic = keyof typeof EVENT_TYPES;
export type EventTypeOf<T extends Topic> = keyof (typeof EVENT_TYPES)[T] & string;
export type AnyEventType = { [T in Topic]: EventTypeOf<T> }[Topic];
type Schemas = { [T in Topic]: { [E in EventTypeOf<T>]: (typeof EVENT_TYPES)[T][E] } };
type SchemaOf<E extends AnyEventType> = { [T in Topic]: E extends keyof Schemas[T] ? Schemas[T][E] : never }[Topic];
/** What stands in `data` of an event of this type. */
export type EventData<E extends AnyEventType> = SchemaOf<E> extends z.ZodType ? z.infer<SchemaOf<E>> : never;

export const TOPICS = Object.keys(EVENT_TYPES) as Topic[];

/** The topic that carries events of this type. */
export function topicOf(type: AnyEventType): Topic {
  const topic = TOPICS.find((name) => type in EVENT_TYPES[name]);
  if (topic === undefined) throw new TypeError(`no topic carries ${type}`);
  return topic;
}

/** @throws z.ZodError when the data does not fit the type's schema. */
export function parseEventData<E extends AnyEventType>(type: E, data: unknown): EventData<E> {
  const schemas: Record<string, z.ZodType> = EVENT_TYPES[topicOf(type)];
  const schema = schemas[type];
  if (schema === undefined) throw new TypeError(`no schema for ${type}`);
  return schema.parse(data) as EventData<E>;
}
