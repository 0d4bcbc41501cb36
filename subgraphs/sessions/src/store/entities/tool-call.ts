import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { TENANT_ROWS } from '@switchyard/database/policies';
import type { EpisodeId, ModelCallId, SessionId, TenantId, ToolCallId } from '@switchyard/kernel/ids';
import { type Json, TOOL_CALL_STATUSES } from '../../domain/tool-call.ts';

/** A call of a tool: written before it is made. It keeps the tool's terms as they were, whatever is registered later. */
export const ToolCallEntity = defineEntity({
  name: 'ToolCall',
  tableName: 'tool_call',
  ...TENANT_ROWS,
  uniques: [{ properties: ['episodeId', 'seq'] }],
  indexes: [
    {
      name: 'tool_call_unsettled',
      properties: ['tenantId', 'id'],
      where: `status in ('UNKNOWN', 'COMPENSATION_FAILED') and side_effect and compensates is null and settled_at is null`,
    },
    { name: 'tool_call_compensates', properties: ['compensates'], where: 'compensates is not null' },
  ],
  properties: {
    id: p.uuid().$type<ToolCallId>().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    episodeId: p.uuid().$type<EpisodeId>(),
    sessionId: p.uuid().$type<SessionId>(),
    /** The call that this one undoes; null for one that a model asked for. */
    compensates: p.uuid().$type<ToolCallId>().nullable(),
    /** Of the turn that asked for it; for a compensation, for what it undoes. */
    modelCallId: p.uuid().$type<ModelCallId>(),
    /** Order of the calls within the episode, counted from 1: what is undone, is undone in reverse. */
    seq: p.integer(),
    /** The provider's own id of the call within the conversation. */
    providerCallId: p.text(),
    tool: p.text(),
    arguments: p.json<Json>(),
    status: p.enum(TOOL_CALL_STATUSES),
    result: p.json<Json>().nullable(),
    error: p.text().nullable(),
    /** Requests that were sent, each counted before it goes out. */
    attempts: p.integer().default(0),
    idempotencyKey: p.text(),
    endpoint: p.text(),
    sideEffect: p.boolean(),
    idempotent: p.boolean(),
    compensation: p.text().nullable(),
    timeoutMs: p.integer(),
    maxAttempts: p.integer(),
    requestedAt: p.datetime(3),
    finishedAt: p.datetime(3).nullable(),
    /** Until when a person can approve it; null for a call that needs nobody. */
    approvalExpiresAt: p.datetime(3).nullable(),
    approvedAt: p.datetime(3).nullable(),
    /** When a person took it off the list of what is unsettled, and what they noted. */
    settledAt: p.datetime(3).nullable(),
    settlement: p.text().nullable(),
  },
});
export type ToolCallRow = InferEntity<typeof ToolCallEntity>;
