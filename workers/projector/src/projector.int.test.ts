import { createAnalyticsModule, SCHEMA } from '@switchyard/analytics/module';
import { openDatabase, type Tx } from '@switchyard/database/database';
import { appendEvents, type NewEvent } from '@switchyard/event-log/outbox';
import { createPostgresLog } from '@switchyard/event-log/postgres-log';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { systemClock } from '@switchyard/kernel/clock';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { signContext } from '@switchyard/runtime/context-token';
import { createTestDatabase } from '@switchyard/testing/test-database';
import pino from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { startProjector } from './projector.ts';

const CONTEXT_KEY = Buffer.alloc(32, 3);
const logger = pino({ level: 'silent' });
const pubsub = { publish: async () => undefined, subscribe: async () => async () => undefined, close: async () => undefined };

let open: Awaited<ReturnType<typeof openAll>>;
beforeAll(async () => {
  open = await openAll();
});
afterAll(async () => {
  await open.close();
});

async function openAll() {
  const test = await createTestDatabase(inject('adminUrl'), [LOG_SCHEMA, SCHEMA]);
  const database = await openDatabase({ url: test.appUrl, schema: SCHEMA });
  const eventLog = await createPostgresLog({ url: test.appUrl, logger });
  const close = async () => {
    await eventLog.close();
    await database.close();
    await test.drop();
  };
  return { database, eventLog, close };
}

function sessionStarted(tenantId: TenantId): NewEvent<'session.started'> {
  const sessionId = newId();
  const data = { sessionId, useCase: 'FAQ' as const, endUserId: null };
  return { type: 'session.started', tenantId, subject: sessionId, time: new Date(), data };
}

it('brings what is committed to the log into the KPIs, once, also over a restart', async () => {
  const { database, eventLog } = open;
  const tenantId = newId<TenantId>();
  const append = (count: number) =>
    database.tenant(tenantId, async (tx: Tx) => {
      const events = Array.from({ length: count }, () => sessionStarted(tenantId));
      await appendEvents(tx, 'switchyard/test', events);
    });
  const { subgraph } = createAnalyticsModule({
    database,
    clock: systemClock,
    pubsub,
    currency: 'USD',
    contextKey: CONTEXT_KEY,
    lag: async () => [],
  });
  const kpis = async (): Promise<unknown> => {
    const credential = { kind: 'API_KEY' as const, id: newId<TenantId>() };
    const contextToken = await signContext({ requestId: 'r', tenantId, scopes: ['ANALYTICS_READ'], credential }, CONTEXT_KEY);
    const range = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 3_600_000) };
    const query = 'query ($range: TimeRange!) { kpis(range: $range) { sessions } }';
    const variables = { range: { from: range.from.toISOString(), to: range.to.toISOString() } };
    const { data } = await subgraph.execute({ query, variables, contextToken });
    return data?.kpis;
  };
  const registry = new Registry();
  const first = await startProjector({ eventLog, database, pubsub, clock: systemClock, registry });
  await append(30);
  await vi.waitFor(async () => expect(await kpis()).toEqual({ sessions: 30 }), 10_000);
  await first.stop();

  await append(12);
  const second = await startProjector({ eventLog, database, pubsub, clock: systemClock, registry: new Registry() });
  await vi.waitFor(async () => expect(await kpis()).toEqual({ sessions: 42 }), 10_000);
  await second.stop();
  expect(await kpis()).toEqual({ sessions: 42 });
  expect(await registry.metrics()).toMatch(/projector_batch_events_sum 30\b/);
});
