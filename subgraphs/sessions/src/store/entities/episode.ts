import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { TENANT_ROWS } from '@switchyard/database/policies';
import type { EpisodeId, MessageId, SessionId, TenantId } from '@switchyard/kernel/ids';
import { type Citation, EPISODE_STATUSES, type UndoneEnd } from '../../domain/episode.ts';
import { USE_CASES } from '../../domain/use-case.ts';

/** One run of the assistant, and who works on it: the lease and its fencing token stand in the row that they guard. */
export const EpisodeEntity = defineEntity({
  name: 'Episode',
  tableName: 'episode',
  ...TENANT_ROWS,
  uniques: [{ properties: ['sessionId', 'seq'] }],
  indexes: [
    { name: 'episode_ready', properties: ['tenantId', 'readyAt'], where: `status = 'QUEUED' and ready_at is not null` },
    { name: 'episode_running', properties: ['leaseUntil'], where: `status = 'RUNNING'` },
  ],
  properties: {
    id: p.uuid().$type<EpisodeId>().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    sessionId: p.uuid().$type<SessionId>(),
    /** Number of the message that asked for it: episodes of a session run in this order. */
    seq: p.integer(),
    useCase: p.enum(USE_CASES),
    status: p.enum(EPISODE_STATUSES),
    requestId: p.uuid().$type<MessageId>(),
    answerId: p.uuid().$type<MessageId>().nullable(),
    responseSchema: p.json<Record<string, unknown> | boolean>().nullable(),
    pinnedTier: p.text().nullable(),
    maxCost: p.decimal('string').precision(38).scale(18).nullable(),
    citations: p.json<readonly Citation[]>(),
    failure: p.text().nullable(),
    /** Set once it will not succeed and undoes what it has done: how it ends where that cannot be. */
    ending: p.json<UndoneEnd>().nullable(),
    requestedAt: p.datetime(3),
    /** Since when a worker may take it: when it was asked for, or when its predecessor in the session ended. Null: not yet. */
    readyAt: p.datetime(3).nullable(),
    /** When a worker first took it up. */
    begunAt: p.datetime(3).nullable(),
    finishedAt: p.datetime(3).nullable(),
    cancelRequestedAt: p.datetime(3).nullable(),
    traceparent: p.text().nullable(),
    workerId: p.text().nullable(),
    leaseUntil: p.datetime(3).nullable(),
    /** The fencing token: each claim raises it, and a write that carries an older one is refused. */
    fence: p.bigint('number').default(0),
  },
});
export type EpisodeRow = InferEntity<typeof EpisodeEntity>;
