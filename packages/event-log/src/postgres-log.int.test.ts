import { openDatabase } from '@switchyard/database/database';
import { createTestDatabase } from '@switchyard/testing/test-database';
import pg from 'pg';
import pino from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, inject, it, vi } from 'vitest';
import { deadLetterContract } from './dead-letters.contract.ts';
import { eventLogContract, type LogUnderTest } from './event-log.contract.ts';
import { PermanentFailure } from './faults.ts';
import { createPostgresLog } from './postgres-log.ts';
import { LOG_SCHEMA } from './schema.ts';
import { committedTokens, EFFECTS_SCHEMA, effectsOf, recordInto, write } from './test-support/effects.ts';

const logger = pino({ level: 'silent' });

async function onOneServer(): Promise<LogUnderTest> {
  const test = await createTestDatabase(inject('adminUrl'), [LOG_SCHEMA, EFFECTS_SCHEMA]);
  const database = await openDatabase({ url: test.appUrl, schema: LOG_SCHEMA, poolSize: 20 });
  return {
    producer: database,
    consumer: database,
    open: () => createPostgresLog({ url: test.appUrl, logger }),
    close: async () => {
      await database.close();
      await test.drop();
    },
  };
}
eventLogContract('PostgreSQL', onOneServer);
deadLetterContract('PostgreSQL', onOneServer);

eventLogContract('PostgreSQL, with consumers on another server', async () => {
  const logs = await createTestDatabase(inject('adminUrl'), [LOG_SCHEMA, EFFECTS_SCHEMA]);
  const reads = await createTestDatabase(inject('adminUrl'), [LOG_SCHEMA, EFFECTS_SCHEMA]);
  const producer = await openDatabase({ url: logs.appUrl, schema: LOG_SCHEMA, poolSize: 20 });
  const consumer = await openDatabase({ url: reads.appUrl, schema: LOG_SCHEMA });
  return {
    producer,
    consumer,
    open: () => createPostgresLog({ url: logs.appUrl, logger }),
    close: async () => {
      await Promise.all([producer.close(), consumer.close()]);
      await Promise.all([logs.drop(), reads.drop()]);
    },
  };
});

describe('the PostgreSQL log', () => {
  async function start() {
    const test = await createTestDatabase(inject('adminUrl'), [LOG_SCHEMA, EFFECTS_SCHEMA]);
    const database = await openDatabase({ url: test.appUrl, schema: LOG_SCHEMA });
    const registry = new Registry();
    const log = await createPostgresLog({ url: test.appUrl, logger, registry });
    const stop = async () => {
      await log.close();
      await database.close();
      await test.drop();
    };
    return { test, database, registry, log, stop };
  }

  it('goes on when the server cuts every connection', async () => {
    const { test, database, log, stop } = await start();
    const consumer = await log.consume({ group: 'cut', topics: ['sessions.episode.v1'], database, handle: recordInto('cut') });
    await write(database, 'subject', ['before']);
    await vi.waitFor(async () => expect(await effectsOf(database, 'cut')).toEqual(['before']));
    const admin = new pg.Client({ connectionString: test.adminUrl });
    await admin.connect();
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await admin.end();
    await vi.waitFor(() => write(database, 'subject', ['after']), { timeout: 5_000 });
    await vi.waitFor(async () => expect(await effectsOf(database, 'cut')).toEqual(await committedTokens(database)), {
      timeout: 10_000,
    });
    await consumer.stop();
    await stop();
  });

  it('hears at once of what another process appends', async () => {
    const { database, test, stop } = await start();
    // A client of its own stands for the other process: it knows this log's channel, and no more.
    const other = new pg.Client({ connectionString: test.appUrl });
    await other.connect();
    const heard: string[] = [];
    other.on('notification', ({ payload = '' }) => void heard.push(payload));
    await other.query('listen switchyard_log');
    await write(database, 'subject', ['told']);
    await vi.waitFor(() => expect(heard).toEqual([expect.stringMatching(/^[0-9a-f-]{36} sessions[.]episode[.]v1$/)]));
    await other.end();
    await stop();
  });

  it('shows in its metrics what was appended, what was handled, and what waits', async () => {
    const { database, log, registry, stop } = await start();
    const group = { group: 'measured', topics: ['sessions.episode.v1'] as const, database };
    const sampleOf = async (line: string) =>
      (await registry.metrics())
        .split('\n')
        .find((text) => text.startsWith(`${line} `))
        ?.split(' ')
        .at(-1);
    const handler: { fails: boolean } = { fails: true };
    const consumer = await log.consume({
      ...group,
      handle: async () => {
        if (handler.fails) throw Object.assign(new Error('not yet'), { code: '40001' });
      },
    });
    await write(database, 'subject', ['a', 'b', 'c']);
    const labels = '{group="measured",topic="sessions.episode.v1"}';
    await vi.waitFor(async () => expect(await sampleOf('log_consumer_failures_total{group="measured"}')).not.toBe('0'));
    expect(await sampleOf('log_events_appended_total{topic="sessions.episode.v1"}')).toBe('3');
    expect(await sampleOf(`log_consumer_lag_events${labels}`)).toBe('3');
    expect(Number(await sampleOf(`log_consumer_lag_seconds${labels}`))).toBeGreaterThan(0);
    handler.fails = false;
    await vi.waitFor(async () => expect(await sampleOf(`log_events_handled_total${labels}`)).toBe('3'), { timeout: 5_000 });
    expect(await sampleOf(`log_consumer_lag_events${labels}`)).toBe('0');
    expect(await sampleOf(`log_consumer_lag_seconds${labels}`)).toBe('0');
    await consumer.stop();
    await stop();
  });

  it('counts its dead letters, and those that have come', async () => {
    const { database, log, registry, stop } = await start();
    await log.consume({
      group: 'burying',
      topics: ['sessions.episode.v1'],
      database,
      handle: async () => {
        throw new PermanentFailure('never');
      },
    });
    await write(database, 'subject', ['a', 'b']);
    await vi.waitFor(
      async () => {
        const text = await registry.metrics();
        expect(text).toContain('log_dead_letters{group="burying"} 2');
        expect(text).toContain('log_dead_lettered_total{group="burying",reason="HANDLER_FAILED"} 2');
      },
      { timeout: 10_000 },
    );
    await stop();
  });
});
