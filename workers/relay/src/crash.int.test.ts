import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDatabase } from '@switchyard/database/database';
import { startEmbeddedPostgres } from '@switchyard/database/embedded';
import { ensureRoles } from '@switchyard/database/roles';
import type { ConsumerOptions, EventLog } from '@switchyard/event-log/event-log';
import { createKafkaLog } from '@switchyard/event-log/kafka-log';
import { createPostgresLog } from '@switchyard/event-log/postgres-log';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { committedTokens, EFFECTS_SCHEMA, effectsOf, recordInto, write } from '@switchyard/event-log/test-support/effects';
import { newId } from '@switchyard/kernel/ids';
import { createTestDatabase } from '@switchyard/testing/test-database';
import pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { startRelay } from './relay.ts';

const addresses = process.env.KAFKA_BROKERS;
const logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
const [BATCH, BATCHES] = [10, 5];
const PATIENCE = { timeout: 40_000, interval: 50 };

/*
 * A handler may commit without waiting for the disk: a crash then takes back effects and positions together, and the consumer,
 * which lives on in its own process, must notice that its place is not where it left it.
 */
describe.each(addresses === undefined ? ['PostgreSQL'] : ['PostgreSQL', 'Apache Kafka'])(
  'a consumer of the log on %s whose PostgreSQL crashes',
  (kind) => {
    let producer: Awaited<ReturnType<typeof openDatabase>>;
    let consumer: Awaited<ReturnType<typeof openDatabase>>;
    let forgetful: Awaited<ReturnType<typeof startForgetfulPostgres>>;
    let log: EventLog;
    const closers: (() => Promise<unknown>)[] = [];

    beforeAll(async () => {
      const test = await createTestDatabase(inject('adminUrl'), [LOG_SCHEMA, EFFECTS_SCHEMA]);
      forgetful = await startForgetfulPostgres();
      producer = await openDatabase({ url: test.appUrl, schema: LOG_SCHEMA });
      consumer = await openDatabase({ url: forgetful.url, schema: LOG_SCHEMA });
      const outbox = await createPostgresLog({ url: test.appUrl, logger });
      closers.push(outbox.close, producer.close, consumer.close, forgetful.stop, test.drop);
      log = outbox;
      for (let nr = 0; nr < BATCHES; nr += 1) {
        const tokens = Array.from({ length: BATCH }, (_, index) => `${nr}.${index}`);
        await write(producer, 'subject', tokens);
      }
      if (kind === 'PostgreSQL') return;
      const kafka = await createKafkaLog({ brokers: addresses?.split(',') ?? [], logger, prefix: `test-${newId()}.` });
      closers.unshift(kafka.close);
      await startRelay({ source: outbox, sink: kafka, database: producer });
      log = kafka;
    }, 120_000);
    afterAll(async () => {
      for (const close of closers) await close();
    });

    const reader = (group: string, more: { batchSize: number; crashAt: number }): ConsumerOptions & { batches(): number } => {
      const record = recordInto(group);
      let batches = 0;
      return {
        group,
        topics: ['sessions.episode.v1'],
        database: consumer,
        batchSize: more.batchSize,
        batches: () => batches,
        async handle(events, tx) {
          await tx.query('set local synchronous_commit to off');
          await record(events, tx);
          batches += 1;
        },
        async committed() {
          if (batches === more.crashAt) forgetful.crash();
        },
      };
    };
    const allHandled = async (group: string) =>
      await vi.waitFor(
        async () => expect(await effectsOf(consumer, group)).toEqual(await committedTokens(producer, 'subject')),
        PATIENCE,
      );

    it('handles again what the crash took back, when it goes on with the events after it', async () => {
      const options = reader('going on', { batchSize: BATCH, crashAt: 3 });
      const running = await log.consume(options);
      await allHandled('going on');
      // Otherwise the crash took nothing back, and the test says nothing.
      expect(options.batches()).toBeGreaterThan(BATCHES);
      await running.stop();
    }, 90_000);

    it('handles again what the crash took back, when no event comes after it', async () => {
      const options = reader('at the end', { batchSize: 10 * BATCH, crashAt: 1 });
      const running = await log.consume(options);
      await vi.waitFor(() => expect(options.batches()).toBeGreaterThan(1), PATIENCE);
      await allHandled('at the end');
      await running.stop();
    }, 90_000);
  },
);

describe('on Apache Kafka', () => {
  it.skipIf(addresses !== undefined || process.env.CI !== 'true')('it needs KAFKA_BROKERS, which CI must set', () => {
    expect(process.env.KAFKA_BROKERS).toBeDefined();
  });
});

/** A server that keeps what was committed without waiting for the disk off the disk for ten seconds, instead of a fifth. */
async function startForgetfulPostgres() {
  const directory = await mkdtemp(path.join(tmpdir(), 'switchyard-forgetful-'));
  const server = await startEmbeddedPostgres({ directory });
  await ensureRoles(server.adminUrl, { owner: 'owner', app: 'app' });
  const admin = new pg.Client({ connectionString: server.adminUrl });
  await admin.connect();
  await admin.query(`alter system set wal_writer_delay = '10s'`);
  await admin.query('select pg_reload_conf()');
  await admin.end();
  const { appUrl } = await createTestDatabase(server.adminUrl, [LOG_SCHEMA, EFFECTS_SCHEMA]);
  return {
    url: appUrl,
    crash: () => void process.kill(server.pid, 'SIGQUIT'),
    async stop() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
