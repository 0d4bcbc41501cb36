import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDatabase } from '@switchyard/database/database';
import { startEmbeddedPostgres } from '@switchyard/database/embedded';
import { ensureRoles } from '@switchyard/database/roles';
import { createKafkaLog } from '@switchyard/event-log/kafka-log';
import { createPostgresLog } from '@switchyard/event-log/postgres-log';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { committedTokens, EFFECTS_SCHEMA, effectsOf, recordInto, write } from '@switchyard/event-log/test-support/effects';
import { newId } from '@switchyard/kernel/ids';
import { createTestDatabase } from '@switchyard/testing/test-database';
import pg from 'pg';
import pino from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { startRelay } from './relay.ts';

const addresses = process.env.KAFKA_BROKERS;
const logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
const BATCH = 10;

if (addresses === undefined) {
  describe('a crash of PostgreSQL', () => {
    it.skipIf(process.env.CI !== 'true')('needs KAFKA_BROKERS, which CI must set', () => {
      expect(process.env.KAFKA_BROKERS).toBeDefined();
    });
  });
} else {
  describe('a crash of PostgreSQL', () => {
    /** One whose acknowledged asynchronous commits stay off the disk for ten seconds, instead of a fifth. */
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
        crash: () => process.kill(server.pid, 'SIGQUIT'),
        async stop() {
          await server.stop();
          await rm(directory, { recursive: true, force: true });
        },
      };
    }

    it('takes back what a consumer committed without waiting for the disk, and the consumer, which lives on, handles it again', async () => {
      const postgres = await startForgetfulPostgres();
      const database = await openDatabase({ url: postgres.url, schema: LOG_SCHEMA });
      const outbox = await createPostgresLog({ url: postgres.url, logger });
      const kafka = await createKafkaLog({ brokers: addresses.split(','), logger, prefix: `test-${newId()}.` });
      for (let i = 0; i < 5; i += 1)
        await write(
          database,
          'subject',
          Array.from({ length: BATCH }, (_, nr) => `${i}.${nr}`),
        );
      const relay = await startRelay({ source: outbox, sink: kafka, database });
      const lag = { group: 'relay', topics: ['sessions.episode.v1'] as const, database };
      await vi.waitFor(async () => expect((await outbox.lag(lag))[0]?.events).toBe(0), { timeout: 20_000 });
      await relay.stop();
      const record = recordInto('crashed');
      let batches = 0;
      await kafka.consume({
        group: 'crashed',
        topics: ['sessions.episode.v1'],
        database,
        batchSize: BATCH,
        async handle(events, tx) {
          batches += 1;
          if (batches === 4) postgres.crash();
          await tx.query('set local synchronous_commit to off');
          await record(events, tx);
        },
      });
      await vi.waitFor(async () => expect(await effectsOf(database, 'crashed')).toHaveLength(5 * BATCH), { timeout: 25_000 });
      expect(await effectsOf(database, 'crashed')).toEqual(await committedTokens(database));
      // Otherwise nothing was lost, and the test says nothing.
      expect(batches).toBeGreaterThan(6);
      await kafka.close();
      await outbox.close();
      await database.close();
      await postgres.stop();
    }, 90_000);
  });
}
