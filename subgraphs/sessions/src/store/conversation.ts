import { LockMode } from '@mikro-orm/core';
import type { Tx } from '@switchyard/database/database';
import { type EpisodeId, type MessageId, newId, type SessionId } from '@switchyard/kernel/ids';
import { EpisodeEntity, type EpisodeRow } from './entities/episode.ts';
import { MessageEntity, type MessageRow } from './entities/message.ts';
import { SessionEntity, type SessionRow } from './entities/session.ts';

/**
 * Takes the session's lock until the transaction ends. Everything that writes into a session takes it first, and an
 * episode's after it: one order for all, so that no two can wait for each other.
 */
export async function lockSession(tx: Tx, id: SessionId): Promise<SessionRow | null> {
  return await tx.em.findOne(SessionEntity, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
}

/** Takes the episode's lock; only with its session's already held, or without need for it. */
export async function lockEpisode(tx: Tx, id: EpisodeId): Promise<EpisodeRow | null> {
  return await tx.em.findOne(EpisodeEntity, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
}

/** Says something in a session whose lock is held. */
export function addMessage(
  tx: Tx,
  session: SessionRow,
  said: { readonly role: 'USER' | 'ASSISTANT'; readonly content: string; readonly at: Date },
): MessageRow {
  session.lastMessageSeq += 1;
  return tx.em.create(MessageEntity, {
    id: newId<MessageId>(),
    tenantId: session.tenantId,
    sessionId: session.id,
    seq: session.lastMessageSeq,
    role: said.role,
    content: said.content,
    createdAt: said.at,
  });
}

/** Whether an episode of the session has not ended yet. */
export async function hasOpenEpisode(tx: Tx, sessionId: SessionId): Promise<boolean> {
  return (await tx.em.count(EpisodeEntity, { sessionId, status: { $in: ['QUEUED', 'RUNNING'] } })) > 0;
}

/** Lets the session's next episode be claimed, when none of it runs or is ready. The session's lock is held. */
export async function readyNextEpisode(tx: Tx, sessionId: SessionId, at: Date): Promise<boolean> {
  const rows = await tx.query(
    `update sessions.episode set ready_at = $2
      where id = (select id from sessions.episode where session_id = $1 and status = 'QUEUED' order by seq limit 1)
        and ready_at is null
        and not exists (select from sessions.episode where session_id = $1 and status = 'RUNNING')
     returning id`,
    [sessionId, at],
  );
  return rows.length > 0;
}
