import path from 'node:path';
import { type ConnectionLimits, DEFAULT_CONNECTION_LIMITS } from '@switchyard/gateway/delivery';
import { createGateway } from '@switchyard/gateway/gateway';
import { countInMemory } from '@switchyard/gateway/request-limits';
import type { TenantId } from '@switchyard/kernel/ids';
import { deriveKey } from '@switchyard/kernel/secrets';
import { serveHealth } from '@switchyard/runtime/health-server';
import { createLogger } from '@switchyard/runtime/logger';
import { createMetricsRegistry, createMetricsServer } from '@switchyard/runtime/metrics';
import type { Subgraph } from '@switchyard/runtime/subgraph';
import { serveSubgraph } from '@switchyard/runtime/subgraph-server';
import { createEgress } from '@switchyard/tools/egress';
import type { Logger } from 'pino';
import { type Logs, openLogs, openPubSub } from './adapters.ts';
import { openAnalyticsPostgres } from './analytics-postgres.ts';
import { announceReady, announceStarting } from './announce.ts';
import { Closers } from './closers.ts';
import { type Config, ROLES } from './config.ts';
import { openDataDirectory, randomHex } from './data-directory.ts';
import { runDemo, startDemoShopFor } from './demo/run.ts';
import { endpointsOf } from './endpoints.ts';
import { type Modules, mountModules, SCHEMAS } from './modules.ts';
import { refuseTakenPorts } from './ports.ts';
import { openPostgres } from './postgres.ts';
import { StartError } from './start-error.ts';
import { openSupergraphFile } from './supergraph-file.ts';
import { startWorkers } from './workers.ts';

export type Platform = { stop(): Promise<void> };

/** What running requests, sockets and episodes may still take when the platform stops. */
const GRACE_MS = 4_000;
const SUPERGRAPH = path.join(import.meta.dirname, '../../schema/supergraph.graphql');
const SUBGRAPHS = ['sessions', 'router', 'analytics', 'billing'] as const;

/**
 * Starts what this process's roles ask for; each step opens something and leaves its closer. When a step fails, what was
 * opened is closed again.
 * @throws StartError
 */
