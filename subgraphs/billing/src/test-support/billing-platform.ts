import type { EventEnvelope } from '@switchyard/contracts/envelope';
import { type Database, openDatabase } from '@switchyard/database/database';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import type { RequestContext, Scope } from '@switchyard/kernel/request-context';
import { createMemoryPubSub } from '@switchyard/pubsub/memory';
import { signContext } from '@switchyard/runtime/context-token';
import { createTestDatabase } from '@switchyard/testing/test-database';
import pg from 'pg';
import { Registry } from 'prom-client';
import type { Providers } from '../commands/attach-payment-method.ts';
import { type BillingModule, createBillingModule, SCHEMA } from '../module.ts';
import type { QuotaStore } from '../store/quota-store/quota-store.ts';

export type Answer = {
  readonly data: Record<string, unknown> | null;
  readonly codes: readonly unknown[];
  readonly messages: readonly string[];
};

/** The billing subgraph on a database of its own, with a clock that the test sets. */
export type BillingPlatform = {
  readonly database: Database;
  readonly module: BillingModule;
  readonly registry: Registry;
  /** Sees everything, under no policy. */
  readonly admin: pg.Client;
  now: Date;
  /** Hands events to the metering consumer as the log does: in one transaction. */
  meter(events: readonly EventEnvelope[]): Promise<void>;
  /** @param tenantId null: the operator. */
  ask(
    tenantId: TenantId | null,
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    scopes?: readonly Scope[],
  ): Promise<Answer>;
  close(): Promise<void>;
};

export async function startBilling(
  adminUrl: string,
  providers: Providers = {},
  openStore: ((database: Database) => Promise<QuotaStore>) | null = null,
): Promise<BillingPlatform> {
  const test = await createTestDatabase(adminUrl, [LOG_SCHEMA, SCHEMA]);
  const database = await openDatabase({ url: test.appUrl, schema: SCHEMA });
  const admin = new pg.Client({ connectionString: test.adminUrl });
  await admin.connect();
  const registry = new Registry();
  const contextKey = Buffer.alloc(32, 7);
  const clock = { now: () => platform.now };
  const quotaStore = await openStore?.(database);
  const module = createBillingModule({
    ...(quotaStore === undefined ? {} : { quotaStore }),
    database,
    clock,
    contextKey,
    secretsKey: Buffer.alloc(32, 8),
    pubsub: createMemoryPubSub(),
    registry,
    providers,
  });
  const platform: BillingPlatform = {
    database,
    module,
    registry,
    admin,
    now: new Date('2026-11-20T12:00:00Z'),
    meter: (events) => database.crossTenant('consumer', (tx) => module.consumers.metering.handle(events, tx)),
    ask: async (tenantId, query, variables = {}, scopes = [tenantId === null ? 'OPERATOR' : 'BILLING_READ']) => {
      const request: RequestContext = { requestId: newId(), tenantId, scopes, credential: { kind: 'API_KEY', id: newId() } };
      const contextToken = await signContext(request, contextKey);
      const { data, errors } = await module.subgraph.execute({ query, variables, contextToken });
      const faults = errors ?? [];
      return {
        data: data ?? null,
        codes: faults.map((error) => error.extensions.code),
        messages: faults.map((error) => error.message),
      };
    },
    close: async () => {
      await database.close();
      await admin.end();
      await test.drop();
    },
  };
  return platform;
}
