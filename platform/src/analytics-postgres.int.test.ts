import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  ANALYTICS_GROUP,
  ANALYTICS_TOPICS,
  createAnalyticsConsumer,
  createAnalyticsModule,
  rebuildKpis,
  SCHEMA,
} from '@switchyard/analytics/module';
import { openDatabase } from '@switchyard/database/database';
import type { EmbeddedPostgres } from '@switchyard/database/embedded';
import { appendEvents } from '@switchyard/event-log/outbox';
import { createPostgresLog } from '@switchyard/event-log/postgres-log';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { systemClock } from '@switchyard/kernel/clock';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { createMemoryPubSub } from '@switchyard/pubsub/memory';
import { signContext } from '@switchyard/runtime/context-token';
import { createTestDatabase } from '@switchyard/testing/test-database';
import pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { openAnalyticsPostgres } from './analytics-postgres.ts';
import { readConfig } from './config.ts';
import { startPrimary, startStandby } from './test-support/standby.ts';

const CONTEXT_KEY = Buffer.alloc(32, 5);
const logger = pino({ level: 'silent' });

type Kpis = { readonly sessions: number; readonly asOf: string };

/** The log on one server, the read models on another, and a streaming replica of that. */
async function startServers() {
  const directory = await mkdtemp(path.join(tmpdir(), 'switchyard-analytics-'));
  await chmod(directory, 0o755);
  const main = await createTestDatabase(inject('adminUrl'), [LOG_SCHEMA]);
  const primary = await startPrimary(path.join(directory, 'primary'));
  const open = (env: Record<string, string>) =>
    openAnalyticsPostgres({
      config: readConfig(env),
      mainUrl: main.appUrl,
      secretKey: Buffer.alloc(32, 9),
      dataDir: directory,
      logger,
    });
  // Before there is a replica: it then has all of it from the beginning.
  await open({ ANALYTICS_DATABASE_URL: primary.adminUrl });
  const standby = await startStandby(primary, path.join(directory, 'primary'), path.join(directory, 'standby'));
  const stop = async () => {
    await standby.stop();
    await primary.stop();
    await main.drop();
    await rm(directory, { recursive: true, force: true });
  };
  return { main, primary, standby, open, stop };
}

async function onServer(server: EmbeddedPostgres, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.adminUrl });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

describe('analytics on a PostgreSQL of its own, read on a streaming replica', () => {
  let servers: Awaited<ReturnType<typeof startServers>>;
  beforeAll(async () => {
    servers = await startServers();
  }, 120_000);
  afterAll(async () => {
    await servers.stop();
  });

  it('writes there, reads on the replica, and says in asOf how far that has come', async () => {
    const { main, primary, standby } = servers;
    const urls = await servers.open({ ANALYTICS_DATABASE_URL: primary.adminUrl, ANALYTICS_REPLICA_URL: standby.adminUrl });
    const producer = await openDatabase({ url: main.appUrl, schema: LOG_SCHEMA });
    const database = await openDatabase({ url: urls.primary, schema: SCHEMA });
    const replica = await openDatabase({ url: urls.replica ?? '', schema: SCHEMA });
    const eventLog = await createPostgresLog({ url: main.appUrl, logger });
    const pubsub = createMemoryPubSub();
    const running = await eventLog.consume(createAnalyticsConsumer({ database, pubsub, clock: systemClock }));
    const module = createAnalyticsModule({
      database: replica,
      clock: systemClock,
      currency: 'USD',
      pubsub,
      contextKey: CONTEXT_KEY,
      lag: () => eventLog.lag({ group: ANALYTICS_GROUP, topics: ANALYTICS_TOPICS, database }),
    });
    const tenantId = newId<TenantId>();
    const contextToken = await signContext(
      { requestId: 'r', tenantId, scopes: ['ANALYTICS_READ'], credential: { kind: 'API_KEY', id: newId() } },
      CONTEXT_KEY,
    );
    const kpis = async (): Promise<Kpis> => {
      const query = 'query ($range: TimeRange!) { kpis(range: $range) { sessions asOf } }';
      const range = { from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z' };
      const { data, errors } = await module.subgraph.execute({ query, variables: { range }, contextToken });
      expect(errors).toBeUndefined();
      return data?.kpis as Kpis;
    };
    const start = (time: Date) =>
      producer.tenant(tenantId, async (tx) => {
        const sessionId = newId();
        const data = { sessionId, useCase: 'FAQ' as const, endUserId: null };
        await appendEvents(tx, 'switchyard/test', [{ type: 'session.started', tenantId, subject: sessionId, time, data }]);
      });
    const [first, second] = [new Date('2026-03-01T10:00:00.000Z'), new Date('2026-03-01T11:00:00.000Z')];
    try {
      await start(first);
      await vi.waitFor(async () => expect(await kpis()).toEqual({ sessions: 1, asOf: first.toISOString() }), 20_000);
      const written = await onServer(primary, 'select sum(sessions)::int as sessions from analytics.rollup');
      expect(written).toEqual([{ sessions: 1 }]); // of the minute: hours, days and months are folded when they are over
      expect(await onServer(primary, `select sum(handled)::int as handled from log.consumer_position`)).toEqual([{ handled: 1 }]);

      // The replica stands still: what the primary knows since then is in no figure, and asOf says so.
      await onServer(standby, 'select pg_wal_replay_pause()');
      await start(second);
      await vi.waitFor(async () => {
        const [row] = await onServer(primary, 'select as_of from analytics.tenant_watermark');
        expect((row as { as_of: Date }).as_of).toEqual(second);
      }, 20_000);
      expect(await kpis()).toEqual({ sessions: 1, asOf: first.toISOString() });
      await onServer(standby, 'select pg_wal_replay_resume()');
      await vi.waitFor(async () => expect(await kpis()).toEqual({ sessions: 2, asOf: second.toISOString() }), 20_000);

      // A rebuild reaches the replica too, though its tables were not logged while they were filled.
      expect(await rebuildKpis({ database, eventLog, clock: systemClock })).toBe(2);
      await vi.waitFor(async () => {
        const [row] = await onServer(standby, `select to_regclass('analytics_rebuild.rollup') is null as swapped`);
        expect(row).toEqual({ swapped: true });
      }, 20_000);
      expect(await kpis()).toEqual({ sessions: 2, asOf: second.toISOString() });
    } finally {
      await running.stop();
      await eventLog.close();
      for (const it of [producer, database, replica]) await it.close();
    }
  }, 120_000);

  it('starts on no server that is not a replica of the one it writes to', async () => {
    const wrong = servers.open({ ANALYTICS_DATABASE_URL: servers.primary.adminUrl, ANALYTICS_REPLICA_URL: inject('adminUrl') });
    await expect(wrong).rejects.toThrow('is no replica of the one that analytics writes to: check ANALYTICS_REPLICA_URL');
  });

  it('says which variable is wrong when a server cannot be reached', async () => {
    const nowhere = servers.open({ ANALYTICS_DATABASE_URL: 'postgres://admin:secret@127.0.0.1:1/switchyard' });
    await expect(nowhere).rejects.toThrow('check ANALYTICS_DATABASE_URL');
  });
});
