import { type Database, openDatabase } from '@switchyard/database/database';
import { listDeadLetters, readDeadLetter } from '@switchyard/event-log/dead-letters';
import { deadLetterContract } from '@switchyard/event-log/dead-letters.contract';
import type { ConsumerOptions } from '@switchyard/event-log/event-log';
import { eventLogContract, type LogUnderTest } from '@switchyard/event-log/event-log.contract';
import { createKafkaLog } from '@switchyard/event-log/kafka-log';
import { createPostgresLog } from '@switchyard/event-log/postgres-log';
import type { RecordSink } from '@switchyard/event-log/record';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { committedTokens, EFFECTS_SCHEMA, effectsOf, recordInto, write } from '@switchyard/event-log/test-support/effects';
import { newId } from '@switchyard/kernel/ids';
import { createTestDatabase } from '@switchyard/testing/test-database';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import pino from 'pino';
import { describe, expect, inject, it, vi } from 'vitest';
import { startRelay } from './relay.ts';

const addresses = process.env.KAFKA_BROKERS;
const logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });

if (addresses === undefined) {
  describe('the event log on Apache Kafka', () => {
    it.skipIf(process.env.CI !== 'true')('needs KAFKA_BROKERS, which CI must set', () => {
      expect(process.env.KAFKA_BROKERS).toBeDefined();
    });
  });
} else {
  const brokers = addresses.split(',');

  const throughTwoRelays = async (): Promise<LogUnderTest> => {
    const test = await createTestDatabase(inject('adminUrl'), [LOG_SCHEMA, EFFECTS_SCHEMA]);
    const database = await openDatabase({ url: test.appUrl, schema: LOG_SCHEMA, poolSize: 20 });
    const outbox = await createPostgresLog({ url: test.appUrl, logger });
    const prefix = `test-${newId()}.`;
    const sink = await createKafkaLog({ brokers, logger, prefix });
    const relays = [
      await startRelay({ source: outbox, sink, database, batchSize: 50 }),
      await startRelay({ source: outbox, sink, database, batchSize: 50 }),
    ];
    return {
      producer: database,
      consumer: database,
      open: () => createKafkaLog({ brokers, logger, prefix }),
      close: async () => {
        for (const relay of relays) await relay.stop();
        await sink.close();
        await outbox.close();
        await database.close();
        await test.drop();
      },
    };
  };
  eventLogContract('Apache Kafka, through two relays', throughTwoRelays);
  deadLetterContract('Apache Kafka, through two relays', throughTwoRelays);

  describe('the relay', () => {
    async function start(prefix = `test-${newId()}.`) {
      const test = await createTestDatabase(inject('adminUrl'), [LOG_SCHEMA, EFFECTS_SCHEMA]);
      const database = await openDatabase({ url: test.appUrl, schema: LOG_SCHEMA });
      const outbox = await createPostgresLog({ url: test.appUrl, logger });
      const kafka = await createKafkaLog({ brokers, logger, prefix });
      const stop = async () => {
        await outbox.close();
        await kafka.close();
        await database.close();
        await test.drop();
      };
      return { database, outbox, kafka, stop };
    }
    const reader = (database: Database, group: string): ConsumerOptions => ({
      group,
      topics: ['sessions.episode.v1'],
      database,
      handle: recordInto(group),
    });

    it('may die after the broker has stored a batch: what it publishes again is handled once', async () => {
      const { database, outbox, kafka, stop } = await start();
      const subjects = ['a', 'b', 'c'];
      for (let i = 0; i < 30; i += 1) {
        for (const subject of subjects) await write(database, subject, [`${subject}${i}`]);
      }
      let [deliveries, published] = [0, 0];
      const dying: RecordSink = {
        async publish(records) {
          await kafka.publish(records);
          published += records.length;
          deliveries += 1;
          if (deliveries % 2 === 1) throw new Error('died before its position moved');
        },
      };
      const relay = await startRelay({ source: outbox, sink: dying, database, batchSize: 25 });
      await kafka.consume(reader(database, 'once'));
      const committed = await committedTokens(database);
      await vi.waitFor(async () => expect(await effectsOf(database, 'once')).toHaveLength(committed.length), { timeout: 20_000 });
      for (const subject of subjects) {
        expect(await effectsOf(database, 'once', subject)).toEqual(await committedTokens(database, subject));
      }
      await vi.waitFor(() => expect(published).toBe(2 * committed.length), { timeout: 10_000 });
      await relay.stop();
      await stop();
    });

    it('is not all that may write to a topic: what it did not write goes to the dead letters', async () => {
      const prefix = `test-${newId()}.`;
      const { database, outbox, kafka, stop } = await start(prefix);
      const relay = await startRelay({ source: outbox, sink: kafka, database });
      await kafka.consume(reader(database, 'strangers'));
      const producer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).producer({
        createPartitioner: Partitioners.DefaultPartitioner,
      });
      await producer.connect();
      const bytes = Buffer.from([0, 0xff, 0xfe, 0x7b]);
      await producer.send({
        topic: `${prefix}sessions.episode.v1`,
        messages: [
          { partition: 3, value: bytes },
          { partition: 3, value: null },
        ],
      });
      await producer.disconnect();
      await write(database, 'subject', ['1', '2', '3']);
      await vi.waitFor(async () => expect(await effectsOf(database, 'strangers')).toEqual(['1', '2', '3']), { timeout: 20_000 });
      const letters = await vi.waitFor(async () => {
        const found = await listDeadLetters(database, 'strangers');
        expect(found).toHaveLength(2);
        return found;
      });
      expect(letters.map(({ reason, partition, place }) => [reason, partition, place])).toEqual([
        ['UNREADABLE', 3, '0'],
        ['UNREADABLE', 3, '1'],
      ]);
      expect(await readDeadLetter(database, letters[0]?.id ?? '')).toEqual(bytes);
      await relay.stop();
      await stop();
    });

    it('lets a group go on over Kafka where it was in PostgreSQL, and not back', async () => {
      const { database, outbox, kafka, stop } = await start();
      const consumer = await outbox.consume(reader(database, 'moving'));
      await write(database, 'subject', ['1', '2', '3']);
      await vi.waitFor(async () => expect(await effectsOf(database, 'moving')).toEqual(['1', '2', '3']));
      await consumer.stop();
      await write(database, 'subject', ['4', '5']);
      const relay = await startRelay({ source: outbox, sink: kafka, database });
      await kafka.consume(reader(database, 'moving'));
      await vi.waitFor(async () => expect(await effectsOf(database, 'moving')).toEqual(['1', '2', '3', '4', '5']), {
        timeout: 20_000,
      });
      await expect(outbox.consume(reader(database, 'moving'))).rejects.toThrow('The group moving has gone on over Kafka');
      await relay.stop();
      await stop();
    });
  });
}
