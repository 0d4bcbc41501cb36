import { type Database, openDatabase } from '@switchyard/database/database';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import type { Scope } from '@switchyard/kernel/request-context';
import { createMemoryPubSub } from '@switchyard/pubsub/memory';
import { signContext } from '@switchyard/runtime/context-token';
import { createTestDatabase } from '@switchyard/testing/test-database';
import { createEgress } from '@switchyard/tools/egress';
import { createMcpCatalog } from '@switchyard/tools/mcp-client';
import pg from 'pg';
import { createSessionsModule, SCHEMA } from '../module.ts';

const CONTEXT_KEY = Buffer.alloc(32, 1);

export type Answer<Data> = {
  readonly data: Data | null;
  readonly codes: readonly unknown[];
  readonly messages: readonly string[];
};

export type Caller = { readonly tenantId: TenantId | null; readonly scopes: readonly Scope[] };

export const OPERATOR: Caller = { tenantId: null, scopes: ['OPERATOR'] };
export const adminOf = (tenantId: TenantId): Caller => ({ tenantId, scopes: ['ADMIN'] });

export type TestGraph = {
  readonly database: Database;
  /** The superuser: sees what is in the tables. */
  readonly admin: pg.Client;
  /** Units of work so far. */
  unitsOfWork(): number;
  readonly clock: { now(): Date; advance(ms: number): void };
  ask<Data = unknown>(caller: Caller, query: string, variables?: Record<string, unknown>): Promise<Answer<Data>>;
  makeTenant(name: string): Promise<TenantId>;
  close(): Promise<void>;
};

/** The sessions subgraph on a database of its own. */
export async function openTestGraph(adminUrl: string): Promise<TestGraph> {
  const test = await createTestDatabase(adminUrl, [LOG_SCHEMA, SCHEMA]);
  const opened = await openDatabase({ url: test.appUrl, schema: SCHEMA });
  let units = 0;
  const database: Database = {
    tenant: (...work) => {
      units += 1;
      return opened.tenant(...work);
    },
    crossTenant: (...work) => {
      units += 1;
      return opened.crossTenant(...work);
    },
    close: () => opened.close(),
  };
  const admin = new pg.Client({ connectionString: test.adminUrl });
  await admin.connect();
  let now = Date.parse('2026-03-01T10:00:00.000Z');
  const clock = {
    now: () => new Date(now),
    advance: (ms: number) => {
      now += ms;
    },
  };
  const hints = createMemoryPubSub();
  const module = createSessionsModule({
    database,
    clock,
    hints,
    tierNames: [],
    mcp: createMcpCatalog({ egress: createEgress({ allowCidrs: ['127.0.0.0/8'] }) }),
    secretsKey: Buffer.alloc(32, 2),
    contextKey: CONTEXT_KEY,
  });

  const ask = async <Data>(caller: Caller, query: string, variables: Record<string, unknown> = {}): Promise<Answer<Data>> => {
    const context = { ...caller, requestId: newId(), credential: { kind: 'API_KEY' as const, id: newId() } };
    const contextToken = await signContext(context, CONTEXT_KEY);
    const { data, errors = [] } = await module.subgraph.execute({ query, variables, contextToken });
    return {
      data: JSON.parse(JSON.stringify(data ?? null)) as Data | null,
      codes: errors.map((error) => error.extensions.code),
      messages: errors.map((error) => error.message),
    };
  };
  const makeTenant = async (name: string): Promise<TenantId> => {
    const made = await ask<{ createTenant: { tenant: { id: TenantId } } }>(
      OPERATOR,
      'mutation ($name: String!) { createTenant(input: {name: $name}) { tenant { id } } }',
      { name },
    );
    if (made.data === null) throw new Error(made.messages.join('; '));
    return made.data.createTenant.tenant.id;
  };
  const close = async () => {
    await admin.end();
    await module.close();
    await hints.close();
    await database.close();
    await test.drop();
  };
  return { database, admin, unitsOfWork: () => units, clock, ask, makeTenant, close };
}
