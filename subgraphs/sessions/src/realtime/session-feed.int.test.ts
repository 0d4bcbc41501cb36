import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '@switchyard/database/database';
import { type EpisodeId, type EventId, type ModelCallId, newId, type SessionId, type TenantId } from '@switchyard/kernel/ids';
import { createMemoryPubSub } from '@switchyard/pubsub/memory';
import type { RunPubSub } from '@switchyard/pubsub/pubsub';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { hintSession } from '../commands/hints.ts';
import type { SessionEvent } from '../domain/session-event.ts';
import { appendSessionEvents } from '../store/session-events.ts';
import { openTestGraph, type TestGraph } from '../test-support/tenant-graph.ts';
import { createSessionFeed, type SessionFeed } from './session-feed.ts';

let graph: TestGraph;
let tenantId: TenantId;
const hints = createMemoryPubSub();
const feeds: SessionFeed[] = [];

beforeAll(async () => {
  graph = await openTestGraph(inject('adminUrl'));
  tenantId = await graph.makeTenant('Shop');
});
afterAll(async () => {
  for (const feed of feeds) await feed.close();
  await hints.close();
  await graph.close();
});

type FeedOptions = { readonly carrier?: RunPubSub; readonly pollMs?: number; readonly database?: Database };

function openFeed({ carrier = hints, pollMs = 60_000, database = graph.database }: FeedOptions = {}): SessionFeed {
  const feed = createSessionFeed({ database, hints: carrier, pollMs });
  feeds.push(feed);
  return feed;
}

async function startSession(): Promise<SessionId> {
  const { data } = await graph.ask<{ startSession: { id: SessionId } }>(
    { tenantId, scopes: ['ADMIN'] },
    'mutation { startSession(input: {useCase: FAQ}) { id } }',
  );
  if (data === null) throw new Error('no session');
  return data.startSession.id;
}

const [episodeId, modelCallId] = [newId<EpisodeId>(), newId<ModelCallId>()];

/** Appends a piece of an answer; `holdMs` keeps the transaction open after its number was taken. */
async function write(sessionId: SessionId, text: string, holdMs = 0): Promise<void> {
  await graph.database.tenant(tenantId, async (tx) => {
    await appendSessionEvents(tx, { tenantId, sessionId, at: new Date() }, [
      { kind: 'AnswerDelta', episodeId, modelCallId, text },
    ]);
    hintSession(tx, hints);
    if (holdMs > 0) await pause(holdMs);
  });
}

const textOf = (event: SessionEvent | undefined): string => (event?.kind === 'AnswerDelta' ? (event.text ?? '') : '');

/** Reads until `end` has come, letting go and coming back with the last id it saw at random. */
async function readWithBreaks(feed: () => SessionFeed, sessionId: SessionId, end: string, breakShare: number): Promise<string> {
  let [seen, after] = ['', null as EventId | null];
  while (!seen.endsWith(end)) {
    for await (const event of await feed().watch({ tenantId, sessionId, after })) {
      seen += textOf(event);
      after = event.id;
      if (seen.endsWith(end) || Math.random() < breakShare) break;
      if (Math.random() < 0.02) await pause(20);
    }
  }
  return seen;
}

/** A unit of work of its own gets its turn behind all that wait for a connection; nothing else may have begun meanwhile. */
async function untilNothingIsRead(): Promise<void> {
  for (let units = -1; units !== graph.unitsOfWork(); ) {
    units = graph.unitsOfWork() + 1;
    await graph.database.tenant(tenantId, (tx) => tx.query('select 1'));
    await pause(100);
  }
}

