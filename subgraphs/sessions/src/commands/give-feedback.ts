import { once } from '@switchyard/database/idempotency';
import { appendEvents } from '@switchyard/event-log/outbox';
import { badInput, notFound, PlatformError } from '@switchyard/kernel/errors';
import { type EpisodeId, type Id, newId, parseId, type TenantId } from '@switchyard/kernel/ids';
import { hasEnded } from '../domain/episode.ts';
import { EpisodeEntity, type EpisodeRow } from '../store/entities/episode.ts';
import { FeedbackEntity } from '../store/entities/feedback.ts';
import type { ConversationServices } from './conversation-services.ts';
import { SOURCE } from './events.ts';

export type GiveFeedback = {
  readonly episodeId: string;
  readonly score: number;
  readonly comment: string | null;
  readonly idempotencyKey: string | null;
};

const MAX_COMMENT_LENGTH = 4_000;

/** @throws PlatformError BAD_USER_INPUT; NOT_FOUND; CONFLICT while the episode has not ended; IDEMPOTENCY_CONFLICT. */
export async function giveFeedback(
  { database, clock }: ConversationServices,
  tenantId: TenantId,
  { idempotencyKey, ...input }: GiveFeedback,
): Promise<EpisodeRow> {
  if (!(input.score >= -1 && input.score <= 1)) throw badInput('`score` must be from -1 to 1.', 'score');
  if ((input.comment ?? '').length > MAX_COMMENT_LENGTH) {
    throw badInput(`\`comment\` must have at most ${MAX_COMMENT_LENGTH} characters.`, 'comment');
  }
  const episodeId = parseId<EpisodeId>(input.episodeId);
  return await database.tenant(tenantId, async (tx) => {
    const episode = episodeId === null ? null : await tx.em.findOne(EpisodeEntity, { id: episodeId });
    if (episode === null) throw notFound('episode', input.episodeId);
    if (!hasEnded(episode.status)) {
      throw new PlatformError('CONFLICT', { publicMessage: 'The episode has not ended yet. Judge its answer when it is there.' });
    }
    await once(tx, { tenantId, operation: 'giveFeedback', key: idempotencyKey, input }, async () => {
      const { sessionId } = episode;
      const given = { id: newId<Id<'feedback'>>(), score: input.score, comment: input.comment };
      const at = clock.now();
      await tx.em.insert(FeedbackEntity, { ...given, tenantId, episodeId: episode.id, sessionId, givenAt: at });
      const { id: feedbackId, ...judged } = given;
      const data = { feedbackId, episodeId: episode.id, sessionId, ...judged };
      await appendEvents(tx, SOURCE, [{ type: 'feedback.given', tenantId, subject: sessionId, time: at, data }]);
      return feedbackId;
    });
    return episode;
  });
}
