import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { TENANT_ROWS } from '@switchyard/database/policies';
import type { MessageId, SessionId, TenantId } from '@switchyard/kernel/ids';

/** What was said. Numbered within its session, so that the order does not hang on clocks. */
export const MessageEntity = defineEntity({
  name: 'Message',
  tableName: 'message',
  ...TENANT_ROWS,
  uniques: [{ properties: ['sessionId', 'seq'] }],
  properties: {
    id: p.uuid().$type<MessageId>().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    sessionId: p.uuid().$type<SessionId>(),
    seq: p.integer(),
    role: p.enum(['USER', 'ASSISTANT', 'TOOL', 'SYSTEM']),
    content: p.text(),
    createdAt: p.datetime(3),
  },
});
export type MessageRow = InferEntity<typeof MessageEntity>;
