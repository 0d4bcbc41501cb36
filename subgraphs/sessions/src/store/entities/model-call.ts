import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { TENANT_ROWS } from '@switchyard/database/policies';
import type { EpisodeId, ModelCallId, RouteDecisionId, SessionId, TenantId } from '@switchyard/kernel/ids';
import { MODEL_CALL_STATUSES, type ModelTurn, type TierPrices } from '../../domain/model-call.ts';

/** One request to a model: written before it is sent, so that a crash leaves a trace of what was spent. */
export const ModelCallEntity = defineEntity({
  name: 'ModelCall',
  tableName: 'model_call',
  ...TENANT_ROWS,
  uniques: [{ properties: ['episodeId', 'seq'] }],
  properties: {
    id: p.uuid().$type<ModelCallId>().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    episodeId: p.uuid().$type<EpisodeId>(),
    sessionId: p.uuid().$type<SessionId>(),
    /** Counted from 1 within the episode. */
    seq: p.integer(),
    /** Which turn of the conversation with the model it is for, counted from 1; tries of one turn share it. */
    turnNumber: p.integer(),
    routeDecisionId: p.uuid().$type<RouteDecisionId>(),
    tier: p.text(),
    model: p.text(),
    provider: p.text(),
    prices: p.json<TierPrices>(),
    status: p.enum(MODEL_CALL_STATUSES),
    /** Tokens of the request by our tokenizer: the estimate, should the provider never report. */
    countedInputTokens: p.integer(),
    inputTokens: p.integer().nullable(),
    outputTokens: p.integer().nullable(),
    estimated: p.boolean().nullable(),
    billable: p.boolean().nullable(),
    /** What the model said, once it has said all of it. */
    turn: p.json<ModelTurn>().nullable(),
    /** After it the episode leaves this tier for the next one. */
    tierGivenUp: p.boolean().default(false),
    /** Why it was no answer: a provider's error kind, DIVERGED, INVALID_OUTPUT … */
    error: p.text().nullable(),
    startedAt: p.datetime(3),
    finishedAt: p.datetime(3).nullable(),
  },
});
export type ModelCallRow = InferEntity<typeof ModelCallEntity>;