describe('the session feed', () => {
  it('shows readers that come and go at random every event once and in order, while many write', async () => {
    const sessionId = await startSession();
    const lossy: RunPubSub = {
      ...hints,
      subscribe: (channel, listener) => hints.subscribe(channel, (hint) => void (Math.random() < 0.5 && listener(hint))),
    };
    // What a read found reaches its reader late, when more has been written and handed out: that is where a seam tears.
    const late: Database = {
      ...graph.database,
      tenant: async (id, work) => {
        const found = await graph.database.tenant(id, work);
        if (Math.random() < 0.5) await pause(Math.random() * 25);
        return found;
      },
    };
    const processes = [openFeed({ database: late }), openFeed({ database: late, carrier: lossy, pollMs: 50 })];
    const feed = () => processes[Math.floor(Math.random() * processes.length)] ?? openFeed();
    const readers = Array.from({ length: 12 }, (_, n) => readWithBreaks(feed, sessionId, '[end]', n % 3 === 0 ? 0 : 0.2));
    const writers = Array.from({ length: 6 }, async (_, writer) => {
      for (let n = 0; n < 30; n++) await write(sessionId, `[${writer}.${n}]`, Math.random() < 0.3 ? Math.random() * 8 : 0);
    });
    await Promise.all(writers);
    await write(sessionId, '[end]');
    const { rows } = await graph.admin.query<{ all: string }>(
      `select string_agg(text, '' order by seq) as all from sessions.session_event where session_id = $1`,
      [sessionId],
    );
    expect(rows[0]?.all.match(/\[/g)).toHaveLength(6 * 30 + 1);
    for (const seen of await Promise.all(readers)) expect(seen).toBe(rows[0]?.all);
  });

  it('keeps a bounded queue for a reader that stalls, and still gives it everything', async () => {
    const sessionId = await startSession();
    const stream = await openFeed().watch({ tenantId, sessionId, after: null });
    await write(sessionId, '[first]');
    let seen = textOf((await stream.next()).value);
    for (let n = 0; n < 20; n++) {
      await graph.database.tenant(tenantId, async (tx) => {
        const pieces = Array.from({ length: 40 }, (_, i) => ({
          kind: 'AnswerDelta' as const,
          episodeId,
          modelCallId,
          text: `[${n}.${i}]`,
        }));
        await appendSessionEvents(tx, { tenantId, sessionId, at: new Date() }, pieces);
        hintSession(tx, hints);
      });
    }
    await write(sessionId, '[end]');
    let events = 0;
    while (!seen.endsWith('[end]')) {
      seen += textOf((await stream.next()).value);
      events++;
    }
    await stream.return?.();
    expect(seen.match(/\[/g)).toHaveLength(20 * 40 + 2);
    // The rest came from the database, merged.
    expect(events).toBeLessThan(20 * 40);
  });

  it('finds what no hint told of', async () => {
    const sessionId = await startSession();
    const deaf: RunPubSub = { ...hints, subscribe: async () => async () => undefined };
    const stream = await openFeed({ carrier: deaf, pollMs: 30 }).watch({ tenantId, sessionId, after: null });
    const next = stream.next();
    await pause(50);
    await write(sessionId, 'unheard');
    expect(textOf((await next).value)).toBe('unheard');
    await stream.return?.();
  });

  it('hands a thousand readers of a session what is new without a read for it, and lets one that was away resume without one', async () => {
    const sessionId = await startSession();
    await write(sessionId, '[0]');
    const feed = openFeed();
    const streams = await Promise.all(Array.from({ length: 1_000 }, () => feed.watch({ tenantId, sessionId, after: null })));
    const firsts = await Promise.all(streams.map((stream) => stream.next()));
    const nexts = streams.map((stream) => stream.next());
    await untilNothingIsRead();
    expect(feed.load()).toEqual({ watchers: 1_000, waiting: 0 });
    const before = graph.unitsOfWork();
    await write(sessionId, '[1]');
    for (const { value } of await Promise.all(nexts)) expect(textOf(value)).toBe('[1]');
    const resumed = await openFeed().watch({ tenantId, sessionId, after: firsts[0]?.value.id ?? null });
    expect(textOf((await resumed.next()).value)).toBe('[1]');
    expect(graph.unitsOfWork() - before).toBe(1);
    await Promise.all([...streams, resumed].map((stream) => stream.return?.()));
  });

  it.each([
    ['OLDEST', ['[0]', 'OLDEST 46', '[47]', '[48]', '[49]']],
    ['NEWEST', ['[0]', '[1]', '[2]', '[3]', '[4]', 'NEWEST 45']],
  ] as const)('drops for a reader that stalls what %s says, and says so', async (dropPolicy, expected) => {
    const sessionId = await startSession();
    const feed = openFeed();
    const stream = await feed.watch({ tenantId, sessionId, after: null, delivery: { dropPolicy, maxQueue: 4 } });
    const first = stream.next();
    await pause(50);
    await write(sessionId, '[0]');
    const shown = [textOf((await first).value)];
    for (let n = 1; n < 50; n++) await write(sessionId, `[${n}]`);
    await pause(50);
    for (const _ of expected.slice(1)) {
      const { value } = await stream.next();
      shown.push(value?.kind === 'EventsDropped' ? `${value.policy} ${value.count}` : textOf(value));
    }
    expect(shown).toEqual(expected);
    await stream.return?.();
  });

  it('says of an `after` that is no longer kept that it is too old', async () => {
    const sessionId = await startSession();
    const feed = openFeed({ carrier: createMemoryPubSub() });
    await write(sessionId, 'x');
    const first = await (await feed.watch({ tenantId, sessionId, after: null })).next();
    await pause(5);
    await write(sessionId, 'y');
    await graph.admin.query('delete from sessions.session_event where id = $1', [first.value.id]);
    await expect(feed.watch({ tenantId, sessionId, after: first.value.id })).rejects.toThrow(
      'older than the events that are kept',
    );
  });

  it('refuses an `after` that is no event of the session, and a session of another tenant', async () => {
    const [one, other] = [await startSession(), await startSession()];
    await write(other, 'x');
    const feed = openFeed();
    const first = await (await feed.watch({ tenantId, sessionId: other, after: null })).next();
    await expect(feed.watch({ tenantId, sessionId: one, after: first.value.id })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    await expect(feed.watch({ tenantId, sessionId: one, after: 'nonsense' })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    const stranger = await graph.makeTenant('Other');
    await expect(feed.watch({ tenantId: stranger, sessionId: one, after: null })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
