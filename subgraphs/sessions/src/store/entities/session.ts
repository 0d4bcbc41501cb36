import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { TENANT_ROWS } from '@switchyard/database/policies';
import type { SessionId, TenantId } from '@switchyard/kernel/ids';
import { SESSION_STATUSES } from '../../domain/session.ts';
import { USE_CASES } from '../../domain/use-case.ts';

/** A conversation. Its row's lock is what puts everything that happens in the session into one order: see `lockSession`. */
export const SessionEntity = defineEntity({
  name: 'Session',
  tableName: 'session',
  ...TENANT_ROWS,
  indexes: [{ properties: ['tenantId', 'id'] }, { properties: ['tenantId', 'endUserId'] }],
  properties: {
    id: p.uuid().$type<SessionId>().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    endUserId: p.text().nullable(),
    useCase: p.enum(USE_CASES),
    status: p.enum(SESSION_STATUSES),
    startedAt: p.datetime(3),
    endedAt: p.datetime(3).nullable(),
    metadata: p.json<Record<string, unknown>>(),
    /** Number of the newest session event; events are numbered from 1 without gaps. */
    lastEventSeq: p.bigint('number').default(0),
    /** How many messages there are: the newest one's number. */
    lastMessageSeq: p.integer().default(0),
  },
});
export type SessionRow = InferEntity<typeof SessionEntity>;
