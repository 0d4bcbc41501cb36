import { SCHEMA as ANALYTICS, ANALYTICS_GROUP, ANALYTICS_TOPICS, createAnalyticsModule } from '@switchyard/analytics/module';
import { SCHEMA as BILLING, type BillingModule, createBillingModule } from '@switchyard/billing/module';
import { type Database, openDatabase, UnsafeRoleError } from '@switchyard/database/database';
import type { Schema } from '@switchyard/database/schema';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { systemClock } from '@switchyard/kernel/clock';
import type { TierConfig } from '@switchyard/models/tier';
import { countTokens } from '@switchyard/models/tokens';
import type { RunPubSub } from '@switchyard/pubsub/pubsub';
import { createRouterModule, SCHEMA as ROUTER, type RouterModule } from '@switchyard/router/module';
import type { Subgraph } from '@switchyard/runtime/subgraph';
import {
  type CredentialReader,
  createCredentialReader,
  createSessionsModule,
  SCHEMA as SESSIONS,
  type SessionsModule,
} from '@switchyard/sessions/module';
import type { Egress } from '@switchyard/tools/egress';
import { createMcpCatalog } from '@switchyard/tools/mcp-client';
import { DEFAULT_LIMITS } from '@switchyard/worker-orchestrator/limits';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Logs } from './adapters.ts';
import { providersOf } from './adapters.ts';
import type { AnalyticsUrls } from './analytics-postgres.ts';
import type { Closers } from './closers.ts';
import type { Config, Role } from './config.ts';
import { createPoolMetrics } from './pool-metrics.ts';
import { StartError } from './start-error.ts';

/** Everything that is kept, in the order in which it is migrated. */
export const SCHEMAS: readonly Schema[] = [LOG_SCHEMA, SESSIONS, ROUTER, BILLING, ANALYTICS];

export type Modules = {
  readonly sessions: SessionsModule | null;
  readonly router: RouterModule | null;
  readonly billing: BillingModule;
  /** Where the read models are written. */
  readonly analyticsDatabase: Database | null;
  /** Of the outbox, where the relay keeps its positions; null where nothing is relayed. */
  readonly outboxDatabase: Database | null;
  /** Those of this process's roles, by name. */
  readonly subgraphs: Readonly<Partial<Record<'sessions' | 'router' | 'analytics' | 'billing', Subgraph>>>;
  /** For the gateway. */
  readonly credentials: CredentialReader | null;
  /** Fails when the database does not answer. */
  databaseProbe(): Promise<unknown>;
};

export type MountOptions = {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly analyticsUrls: AnalyticsUrls;
  readonly secretsKey: Buffer;
  readonly contextKey: Buffer;
  readonly tiers: readonly TierConfig[];
  readonly pubsub: RunPubSub;
  /** Where MCP servers may be. */
  readonly egress: Egress;
  readonly logs: Logs;
  readonly registry: Registry;
  readonly logger: Logger;
  readonly closers: Closers;
};

/** Opens a database for each subgraph that the roles need, and mounts those whose turn it is. */
export async function mountModules(options: MountOptions): Promise<Modules> {
  const { config, contextKey, registry, logger, closers } = options;
  const needs = (...roles: Role[]): boolean => roles.some((role) => config.ROLES.includes(role));
  const opened: Database[] = [];
  const watchPool = createPoolMetrics(registry);
  const open = async (schema: Schema, url = options.databaseUrl): Promise<Database> => {
    const database = await openDatabase({
      url,
      schema,
      poolSize: config.DATABASE_POOL,
      onPool: (pool) => watchPool(schema.name, pool),
    }).catch((error: unknown) => {
      throw error instanceof UnsafeRoleError ? new StartError(`DATABASE_URL does not fit: ${error.message}`, error) : error;
    });
    closers.add(`the database of ${schema.name}`, () => database.close());
    opened.push(database);
    return database;
  };
  const common = { clock: systemClock, contextKey, logger };

  // In every process: whoever spends asks it before.
  const billing = createBillingModule({
    ...common,
    database: await open(BILLING),
    providers: providersOf(config),
    secretsKey: options.secretsKey,
    pubsub: options.pubsub,
    registry,
  });

  const sessionsDatabase = needs('gateway', 'sessions', 'worker-orchestrator') ? await open(SESSIONS) : null;
  const credentials =
    needs('gateway') && sessionsDatabase !== null
      ? createCredentialReader({
          database: sessionsDatabase,
          onError: (error) => logger.warn({ err: error }, 'the last use of a key was not noted'),
        })
      : null;
  if (credentials !== null) closers.add('the last uses of keys', () => credentials.settled());
  const sessions =
    needs('sessions', 'worker-orchestrator') && sessionsDatabase !== null
      ? createSessionsModule({
          ...common,
          database: sessionsDatabase,
          secretsKey: options.secretsKey,
          hints: options.pubsub,
          tierNames: options.tiers.map((tier) => tier.name),
          mcp: createMcpCatalog({ egress: options.egress }),
          approvalTtlMs: config.TOOL_APPROVAL_HOURS * 3_600_000,
          registry,
          quotas: billing.quotas,
          firstCall: (content) => ({ inputTokens: countTokens(content), outputTokens: DEFAULT_LIMITS.outputTokens }),
        })
      : null;
  if (sessions !== null) closers.add('the subscriptions', () => sessions.close());
  const router = needs('router', 'worker-orchestrator')
    ? createRouterModule({
        ...common,
        database: await open(ROUTER),
        tiers: options.tiers,
        countTokens,
        registry,
        pubsub: options.pubsub,
        quotas: billing.quotas,
        ...(config.ROUTER_MODEL_FILE === undefined ? {} : { modelFile: config.ROUTER_MODEL_FILE }),
      })
    : null;
  const { primary, replica } = options.analyticsUrls;
  const analyticsDatabase = needs('analytics', 'worker-projector') ? await open(ANALYTICS, primary) : null;
  const outboxDatabase = needs('worker-relay') && config.KAFKA_BROKERS !== undefined ? await open(LOG_SCHEMA) : null;
  const analytics =
    needs('analytics') && analyticsDatabase !== null
      ? createAnalyticsModule({
          ...common,
          database: replica === null ? analyticsDatabase : await open(ANALYTICS, replica),
          currency: options.tiers[0]?.currency ?? 'USD',
          pubsub: options.pubsub,
          lag: () => lagOf(options.logs, analyticsDatabase),
        })
      : null;

  const mounted = { sessions, router, billing, analytics };
  const subgraphs = Object.fromEntries(
    Object.entries(mounted).flatMap(([name, module]) =>
      module !== null && needs(name as Role) ? [[name, module.subgraph]] : [],
    ),
  );
  return {
    sessions,
    router,
    billing,
    analyticsDatabase,
    outboxDatabase,
    subgraphs,
    credentials,
    databaseProbe: () => Promise.all(opened.map((database) => database.crossTenant('maintenance', (tx) => tx.query('select 1')))),
  };
}

async function lagOf(logs: Logs, database: Database): ReturnType<Logs['eventLog']['lag']> {
  return await logs.eventLog.lag({ group: ANALYTICS_GROUP, topics: ANALYTICS_TOPICS, database });
}
