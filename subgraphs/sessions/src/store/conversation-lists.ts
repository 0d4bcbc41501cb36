import type { Tx } from '@switchyard/database/database';
import type { SessionId } from '@switchyard/kernel/ids';
import type { SessionStatus } from '../domain/session.ts';
import type { UseCase } from '../domain/use-case.ts';
import { EpisodeEntity, type EpisodeRow } from './entities/episode.ts';
import { MessageEntity, type MessageRow } from './entities/message.ts';
import { SessionEntity, type SessionRow } from './entities/session.ts';

export type SessionFilter = {
  readonly status: SessionStatus | null;
  readonly useCase: UseCase | null;
  readonly endUserId: string | null;
};

/** Newest first, older than `beforeId`. */
export async function listSessions(tx: Tx, filter: SessionFilter, limit: number, beforeId: string | null): Promise<SessionRow[]> {
  const { status, useCase, endUserId } = filter;
  const where = {
    ...(status === null ? {} : { status }),
    ...(useCase === null ? {} : { useCase }),
    ...(endUserId === null ? {} : { endUserId }),
    ...(beforeId === null ? {} : { id: { $lt: beforeId as SessionId } }),
  };
  return await tx.em.find(SessionEntity, where, { orderBy: { id: 'desc' }, limit });
}

/** A page of a session's numbered rows: oldest first, after a number. */
export type SessionPage = { readonly sessionId: SessionId; readonly limit: number; readonly afterSeq: number };

/** One statement for the pages of all sessions that a query lists, and one for their rows. */
async function idsOf<Id>(tx: Tx, table: 'message' | 'episode', pages: readonly SessionPage[]): Promise<Id[]> {
  const rows = await tx.query<{ id: Id }>(
    `select distinct found.id
       from jsonb_to_recordset($1::jsonb) as page ("sessionId" uuid, "limit" int, "afterSeq" int),
            lateral (select id from sessions.${table}
                      where session_id = page."sessionId" and seq > page."afterSeq" order by seq limit page."limit") as found`,
    [JSON.stringify(pages)],
  );
  return rows.map(({ id }) => id);
}

export async function messagesOf(tx: Tx, pages: readonly SessionPage[]): Promise<MessageRow[][]> {
  const ids = await idsOf<MessageRow['id']>(tx, 'message', pages);
  return cut(pages, await tx.em.find(MessageEntity, { id: { $in: ids } }, { orderBy: { seq: 'asc' } }));
}

export async function episodesOf(tx: Tx, pages: readonly SessionPage[]): Promise<EpisodeRow[][]> {
  const ids = await idsOf<EpisodeRow['id']>(tx, 'episode', pages);
  return cut(pages, await tx.em.find(EpisodeEntity, { id: { $in: ids } }, { orderBy: { seq: 'asc' } }));
}

/** Each page's own of the rows of all. */
function cut<Row extends { readonly sessionId: SessionId; readonly seq: number }>(
  pages: readonly SessionPage[],
  rows: Row[],
): Row[][] {
  const bySession = Map.groupBy(rows, (row) => row.sessionId);
  return pages.map(({ sessionId, limit, afterSeq }) =>
    (bySession.get(sessionId) ?? []).filter(({ seq }) => seq > afterSeq).slice(0, limit),
  );
}
