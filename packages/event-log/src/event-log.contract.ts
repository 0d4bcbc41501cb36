import { setTimeout as sleep } from 'node:timers/promises';
import type { Topic } from '@switchyard/contracts/events';
import type { Database } from '@switchyard/database/database';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ConsumerOptions, EventLog } from './event-log.ts';
import { appendEvents } from './outbox.ts';
import { append, committedTokens, effectsOf, recordInto, requested, tenantId, tokenOf, write } from './test-support/effects.ts';

export type LogUnderTest = {
  /** Where events are appended. */
  readonly producer: Database;
  /** Where effects and positions are kept. */
  readonly consumer: Database;
  /** A log as another process would open it. */
  open(): Promise<EventLog>;
  close(): Promise<void>;
};

const TOPIC: Topic = 'sessions.episode.v1';
const PATIENCE = { timeout: 25_000, interval: 25 };

/** The same elements, each as often; the order of different subjects is nobody's promise. */
function expectSame(actual: readonly string[], expected: readonly string[]): void {
  const sorted = (tokens: readonly string[]) => tokens.toSorted((a, b) => (a < b ? -1 : 1));
  expect(sorted(actual)).toEqual(sorted(expected));
}

/** What every event log keeps, whatever carries it. */
export function eventLogContract(name: string, start: () => Promise<LogUnderTest>): void {
  describe(`the event log on ${name}`, () => {
    let test: LogUnderTest;
    let log: EventLog;
    let serial = 0;

    beforeAll(async () => {
      test = await start();
      log = await test.open();
    });
    afterAll(async () => {
      await log.close();
      await test.close();
    });

    const reader = (group: string, more: Partial<ConsumerOptions> = {}): ConsumerOptions => ({
      group,
      topics: [TOPIC],
      database: test.consumer,
      handle: recordInto(group),
      ...more,
    });
    const allHandled = async (group: string) => {
      const committed = await committedTokens(test.producer);
      await vi.waitFor(
        async () => expect((await effectsOf(test.consumer, group)).length).toBeGreaterThanOrEqual(committed.length),
        PATIENCE,
      );
    };
    const fresh = (label: string) => `${label}-${serial++}`;
    const tokens = (label: string, count: number) => Array.from({ length: count }, (_, i) => `${label}.${i}`);

    it('brings every committed event once, in the order of commits of its subject, from concurrent writers', async () => {
      const subjects = ['red', 'green', 'blue'].map(fresh);
      const consumer = await log.consume(reader('concurrent', { batchSize: 20 }));
      const writer = async (nr: number): Promise<void> => {
        for (let i = 0; i < 30; i += 1) {
          const subject = subjects[(nr + i) % subjects.length] ?? '';
          const work = test.producer.crossTenant('maintenance', async (tx) => {
            // Some take their transaction id long before they write, some stay open long after, some roll back.
            if ((nr + i) % 2 === 0) await tx.query('select pg_current_xact_id()');
            await sleep(((nr * 7 + i * 13) % 10) * 4);
            await append(tx, subject, [`${nr}.${i}.a`, `${nr}.${i}.b`]);
            if ((nr + i) % 9 === 0) await sleep(60);
            if ((nr * 3 + i) % 7 === 0) throw new Error('rolled back');
          });
          await work.catch((error: Error) => expect(error.message).toBe('rolled back'));
        }
      };
      const holder = test.producer.crossTenant('maintenance', async (tx) => {
        await append(tx, fresh('long'), ['long.a']);
        await sleep(1_500);
      });
      await Promise.all([holder, ...Array.from({ length: 8 }, (_, nr) => writer(nr))]);
      const committed = await committedTokens(test.producer);
      expect(committed.length).toBeGreaterThan(300);
      await allHandled('concurrent');
      await consumer.stop();
      for (const subject of subjects) {
        expect(await effectsOf(test.consumer, 'concurrent', subject)).toEqual(await committedTokens(test.producer, subject));
      }
      expectSame(await effectsOf(test.consumer, 'concurrent'), committed);
    });

    it('gives a group that comes later everything from the beginning, in batches no larger than asked for', async () => {
      const subject = fresh('backlog');
      const expected = tokens('backlog', 900);
      for (let i = 0; i < expected.length; i += 90) await write(test.producer, subject, expected.slice(i, i + 90));
      const sizes: number[] = [];
      const record = recordInto('later');
      const consumer = await log.consume(
        reader('later', {
          batchSize: 100,
          handle: async (events, tx) => {
            sizes.push(events.length);
            await record(events, tx);
          },
        }),
      );
      await vi.waitFor(async () => expect(await effectsOf(test.consumer, 'later', subject)).toEqual(expected), PATIENCE);
      await allHandled('later');
      await consumer.stop();
      expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
      expectSame(await effectsOf(test.consumer, 'later'), await committedTokens(test.producer));
    });

    it('goes on in the middle of a backlog, in another process, without a gap or a repeat', async () => {
      const subject = fresh('middle');
      const expected = tokens('middle', 600);
      for (let i = 0; i < expected.length; i += 100) await write(test.producer, subject, expected.slice(i, i + 100));
      const record = recordInto('middle');
      let batches = 0;
      const broken = await log.consume(
        reader('middle', {
          batchSize: 40,
          handle: async (events, tx) => {
            batches += 1;
            if (batches > 4) throw new Error('broken from here on');
            await record(events, tx);
          },
        }),
      );
      await vi.waitFor(() => expect(batches).toBeGreaterThan(4), PATIENCE);
      await broken.stop();
      const handled = await effectsOf(test.consumer, 'middle');
      expect(handled.length).toBeGreaterThan(0);
      expect(handled.length).toBeLessThanOrEqual(160);
      const other = await test.open();
      await other.consume(reader('middle', { batchSize: 70 }));
      await vi.waitFor(async () => expect(await effectsOf(test.consumer, 'middle', subject)).toEqual(expected), PATIENCE);
      await allHandled('middle');
      await other.close();
      expectSame(await effectsOf(test.consumer, 'middle'), await committedTokens(test.producer));
    });

    it('keeps neither effect nor position when a handler throws, and brings the same events again', async () => {
      const subject = fresh('failing');
      const record = recordInto('failing');
      let failures = 0;
      const consumer = await log.consume(
        reader('failing', {
          handle: async (events, tx) => {
            await record(events, tx);
            if (events.every((event) => event.subject !== subject)) return;
            failures += 1;
            if (failures <= 2) throw new Error('not yet');
          },
        }),
      );
      await write(test.producer, subject, ['x', 'y', 'z']);
      await vi.waitFor(async () => expect(await effectsOf(test.consumer, 'failing', subject)).toEqual(['x', 'y', 'z']), PATIENCE);
      await allHandled('failing');
      await consumer.stop();
      expect(failures).toBeGreaterThan(2);
      expectSame(await effectsOf(test.consumer, 'failing'), await committedTokens(test.producer));
    });

    it('handles each event once when several processes share a group, and goes on when one of them ends', async () => {
      const other = await test.open();
      const consumers = [
        await log.consume(reader('shared', { batchSize: 50 })),
        await other.consume(reader('shared', { batchSize: 50 })),
      ];
      const subjects = Array.from({ length: 24 }, (_, i) => fresh(`shared${i}`));
      for (const subject of subjects) await write(test.producer, subject, tokens(subject, 10));
      await consumers[0]?.stop();
      for (const subject of subjects) await write(test.producer, subject, tokens(`${subject}+`, 10));
      const committed = await committedTokens(test.producer);
      await allHandled('shared');
      await other.close();
      expectSame(await effectsOf(test.consumer, 'shared'), committed);
      for (const subject of subjects) {
        expect(await effectsOf(test.consumer, 'shared', subject)).toEqual(await committedTokens(test.producer, subject));
      }
    });

    it('goes on where it stopped, and finishes the batch at hand before it stops', async () => {
      const subject = fresh('stopping');
      const record = recordInto('stopping');
      let entered = 0;
      const slow = await log.consume(
        reader('stopping', {
          handle: async (events, tx) => {
            entered += events.length;
            await sleep(100);
            await record(events, tx);
          },
        }),
      );
      await write(test.producer, subject, tokens('before', 5));
      await vi.waitFor(() => expect(entered).toBeGreaterThan(0), PATIENCE);
      await slow.stop();
      expect(await effectsOf(test.consumer, 'stopping')).toHaveLength(entered);
      const again = await log.consume(reader('stopping'));
      await write(test.producer, subject, tokens('after', 5));
      const expected = [...tokens('before', 5), ...tokens('after', 5)];
      await vi.waitFor(async () => expect(await effectsOf(test.consumer, 'stopping', subject)).toEqual(expected), PATIENCE);
      await allHandled('stopping');
      await again.stop();
      expectSame(await effectsOf(test.consumer, 'stopping'), await committedTokens(test.producer));
    });

    it('brings only the topics that were asked for, and gives hints after the commit', async () => {
      const subject = fresh('hints');
      const hinted: string[] = [];
      const seen = new Set<string>();
      const consumer = await log.consume(
        reader('hints', {
          handle: async (events) => {
            for (const event of events) seen.add(event.type);
          },
          committed: async (events) => {
            hinted.push(...events.filter((event) => event.subject === subject).map(tokenOf));
            throw new Error('a hint that fails changes nothing');
          },
        }),
      );
      await test.producer.tenant(tenantId, (tx) =>
        appendEvents(tx, 'switchyard/test', [
          { type: 'session.ended', tenantId, subject, time: new Date(), data: { sessionId: requested('', '').data.sessionId } },
        ]),
      );
      await write(test.producer, subject, ['hint']);
      await vi.waitFor(() => expect(hinted).toEqual(['hint']), PATIENCE);
      await consumer.stop();
      expect([...seen]).toEqual(['episode.requested']);
    });

    it('tells how many events wait, for how long, and up to when everything is handled', async () => {
      const subject = fresh('lag');
      const options = reader('lag');
      const first = await log.consume(options);
      await vi.waitFor(async () => expect((await log.lag(options))[0]?.events).toBe(0), PATIENCE);
      await first.stop();
      const [idle] = await log.lag(options);
      expect(idle).toMatchObject({ group: 'lag', topic: TOPIC, events: 0, seconds: 0 });
      const before = new Date();
      await write(test.producer, subject, tokens('lag', 7));
      await sleep(1_100);
      await vi.waitFor(async () => expect((await log.lag(options))[0]?.events).toBe(7), PATIENCE);
      const [behind] = await log.lag(options);
      expect(behind?.seconds).toBeGreaterThan(1);
      expect(behind?.seconds).toBeLessThan(10);
      expect(behind?.asOf?.getTime()).toBeLessThan(before.getTime());
      const second = await log.consume(options);
      await vi.waitFor(async () => expect((await log.lag(options))[0]?.events).toBe(0), PATIENCE);
      await second.stop();
      const [after] = await log.lag(options);
      expect(Number(after?.position)).toBe(Number(idle?.position) + 7);
      expect(after?.asOf?.getTime()).toBeGreaterThanOrEqual(before.getTime());
    });
  });
}
