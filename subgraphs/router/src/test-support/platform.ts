import type { EventEnvelope } from '@switchyard/contracts/envelope';
import { type AnyEventType, type EventData, topicOf } from '@switchyard/contracts/events';
import { openDatabase } from '@switchyard/database/database';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import type { Scope } from '@switchyard/kernel/request-context';
import { createMemoryPubSub } from '@switchyard/pubsub/memory';
import { signContext } from '@switchyard/runtime/context-token';
import { createTestDatabase } from '@switchyard/testing/test-database';
import pg from 'pg';
import { Registry } from 'prom-client';
import type { DecideRequest } from '../decide-port.ts';
import { createRouterModule, type RouterModuleOptions, SCHEMA } from '../module.ts';
import { TIERS } from './arbitraries.ts';

type Options = Pick<RouterModuleOptions, 'freshForMs' | 'staleForMs' | 'modelFile' | 'predictionBudgetMs'>;

const CONTEXT_KEY = Buffer.alloc(32, 7);

/**
 * The router on a database of its own, with a clock that stands still until it is moved. States are read anew for each
 * decision, unless `options` say otherwise.
 */
export async function startRouter(adminUrl: string, options: Options = { freshForMs: 0, staleForMs: 0 }) {
  const test = await createTestDatabase(adminUrl, [LOG_SCHEMA, SCHEMA]);
  const database = await openDatabase({ url: test.appUrl, schema: SCHEMA });
  const admin = new pg.Client({ connectionString: test.adminUrl });
  await admin.connect();
  const clock = { at: new Date('2026-05-01T10:00:00.000Z'), now: () => clock.at };
  const registry = new Registry();
  const draws: number[] = [];
  const pubsub = createMemoryPubSub();
  const module = createRouterModule({
    database,
    contextKey: CONTEXT_KEY,
    clock,
    tiers: TIERS,
    countTokens: (text) => text.split(/\s+/).length,
    registry,
    random: () => draws.shift() ?? 0,
    pubsub,
    ...options,
  });

  return {
    ...module,
    database,
    registry,
    clock,
    /** What chance decides with next; 0 when there is none left. */
    draws,
    /** Asks the graph as a tenant with these scopes; null: as the operator. */
    async ask(tenantId: TenantId | null, query: string, variables: Record<string, unknown> = {}, scopes: Scope[] = ['ADMIN']) {
      const { data, errors } = await module.subgraph.execute({ query, variables, contextToken: await tokenOf(tenantId, scopes) });
      // As it goes over the wire: no null prototypes, no dates.
      return JSON.parse(JSON.stringify({ data, errors })) as { data: Record<string, unknown>; errors?: AskError[] };
    },
    async watch(tenantId: TenantId, query: string, scopes: Scope[] = ['ADMIN']) {
      return await module.subgraph.subscribe({ query, contextToken: await tokenOf(tenantId, scopes) });
    },
    /** Gives the consumer a batch of events, in a transaction as the log does. */
    async hear(events: readonly EventEnvelope[]) {
      for (const consumer of module.consumers) {
        const heard = events.filter((event) => consumer.topics.includes(topicOf(event.type as AnyEventType)));
        await database.crossTenant('consumer', (tx) => consumer.handle(heard, tx));
      }
    },
    /** What stands in the log of one type, oldest first. */
    async logged<E extends AnyEventType>(type: E): Promise<{ data: EventData<E>; subject: string }[]> {
      const { rows } = await admin.query(`select envelope from log.event where envelope ->> 'type' = $1 order by seq`, [type]);
      return rows.map((row) => row.envelope);
    },
    sql: async (text: string, parameters: unknown[] = []) => (await admin.query(text, parameters)).rows,
    async stop() {
      await database.close();
      await admin.end();
      await test.drop();
    },
  };
}

async function tokenOf(tenantId: TenantId | null, scopes: Scope[]): Promise<string> {
  const credential = { kind: 'API_KEY' as const, id: newId() };
  const held = tenantId === null ? ['OPERATOR' as const] : scopes;
  return await signContext({ requestId: newId(), tenantId, scopes: held, credential }, CONTEXT_KEY);
}

export type TestRouter = Awaited<ReturnType<typeof startRouter>>;
type AskError = { readonly message: string; readonly extensions: { readonly code: string } };

export function requestOf(tenantId: TenantId, change: Partial<DecideRequest> = {}): DecideRequest {
  return {
    tenantId,
    requestKey: newId(),
    episodeId: newId(),
    sessionId: newId(),
    content: 'How long does shipping take?',
    inputTokens: 400,
    responseSchema: null,
    pinnedTier: null,
    maxCost: null,
    maxLatencyMs: null,
    excludeTiers: [],
    escalatedFrom: null,
    ...change,
  };
}

export function eventOf<E extends AnyEventType>(tenantId: TenantId, type: E, data: EventData<E>): EventEnvelope {
  return {
    specversion: '1.0',
    id: newId(),
    source: 'switchyard/test',
    type,
    subject: tenantId,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    schemaversion: 1,
    tenantid: tenantId,
    data,
  };
}
