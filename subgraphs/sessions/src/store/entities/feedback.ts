import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { TENANT_ROWS } from '@switchyard/database/policies';
import type { EpisodeId, Id, SessionId, TenantId } from '@switchyard/kernel/ids';

/** What the end user thought of an answer. */
export const FeedbackEntity = defineEntity({
  name: 'Feedback',
  tableName: 'feedback',
  ...TENANT_ROWS,
  indexes: [{ properties: ['episodeId'] }],
  properties: {
    id: p.uuid().$type<Id<'feedback'>>().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    episodeId: p.uuid().$type<EpisodeId>(),
    sessionId: p.uuid().$type<SessionId>(),
    /** -1 (wrong) to 1 (right). */
    score: p.double(),
    comment: p.text().nullable(),
    givenAt: p.datetime(3),
  },
});
export type FeedbackRow = InferEntity<typeof FeedbackEntity>;
