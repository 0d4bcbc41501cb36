import type { EventEnvelope } from '@switchyard/contracts/envelope';
import { type Database, openDatabase } from '@switchyard/database/database';
import type { GroupLag } from '@switchyard/event-log/event-log';
import type { Clock } from '@switchyard/kernel/clock';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import type { Scope } from '@switchyard/kernel/request-context';
import type { PubSub } from '@switchyard/pubsub/pubsub';
import { signContext } from '@switchyard/runtime/context-token';
import type { Subgraph } from '@switchyard/runtime/subgraph';
import { createTestDatabase } from '@switchyard/testing/test-database';
import type { ExecutionResult } from 'graphql';
import pg from 'pg';
import { createAnalyticsConsumer, createAnalyticsModule, SCHEMA } from '../module.ts';

const CONTEXT_KEY = Buffer.alloc(32, 7);

export type Caller = { readonly tenantId: TenantId | null; readonly scopes: readonly Scope[] };

/** Analytics with a database of its own, fed by hand where the log would feed it. */
export type Harness = {
  readonly database: Database;
  readonly subgraph: Subgraph;
  readonly clock: { now(): Date; set(at: Date): void };
  setLag(lags: readonly GroupLag[]): void;
  /** As the log does it: one transaction, then the hints. */
  deliver(events: readonly EventEnvelope[]): Promise<void>;
  /** Rolls the same work back before it could commit, as a crash does. */
  crash(events: readonly EventEnvelope[]): Promise<void>;
  request(caller: Caller, query: string, variables?: Record<string, unknown>): Promise<ExecutionResult>;
  subscribe(caller: Caller, query: string): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult>;
  /** Every row of the read model, as text, without the projection's own progress. */
  dump(): Promise<string[]>;
  sql(text: string): Promise<unknown[]>;
  close(): Promise<void>;
};

class CrashError extends Error {}

export async function createHarness(adminUrl: string, pubsub: PubSub = createLocalHints()): Promise<Harness> {
  const test = await createTestDatabase(adminUrl, [SCHEMA]);
  const database = await openDatabase({ url: test.appUrl, schema: SCHEMA });
  const clock = createSettableClock();
  let lags: readonly GroupLag[] = [];
  const consumer = createAnalyticsConsumer({ database, pubsub, clock });
  const options = { database, clock, pubsub, currency: 'USD', contextKey: CONTEXT_KEY };
  const { subgraph } = createAnalyticsModule({ ...options, lag: async () => lags });
  const contextToken = (caller: Caller) =>
    signContext({ requestId: newId(), credential: { kind: 'API_KEY', id: newId() }, ...caller }, CONTEXT_KEY);
  const sql = async (text: string): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString: test.adminUrl });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  };
  return {
    database,
    subgraph,
    clock,
    sql,
    setLag: (next) => {
      lags = next;
    },
    async deliver(events) {
      await database.crossTenant('consumer', (tx) => consumer.handle(events, tx));
      await consumer.committed?.(events);
    },
    async crash(events) {
      const crashing = database.crossTenant('consumer', async (tx) => {
        await consumer.handle(events, tx);
        throw new CrashError();
      });
      await crashing.catch((error: unknown) => {
        if (!(error instanceof CrashError)) throw error;
      });
    },
    request: async (caller, query, variables = {}) =>
      await subgraph.execute({ query, variables, contextToken: await contextToken(caller) }),
    subscribe: async (caller, query) => await subgraph.subscribe({ query, contextToken: await contextToken(caller) }),
    async dump() {
      const tables = ['subject_facts', 'rollup', 'sketch_bucket', 'tenant_watermark'];
      const rows = await Promise.all(
        tables.map((table) => sql(`select '${table} ' || t::text as row from analytics.${table} as t`)),
      );
      return rows
        .flat()
        .map((row) => (row as { row: string }).row)
        .sort();
    },
    async close() {
      await database.close();
      await test.drop();
    },
  };
}

/** Hints within this process. */
export function createLocalHints(): PubSub & { listeners(): number } {
  const listeners = new Map<string, Set<(payload: string) => void>>();
  return {
    async publish(channel, payload) {
      for (const listener of listeners.get(channel) ?? []) listener(payload);
    },
    async subscribe(channel, listener) {
      const known = listeners.get(channel) ?? new Set();
      listeners.set(channel, known.add(listener));
      return async () => void known.delete(listener);
    },
    listeners: () => [...listeners.values()].reduce((sum, { size }) => sum + size, 0),
    close: async () => listeners.clear(),
  };
}

function createSettableClock(): Clock & { set(at: Date): void } {
  let fixed: Date | null = null;
  return {
    now: () => fixed ?? new Date(),
    set: (at) => {
      fixed = at;
    },
  };
}
