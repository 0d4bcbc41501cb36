import type { Database } from '@switchyard/database/database';
import { DEFAULT_DELIVERY, type Delivery } from '@switchyard/kernel/drop-policy';
import { badInput, notFound } from '@switchyard/kernel/errors';
import { type EventId, parseId, type SessionId, type TenantId } from '@switchyard/kernel/ids';
import { type RunPubSub, runsAfter } from '@switchyard/pubsub/pubsub';
import { sessionChannel, unpackEvents } from '../domain/event-run.ts';
import { condense, type LoggedEvent, type SessionEvent } from '../domain/session-event.ts';
import { SessionEntity } from '../store/entities/session.ts';
import { newestSeqs, oldestKept, readSessionEvents, seqOfEvent } from '../store/session-events.ts';
import { SessionChannel } from './session-channel.ts';

export type Watch = {
  readonly tenantId: TenantId;
  readonly sessionId: string;
  /** Id of the last event seen; null: from the first. */
  readonly after: string | null;
  readonly delivery?: Delivery | undefined;
};

/** Sessions' events as they happen, for any number of watchers. */
export type SessionFeed = {
  /**
   * All events of the session after `after`, then what is new: in order, with no gap and no repeat. Events that are handed to
   * several watchers are the same objects.
   * @throws PlatformError NOT_FOUND for the session, BAD_USER_INPUT for an `after` that is no event of it.
   */
  watch(watch: Watch): Promise<AsyncIterableIterator<SessionEvent>>;
  /** How many watch, and how many events wait for them. */
  load(): { readonly watchers: number; readonly waiting: number };
  close(): Promise<void>;
};

export type SessionFeedOptions = {
  readonly database: Database;
  readonly hints: RunPubSub;
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

  const open = (tenantId: TenantId, sessionId: SessionId): SessionChannel => {
    const known = channels.get(sessionId);
    if (known !== undefined) return known;
    const name = sessionChannel(tenantId, sessionId);
    const read = (afterSeq: number) => database.tenant(tenantId, (tx) => readSessionEvents(tx, sessionId, afterSeq, PAGE));
    const channel = new SessionChannel(tenantId, sessionId, {
      pageSize: PAGE,
      read,
      missed: async (afterSeq, tell) => {
        const events = (await recentAfter(hints, { name, sessionId, afterSeq })) ?? (await read(afterSeq));
        return condense(events, { tell, maxText: Number.POSITIVE_INFINITY });
      },
      subscribe: (listener) => hints.subscribe(name, (payload) => listener(unpackEvents(payload, sessionId))),
      unused: () => void (channels.get(sessionId) === channel && channels.delete(sessionId)),
    });
    channels.set(sessionId, channel);
    return channel;
  };

  return {
    async watch({ tenantId, sessionId: id, after, delivery = DEFAULT_DELIVERY }) {
      const sessionId = parseId<SessionId>(id);
      if (sessionId === null) throw notFound('session', id);
      const seq =
        (await placeInRecent(hints, { tenantId, sessionId, after })) ??
        (await placeInLog(database, { tenantId, sessionId, after }));
      return await open(tenantId, sessionId).watch(seq, delivery);
    },
    load() {
      const all = [...channels.values()];
      const sum = (of: (channel: SessionChannel) => number): number => all.reduce((total, channel) => total + of(channel), 0);
      return { watchers: sum((channel) => channel.watchers), waiting: sum((channel) => channel.waiting) };
    },
    async close() {
      clearInterval(timer);
      await Promise.all([...channels.values()].map((channel) => channel.close()));
    },
  };
}

/** What is published of the session after a number; null when that is not the whole of it as far as is known, and the log must tell. */
async function recentAfter(
  hints: RunPubSub,
  { name, sessionId, afterSeq }: { name: string; sessionId: SessionId; afterSeq: number },
): Promise<LoggedEvent[] | null> {
  const runs = runsAfter(await hints.recentRuns(name), afterSeq);
  if (runs === null || runs.length === 0) return null;
  const events = runs.map((run) => unpackEvents(run.payload, sessionId));
  if (events.includes(null)) return null;
  return events.flatMap((some) => some ?? []).filter((event) => event.seq > afterSeq);
}

type Place = { readonly tenantId: TenantId; readonly sessionId: SessionId; readonly after: string | null };

/** The number of `after`, without asking the database; null when the published runs do not hold it. The name holds the tenant. */
async function placeInRecent(hints: RunPubSub, { tenantId, sessionId, after }: Place): Promise<number | null> {
  const runs = await hints.recentRuns(sessionChannel(tenantId, sessionId));
  if (after === null) return runs[0]?.first === 1 ? 0 : null;
  const holds = runs.findLast((run) => run.payload.includes(after));
  const events = holds === undefined ? null : unpackEvents(holds.payload, sessionId);
  return events?.find((event) => event.id === after)?.seq ?? null;
}

/** @throws PlatformError NOT_FOUND for the session, BAD_USER_INPUT for an `after` that is no event of it. */
async function placeInLog(database: Database, { tenantId, sessionId, after }: Place): Promise<number> {
  return await database.tenant(tenantId, async (tx) => {
    const session = await tx.em.findOne(SessionEntity, { id: sessionId });
    if (session === null) throw notFound('session', sessionId);
    if (after === null) return 0;
    const eventId = parseId<EventId>(after);
    const seq = eventId === null ? null : await seqOfEvent(tx, sessionId, eventId);
    if (seq !== null) return seq;
    const oldest = await oldestKept(tx, sessionId);
    if (eventId !== null && oldest !== null && eventId < oldest) {
      throw badInput(
        '`after` is older than the events that are kept of this session. Leave it out, and read the session again to catch up.',
        'after',
      );
    }
    throw badInput('`after` is no event of this session. Use the id of the last event seen, or leave it out.', 'after');
  });
}
