import { notFound, PlatformError } from '@switchyard/kernel/errors';
import { type EpisodeId, parseId, type TenantId } from '@switchyard/kernel/ids';
import { decideCancel } from '../domain/episode.ts';
import { lockEpisode, lockSession } from '../store/conversation.ts';
import { EpisodeEntity, type EpisodeRow } from '../store/entities/episode.ts';
import type { ConversationServices } from './conversation-services.ts';
import { wake } from './decide-tool-call.ts';
import { endEpisode } from './end-episode.ts';
import { hintCancel, hintEpisodes, hintSession } from './hints.ts';

/**
 * Cancels an episode: at once when nobody works on it yet; else its worker stops what has not begun, lets a running tool
 * call finish, and ends it. @throws PlatformError NOT_FOUND; CONFLICT when it has ended otherwise.
 */
export async function cancelEpisode(services: ConversationServices, tenantId: TenantId, id: string): Promise<EpisodeRow> {
  const { database, clock, hints } = services;
  const episodeId = parseId<EpisodeId>(id);
  return await database.tenant(tenantId, async (tx) => {
    const found = episodeId === null ? null : await tx.em.findOne(EpisodeEntity, { id: episodeId });
    const session = found === null ? null : await lockSession(tx, found.sessionId);
    const episode = found === null ? null : await lockEpisode(tx, found.id);
    if (session === null || episode === null) throw notFound('episode', id);
    const cancellation = decideCancel(episode);
    if (!cancellation.ok) {
      throw new PlatformError('CONFLICT', { publicMessage: 'The episode has already ended: there is nothing left to cancel.' });
    }
    if (cancellation.value === 'END_NOW') {
      hintSession(tx, hints);
      hintEpisodes(tx, hints);
      await endEpisode(tx, { session, episode, end: { status: 'CANCELLED' }, at: clock.now() });
    } else if (cancellation.value === 'ASK_WORKER') {
      episode.cancelRequestedAt ??= clock.now();
      hintCancel(tx, hints, episode.id);
      wake(tx, hints, episode, clock.now());
    }
    return episode;
  });
}
