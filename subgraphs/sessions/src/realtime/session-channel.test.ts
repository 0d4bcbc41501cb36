import { DEFAULT_DELIVERY } from '@switchyard/kernel/drop-policy';
import { type EpisodeId, type EventId, newId, type SessionId, type TenantId } from '@switchyard/kernel/ids';
import { describe, expect, it } from 'vitest';
import type { LoggedEvent } from '../domain/session-event.ts';
import { SessionChannel } from './session-channel.ts';
import type { Watcher } from './watcher.ts';

const [sessionId, episodeId] = [newId<SessionId>(), newId<EpisodeId>()];

function event(seq: number): LoggedEvent {
  const at = new Date(0);
  return { id: newId<EventId>(), sessionId, seq, kind: 'AnswerDelta', at, episodeId, toolCallId: null, text: String(seq) };
}

/** A channel over a log that grows by hand, whose reads, shared ones or a reader's own, can be held back. */
function open() {
  const log: LoggedEvent[] = [];
  let hint: (events: readonly LoggedEvent[] | null) => void = () => undefined;
  const held = { read: Promise.resolve(), missed: Promise.resolve() };
  const after = (seq: number) => log.filter((one) => one.seq > seq);
  const channel = new SessionChannel(newId<TenantId>(), sessionId, {
    pageSize: 100,
    read: async (seq) => {
      const found = after(seq);
      await held.read;
      return found;
    },
    missed: async (seq) => {
      const found = after(seq);
      await held.missed;
      return found;
    },
    subscribe: async (listener) => {
      hint = listener;
      return async () => undefined;
    },
    unused: () => undefined,
  });
  return {
    channel,
    write: () => void log.push(event(log.length + 1)),
    hint: (events: readonly LoggedEvent[] | null = null) => hint(events),
    log,
    hold: (which: keyof typeof held) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held[which] = promise;
      return resolve;
    },
  };
}

async function take(watcher: Watcher, count: number): Promise<number[]> {
  const seen: number[] = [];
  while (seen.length < count) seen.push((await watcher.next()).value.seq);
  return seen;
}

/** Lets everything that can go on without another event go on. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a channel', () => {
  it('gives a reader that joins during a shared read nothing twice', async () => {
    const { channel, write, hint, hold } = open();
    const first = await channel.watch(0, DEFAULT_DELIVERY);
    const firstNext = first.next();
    await settle();
    write();
    write();
    const release = hold('read');
    hint();
    await settle();
    // The second reader finds both events by itself, and is live before the shared read has brought them.
    const second = await channel.watch(2, DEFAULT_DELIVERY);
    const secondNext = second.next();
    await settle();
    release();
    await settle();
    write();
    hint();
    expect([(await firstNext).value.seq, ...(await take(first, 2))]).toEqual([1, 2, 3]);
    expect((await secondNext).value.seq).toBe(3);
  });

  it('hands out events that a hint holds without a read, unless they are not the very next ones', async () => {
    const { channel, write, hint, hold, log } = open();
    const reader = await channel.watch(0, DEFAULT_DELIVERY);
    const next = reader.next();
    await settle();
    for (let n = 0; n < 5; n++) write();
    const release = hold('read');
    hint(log.slice(0, 2));
    expect((await next).value.seq).toBe(1);
    // Number 3 was lost on the way: 4 and 5 wait for the read that finds it.
    hint(log.slice(3, 5));
    expect(await take(reader, 1)).toEqual([2]);
    const third = reader.next();
    await settle();
    hint(log.slice(1, 2));
    release();
    expect([(await third).value.seq, ...(await take(reader, 2))]).toEqual([3, 4, 5]);
  });

  it('heeds a hint that came while a reader was on its last look at the past', async () => {
    const { channel, write, hint, hold } = open();
    const reader = await channel.watch(0, DEFAULT_DELIVERY);
    const release = hold('missed');
    const next = reader.next();
    await settle();
    write();
    hint();
    release();
    expect((await next).value.seq).toBe(1);
  });

  it('ends a reader that waits when it is closed', async () => {
    const { channel } = open();
    const reader = await channel.watch(0, DEFAULT_DELIVERY);
    const next = reader.next();
    await settle();
    await channel.close();
    expect((await next).done).toBe(true);
  });
});
