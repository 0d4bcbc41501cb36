import type { Tx } from '@switchyard/database/database';
import { newId } from '@switchyard/kernel/ids';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { discardDeadLetter, listDeadLetters, readDeadLetter, replayDeadLetter } from './dead-letters.ts';
import type { LogUnderTest } from './event-log.contract.ts';
import type { ConsumerOptions, EventLog } from './event-log.ts';
import { PermanentFailure } from './faults.ts';
import { effectsOf, recordInto, requested, tenantId, tokenOf, write } from './test-support/effects.ts';

const PATIENCE = { timeout: 25_000, interval: 25 };

/** What every event log does with events that cannot be handled. */
export function deadLetterContract(name: string, start: () => Promise<LogUnderTest>): void {
  describe(`dead letters on ${name}`, () => {
    let test: LogUnderTest;
    let log: EventLog;

    beforeAll(async () => {
      test = await start();
      log = await test.open();
    });
    afterAll(async () => {
      await log.close();
      await test.close();
    });

    /** A consumer that fails as `fails` says, and notes how many events it was given each time it did. */
    const failing = (group: string, subject: string, fails: (token: string) => Error | null) => {
      const record = recordInto(group);
      const failedWith: number[] = [];
      const options: ConsumerOptions = {
        group,
        topics: ['sessions.episode.v1'],
        database: test.consumer,
        async handle(events, tx) {
          const own = events.filter((event) => event.subject === subject);
          await record(own, tx);
          const error = own.map((event) => fails(tokenOf(event))).find((each) => each !== null);
          if (error === undefined || error === null) return;
          failedWith.push(events.length);
          throw error;
        },
      };
      return { options, failedWith };
    };
    const tokens = (count: number) => Array.from({ length: count }, (_, i) => `t${i}`);
    const until = (group: string, expected: readonly string[]) =>
      vi.waitFor(async () => expect(await effectsOf(test.consumer, group)).toEqual(expected), PATIENCE);

    it('take the one event of a batch that its handler fails at, and the others take effect once, in order', async () => {
      const all = tokens(120);
      await write(test.producer, 'bisected', all);
      const { options, failedWith } = failing('bisected', 'bisected', (token) =>
        token === 't77' ? new Error('cannot take t77') : null,
      );
      const consumer = await log.consume(options);
      await until(
        'bisected',
        all.filter((token) => token !== 't77'),
      );
      expect(await listDeadLetters(test.consumer, 'bisected')).toMatchObject([
        { reason: 'HANDLER_FAILED', detail: 'Error: cannot take t77', type: 'episode.requested' },
      ]);
      expect(failedWith.filter((size) => size === 1).length).toBeGreaterThanOrEqual(5);
      await consumer.stop();
    });

    it('take an event at once when its handler says that it never will', async () => {
      const { options, failedWith } = failing('permanent', 'permanent', (token) =>
        token === 'bad' ? new PermanentFailure('no such thing') : null,
      );
      await write(test.producer, 'permanent', ['bad', 'good']);
      const consumer = await log.consume(options);
      await until('permanent', ['good']);
      expect(failedWith.filter((size) => size === 1)).toHaveLength(1);
      expect(await listDeadLetters(test.consumer, 'permanent')).toMatchObject([{ detail: 'PermanentFailure: no such thing' }]);
      await consumer.stop();
    });

    it('take nothing for a fault that passes, however long it lasts', async () => {
      let failures = 0;
      const { options } = failing('transient', 'transient', () => {
        failures += 1;
        return failures <= 6 ? Object.assign(new Error('could not serialize access'), { code: '40001' }) : null;
      });
      await write(test.producer, 'transient', ['one']);
      const consumer = await log.consume(options);
      await until('transient', ['one']);
      expect(failures).toBe(7);
      expect(await listDeadLetters(test.consumer, 'transient')).toEqual([]);
      await consumer.stop();
    });

    it('are replayed once in effect, by however many at the same time, and stay when the handler still fails', async () => {
      let isRepaired = false;
      const { options } = failing('repaired', 'repaired', (token) =>
        token === 'x' && !isRepaired ? new PermanentFailure('broken') : null,
      );
      await write(test.producer, 'repaired', ['x', 'y']);
      const consumer = await log.consume(options);
      await until('repaired', ['y']);
      await consumer.stop();
      const [letter] = await listDeadLetters(test.consumer, 'repaired');
      const id = letter?.id ?? '';
      await expect(replayDeadLetter(options, id)).rejects.toThrow('broken');
      expect(await listDeadLetters(test.consumer, 'repaired')).toHaveLength(1);
      isRepaired = true;
      expect(await replayDeadLetter({ ...options, group: 'another' }, id)).toEqual({ kind: 'gone' });
      const replays = await Promise.all(Array.from({ length: 6 }, () => replayDeadLetter(options, id)));
      expect(replays.filter(({ kind }) => kind === 'handled')).toHaveLength(1);
      expect(replays.filter(({ kind }) => kind === 'gone')).toHaveLength(5);
      expect(await effectsOf(test.consumer, 'repaired')).toEqual(['y', 'x']);
      expect(await listDeadLetters(test.consumer, 'repaired')).toEqual([]);
    });

    it('take what does not fit, with the reason, and the events around it are handled in order', async () => {
      const { options } = failing('misfits', 'fitting', () => null);
      const consumer = await log.consume(options);
      await write(test.producer, 'fitting', ['before']);
      const event = envelopeOf('fitting');
      await test.producer.crossTenant('maintenance', async (tx) => {
        await insertRaw(tx, { ...event, type: 'episode.forgotten' });
        await insertRaw(tx, { ...event, data: { ...event.data, useCase: 'NONE' } });
        await insertRaw(tx, { hello: 'world' });
        await insertRaw(tx, null);
      });
      await write(test.producer, 'fitting', ['after']);
      await until('misfits', ['before', 'after']);
      const letters = await vi.waitFor(async () => {
        const found = await listDeadLetters(test.consumer, 'misfits');
        expect(found).toHaveLength(4);
        return found;
      }, PATIENCE);
      expect(letters.map((letter) => letter.reason).toSorted((a, b) => a.localeCompare(b))).toEqual([
        'INVALID_DATA',
        'UNKNOWN_TYPE',
        'UNREADABLE',
        'UNREADABLE',
      ]);
      const invalid = letters.find((letter) => letter.reason === 'INVALID_DATA');
      expect(invalid).toMatchObject({
        group: 'misfits',
        topic: 'sessions.episode.v1',
        tenantId,
        eventId: event.id,
        type: 'episode.requested',
      });
      expect(invalid?.detail).toContain('useCase');
      expect(JSON.parse(String(await readDeadLetter(test.consumer, invalid?.id ?? '')))).toMatchObject({ id: event.id });
      await consumer.stop();
    });

    it('are seen by their tenant and by no other', async () => {
      const seenBy = async (tenant: typeof tenantId) =>
        (await test.consumer.tenant(tenant, (tx) => tx.query(`select from log.dead_letter where group_name = 'misfits'`))).length;
      expect(await seenBy(tenantId)).toBe(2);
      expect(await seenBy(newId())).toBe(0);
    });

    it('stay when they still do not fit, and are discarded by name', async () => {
      const { options } = failing('misfits', 'fitting', () => null);
      const letters = await listDeadLetters(test.consumer, 'misfits');
      for (const { id, reason } of letters) {
        expect(await replayDeadLetter(options, id)).toMatchObject({ kind: 'misfit', reason });
        expect(await discardDeadLetter(test.consumer, id)).toBe(true);
        expect(await discardDeadLetter(test.consumer, id)).toBe(false);
      }
      expect(await listDeadLetters(test.consumer, 'misfits')).toEqual([]);
    });
  });
}

function envelopeOf(subject: string) {
  const { type, data } = requested(subject, 'raw');
  const time = new Date().toISOString();
  return {
    specversion: '1.0',
    id: newId(),
    source: 'switchyard/test',
    type,
    subject,
    time,
    schemaversion: 1,
    tenantid: tenantId,
    data,
  };
}

/** What no producer of ours would write. */
async function insertRaw(tx: Tx, envelope: unknown): Promise<void> {
  await tx.query(
    `insert into log.event (topic, partition, tenant_id, time, envelope) values ('sessions.episode.v1', 12, $1, now(), $2::text::json)`,
    [tenantId, JSON.stringify(envelope)],
  );
}
