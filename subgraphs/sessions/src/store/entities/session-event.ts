import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { TENANT_ROWS } from '@switchyard/database/policies';
import type { EpisodeId, EventId, ModelCallId, SessionId, TenantId, ToolCallId } from '@switchyard/kernel/ids';
import { SESSION_EVENT_KINDS } from '../../domain/session-event.ts';

/** What watchers of a session are told, in the order of `seq`. */
export const SessionEventEntity = defineEntity({
  name: 'SessionEvent',
  tableName: 'session_event',
  ...TENANT_ROWS,
  uniques: [{ properties: ['sessionId', 'seq'] }],
  indexes: [{ name: 'session_event_deltas', properties: ['episodeId', 'seq'], where: `kind = 'AnswerDelta'` }],
  properties: {
    id: p.uuid().$type<EventId>().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    sessionId: p.uuid().$type<SessionId>(),
    seq: p.bigint('number'),
    kind: p.enum(SESSION_EVENT_KINDS),
    at: p.datetime(3),
    episodeId: p.uuid().$type<EpisodeId>(),
    /** Of a ToolCallChanged. */
    toolCallId: p.uuid().$type<ToolCallId>().nullable(),
    /** Of an AnswerDelta: the call that wrote it. */
    modelCallId: p.uuid().$type<ModelCallId>().nullable(),
    /** Of an AnswerDelta. */
    text: p.text().nullable(),
  },
});
export type SessionEventRow = InferEntity<typeof SessionEventEntity>;
