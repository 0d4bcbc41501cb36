import type { Database, Tx } from '@switchyard/database/database';
import type { EpisodeId, SessionId, TenantId } from '@switchyard/kernel/ids';
import { lockEpisode, lockSession } from '../../store/conversation.ts';
import type { EpisodeRow } from '../../store/entities/episode.ts';
import type { SessionRow } from '../../store/entities/session.ts';
import type { WritePoint } from './write-points.ts';

/** The right to work on an episode until someone else gets it. */
export type Lease = {
  readonly episodeId: EpisodeId;
  readonly sessionId: SessionId;
  readonly tenantId: TenantId;
  /** The fencing token: larger than that of everyone who worked on it before. */
  readonly fence: number;
};

/** Another worker has taken the episode over, or it has ended: stop, and write nothing more. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
  constructor(episodeId: EpisodeId, point: WritePoint) {
    super(`episode ${episodeId} is no longer ours: ${point} was not written`);
  }
}

export type Held = { readonly tx: Tx; readonly session: SessionRow; readonly episode: EpisodeRow };

/**
 * Runs `work` in one transaction with the session's and the episode's locks.
 * @throws LeaseLost when the fencing token is not the newest: a worker that was paused cannot write over its successor.
 */
export async function underLease<T>(
  database: Database,
  { lease, point }: { readonly lease: Lease; readonly point: WritePoint },
  work: (held: Held) => Promise<T>,
): Promise<T> {
  return await database.tenant(lease.tenantId, async (tx) => {
    const session = await lockSession(tx, lease.sessionId);
    const episode = await lockEpisode(tx, lease.episodeId);
    if (session === null || episode === null || episode.status !== 'RUNNING' || episode.fence !== lease.fence) {
      throw new LeaseLost(lease.episodeId, point);
    }
    return await work({ tx, session, episode });
  });
}
