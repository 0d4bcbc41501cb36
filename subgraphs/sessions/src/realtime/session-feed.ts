import type { Database } from '@switchyard/database/database';
import { badInput, notFound } from '@switchyard/kernel/errors';
import { type EventId, parseId, type SessionId, type TenantId } from '@switchyard/kernel/ids';
import type { PubSub } from '@switchyard/pubsub/pubsub';
import { sessionChannel } from '../commands/hints.ts';
import { condense, type SessionEvent } from '../domain/session-event.ts';
import { SessionEntity } from '../store/entities/session.ts';
import { newestSeqs, readSessionEvents, seqOfEvent } from '../store/session-events.ts';
import { SessionChannel } from './session-channel.ts';

/** Sessions' events as they happen, for any number of watchers, at one read per hint and session. */
export type SessionFeed = {
  /**
   * All events of the session after `after` (the id of the last one seen; null: from the first), then what is new: in order,
   * with no gap and no repeat.
   * @throws PlatformError NOT_FOUND for the session, BAD_USER_INPUT for an `after` that is no event of it.
   */
  watch(tenantId: TenantId, sessionId: string, after: string | null): Promise<AsyncIterableIterator<SessionEvent>>;
  close(): Promise<void>;
};

export type SessionFeedOptions = {
  readonly database: Database;
  readonly hints: PubSub;
  /** How often sessions that are watched are looked at when no hint comes, which may have got lost. Default 1,000. */
  readonly pollMs?: number;
};

/** Events that one read brings at most. */
const PAGE = 500;

export function createSessionFeed(options: SessionFeedOptions): SessionFeed {
  const { database, hints } = options;
  const channels = new Map<SessionId, SessionChannel>();
  const timer = setInterval(() => void poll(), options.pollMs ?? 1_000);
  timer.unref();

  /** One statement per tenant finds the sessions with more to read. */
  const poll = async (): Promise<void> => {
    for (const [tenantId, watched] of Map.groupBy(channels.values(), (channel) => channel.tenantId)) {
      const ids = watched.map((channel) => channel.sessionId);
      // The database being away is no reason to end a subscription: the next look finds out.
      const newest = await database.tenant(tenantId, (tx) => newestSeqs(tx, ids)).catch(() => new Map<SessionId, number>());
      for (const channel of watched) channel.hint(newest.get(channel.sessionId) ?? 0);
    }
  };

  const read = (tenantId: TenantId, sessionId: SessionId, afterSeq: number): Promise<SessionEvent[]> =>
    database.tenant(tenantId, (tx) => readSessionEvents(tx, sessionId, afterSeq, PAGE));

  const open = (tenantId: TenantId, sessionId: SessionId): SessionChannel => {
    const known = channels.get(sessionId);
    if (known !== undefined) return known;
    const channel = new SessionChannel(tenantId, sessionId, {
      pageSize: PAGE,
      read: (afterSeq) => read(tenantId, sessionId, afterSeq),
      missed: async (afterSeq) => condense(await read(tenantId, sessionId, afterSeq)),
      subscribe: (listener) => hints.subscribe(sessionChannel(sessionId), listener),
      unused: () => void (channels.get(sessionId) === channel && channels.delete(sessionId)),
    });
    channels.set(sessionId, channel);
    return channel;
  };

  return {
    async watch(tenantId, id, after) {
      const sessionId = parseId<SessionId>(id);
      const from = await database.tenant(tenantId, async (tx) => {
        const session = sessionId === null ? null : await tx.em.findOne(SessionEntity, { id: sessionId });
        if (session === null) throw notFound('session', id);
        if (after === null) return { sessionId: session.id, seq: 0 };
        const eventId = parseId<EventId>(after);
        const seq = eventId === null ? null : await seqOfEvent(tx, session.id, eventId);
        if (seq === null) {
          throw badInput('`after` is no event of this session. Use the id of the last event seen, or leave it out.', 'after');
        }
        return { sessionId: session.id, seq };
      });
      return await open(tenantId, from.sessionId).watch(from.seq);
    },
    async close() {
      clearInterval(timer);
      await Promise.all([...channels.values()].map((channel) => channel.close()));
    },
  };
}
