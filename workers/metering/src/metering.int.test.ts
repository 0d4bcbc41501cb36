import { createBillingModule, SCHEMA } from '@switchyard/billing/module';
import { type Database, openDatabase } from '@switchyard/database/database';
import { appendEvents } from '@switchyard/event-log/outbox';
import { createPostgresLog } from '@switchyard/event-log/postgres-log';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { systemClock } from '@switchyard/kernel/clock';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { createMemoryPubSub } from '@switchyard/pubsub/memory';
import { createTestDatabase, type TestDatabase } from '@switchyard/testing/test-database';
import pino from 'pino';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { startMetering } from './metering.ts';

const logger = pino({ level: 'silent' });
let test: TestDatabase;
let database: Database;

beforeAll(async () => {
  test = await createTestDatabase(inject('adminUrl'), [LOG_SCHEMA, SCHEMA]);
  database = await openDatabase({ url: test.appUrl, schema: SCHEMA });
});
afterAll(async () => {
  await database.close();
  await test.drop();
});

/** The worker as a process of its own would run it: its own reader of the log. */
async function startWorker() {
  const eventLog = await createPostgresLog({ url: test.appUrl, logger });
  const { consumers } = createBillingModule({
    database,
    clock: systemClock,
    contextKey: Buffer.alloc(32),
    secretsKey: Buffer.alloc(32),
    pubsub: createMemoryPubSub(),
    logger,
  });
  const worker = await startMetering({ eventLog, consumer: consumers.metering, logger });
  return {
    stop: async () => {
      await worker.stop();
      await eventLog.close();
    },
  };
}

async function requestEpisodes(tenantId: TenantId, count: number): Promise<void> {
  await database.tenant(tenantId, async (tx) => {
    const events = Array.from({ length: count }, () => {
      const sessionId = newId();
      const data = { episodeId: newId(), sessionId, useCase: 'FAQ' as const };
      return { type: 'episode.requested' as const, tenantId, subject: sessionId, time: new Date(), data };
    });
    await appendEvents(tx, 'switchyard/sessions', events);
  });
}

async function requestsOf(tenantId: TenantId): Promise<number> {
  const [row] = await database.tenant(tenantId, (tx) =>
    tx.query<{ count: number }>(`select count(*)::int as count from billing.usage_record where meter = 'requests'`),
  );
  return row?.count ?? 0;
}

it('records each request once, with two workers, over a stop and a start', async () => {
  const tenants = [newId<TenantId>(), newId<TenantId>()];
  const workers = [await startWorker(), await startWorker()];
  for (const tenantId of tenants) await requestEpisodes(tenantId, 30);
  await vi.waitFor(async () => expect(await Promise.all(tenants.map(requestsOf))).toEqual([30, 30]), 20_000);
  await Promise.all(workers.map((worker) => worker.stop()));

  for (const tenantId of tenants) await requestEpisodes(tenantId, 20);
  expect(await Promise.all(tenants.map(requestsOf))).toEqual([30, 30]);
  const successor = await startWorker();
  await vi.waitFor(async () => expect(await Promise.all(tenants.map(requestsOf))).toEqual([50, 50]), 20_000);
  await successor.stop();
});