export async function startPlatform(
  config: Config,
  environment: Readonly<Record<string, string | undefined>>,
  aborted: AbortSignal,
): Promise<Platform> {
  const logger = createLogger({ level: config.LOG_LEVEL, service: 'switchyard' });
  const closers = new Closers();
  const stop = () => closers.close((name, error) => logger.error({ err: error }, `${name} did not stop in good order`));
  try {
    await open(config, environment, { logger, closers, aborted });
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Opening = { readonly logger: Logger; readonly closers: Closers; readonly aborted: AbortSignal };

async function open(
  config: Config,
  environment: Readonly<Record<string, string | undefined>>,
  { logger, closers, aborted }: Opening,
): Promise<void> {
  const { tiers } = config;
  const directory = await openDataDirectory(config.DATA_DIR);
  closers.add('the data directory', () => directory.release());
  await refuseTakenPorts(config);
  const secretKey = Buffer.from(config.SECRET_KEY ?? (await directory.secret('secret.key', () => randomHex(32))).value, 'hex');
  const operatorKey =
    config.OPERATOR_KEY === undefined
      ? await directory.secret('operator.key', () => `op_${randomHex(24)}`)
      : { value: config.OPERATOR_KEY, made: false };
  announceStarting(directory, config);

  const postgres = await openPostgres({
    databaseUrl: config.DATABASE_URL ?? null,
    dataDir: directory.path,
    secretKey,
    schemas: SCHEMAS,
    logger,
  });
  closers.add('PostgreSQL', () => postgres.stop());
  const analyticsUrls = await openAnalyticsPostgres({
    config,
    mainUrl: postgres.appUrl,
    secretKey,
    dataDir: directory.path,
    logger,
  });
  aborted.throwIfAborted();
  const registry = createMetricsRegistry();
  const pubsub = await openPubSub(config, postgres.appUrl, logger);
  closers.add('pub/sub', () => pubsub.close());
  const logs = await openLogs(config, postgres.appUrl, logger, registry);
  closers.add('the event log', async () => {
    await logs.kafka?.close();
    await logs.outbox.close();
  });
  const shop = config.DEMO === 'on' && config.ROLES.length === ROLES.length ? await startDemoShopFor(closers) : null;
  const egress = createEgress({ allowCidrs: config.EGRESS_ALLOW ?? [], allowOrigins: shop === null ? [] : [shop.origin] });
  const contextKey = deriveKey(secretKey, 'request-context');
  const modules = await mountModules({
    config,
    databaseUrl: postgres.appUrl,
    analyticsUrls,
    secretsKey: deriveKey(secretKey, 'stored-secrets'),
    contextKey,
    tiers,
    pubsub,
    egress,
    logs,
    registry,
    logger,
    closers,
  });
  aborted.throwIfAborted();
  await startWorkers({
    config,
    environment,
    tiers,
    modules,
    logs,
    pubsub,
    registry,
    logger,
    closers,
    egress,
  });

  const metrics = await createMetricsServer({ registry, host: config.HOST, port: config.METRICS_PORT });
  closers.add('the metrics', () => metrics.stop());
  const url = config.ROLES.includes('gateway')
    ? await openGateway({ config, contextKey, operatorKey: operatorKey.value, modules, registry, logger, closers })
    : await serveAlone({ config, contextKey, modules, logs, logger, closers });
  announceReady({ config, url, metricsUrl: metrics.url, operatorKey, tiers });
  if (shop !== null)
    await runDemo({ url, operatorKey: operatorKey.value, dataDir: directory.path, shop, signal: aborted, logger });
}

type Serving = {
  readonly config: Config;
  readonly contextKey: Buffer;
  readonly modules: Modules;
  readonly logger: Logger;
  readonly closers: Closers;
};

/** @returns address of the graph. */
async function openGateway(
  options: Serving & { operatorKey: string; registry: Parameters<typeof createGateway>[0]['registry'] },
): Promise<string> {
  const { config, modules, closers } = options;
  const credentials = modules.credentials;
  if (credentials === null) throw new StartError('The gateway needs the sessions schema to look up credentials.');
  closers.add('the credentials', () => credentials.settled());
  const supergraph = await openSupergraphFile(config.SUPERGRAPH_FILE ?? SUPERGRAPH, options.logger).catch((cause: unknown) => {
    throw new StartError(`The supergraph cannot be read: check SUPERGRAPH_FILE.`, cause);
  });
  closers.add('the supergraph', async () => supergraph.close());
  const gateway = await createGateway({
    supergraphSdl: supergraph.sdl,
    dataSources: Object.fromEntries(SUBGRAPHS.map((name) => [name, modules.subgraphs[name] ?? { url: remoteUrl(config, name) }])),
    contextKey: options.contextKey,
    credentials,
    operatorKey: options.operatorKey,
    ...(config.JWT_JWKS_URL === undefined
      ? {}
      : { jwt: { jwks: config.JWT_JWKS_URL, issuer: config.JWT_ISSUER ?? '', audience: config.JWT_AUDIENCE ?? '' } }),
    host: config.HOST,
    port: config.PORT,
    logger: options.logger,
    registry: options.registry,
    probes: { database: modules.databaseProbe },
    endpoints: endpointsOf(modules),
    requestLimits: { limitsOf: modules.billing.limitsOf, counter: countInMemory() },
    limitsOf: (tenantId) => connectionLimits(tenantId, modules),
  });
  supergraph.onChange((sdl) => gateway.reload(sdl));
  closers.add('the gateway', () => gateway.stop(GRACE_MS));
  return `${gateway.url}/graphql`;
}

/** What a tenant's plan lets it hold open. */
async function connectionLimits(tenantId: TenantId | null, { billing }: Modules): Promise<ConnectionLimits> {
  if (tenantId === null) return DEFAULT_CONNECTION_LIMITS;
  const { connections, subscriptionsPerConnection } = await billing.limitsOf(tenantId);
  return { ...DEFAULT_CONNECTION_LIMITS, maxConnections: connections, maxOperations: subscriptionsPerConnection };
}

/** A process without the gateway serves its subgraph on PORT; one with workers alone serves its health there. */
async function serveAlone(options: Serving & { readonly logs: Logs }): Promise<string> {
  const { config, modules, logs, logger, closers } = options;
  const served = SUBGRAPHS.filter((name) => config.ROLES.includes(name)).map((name) => modules.subgraphs[name]);
  if (served.length > 1)
    throw new StartError('ROLES names several subgraphs without the gateway: give each its own process, or add gateway.');
  const [subgraph] = served as (Subgraph | undefined)[];
  const where = { host: config.HOST, port: config.PORT, logger };
  if (subgraph === undefined) {
    const { kafka } = logs;
    const probes = { database: modules.databaseProbe, ...(kafka === null ? {} : { kafka: kafka.probe }) };
    const health = await serveHealth({ ...where, probes });
    closers.add('the health', () => health.stop());
    return health.url;
  }
  const server = await serveSubgraph(subgraph, {
    ...where,
    contextKey: options.contextKey,
    probes: { database: modules.databaseProbe },
  });
  closers.add(subgraph.name, () => server.stop(GRACE_MS));
  return server.url;
}

function remoteUrl(config: Config, name: (typeof SUBGRAPHS)[number]): string {
  const variable = `${name.toUpperCase()}_URL` as 'SESSIONS_URL' | 'ROUTER_URL' | 'ANALYTICS_URL' | 'BILLING_URL';
  return config[variable] ?? '';
}
