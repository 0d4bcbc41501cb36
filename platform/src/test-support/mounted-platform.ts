import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createGateway } from '@switchyard/gateway/gateway';
import type { TierConfig } from '@switchyard/models/tier';
import { createLogger } from '@switchyard/runtime/logger';
import { createMetricsRegistry } from '@switchyard/runtime/metrics';
import { createGraphCaller, type GraphCaller } from '@switchyard/testing/graph-caller';
import { createTestDatabase } from '@switchyard/testing/test-database';
import { createEgress } from '@switchyard/tools/egress';
import pg from 'pg';
import { openLogs, openPubSub } from '../adapters.ts';
import { Closers } from '../closers.ts';
import { readConfig } from '../config.ts';
import { type Modules, mountModules, SCHEMAS } from '../modules.ts';

/** The real gateway over the four real subgraphs on a database of its own, in this process, and without workers: nothing happens by itself. */
export type MountedPlatform = {
  readonly modules: Modules;
  /** Of the graph. */
  readonly url: string;
  /** Sees everything, under no policy. */
  readonly admin: pg.Client;
  /** Calls the graph as this holder of a key. */
  caller(key: string): GraphCaller;
  readonly operator: GraphCaller;
  close(): Promise<void>;
};

const SUBGRAPHS = ['sessions', 'router', 'analytics', 'billing'] as const;
const SUPERGRAPH = path.join(import.meta.dirname, '../../../schema/supergraph.graphql');
const TIER: TierConfig = {
  name: 'local',
  provider: 'local',
  model: 'local',
  inputPricePerMillion: '0',
  outputPricePerMillion: '0',
  currency: 'USD',
  contextTokens: 8_000,
  baseUrl: null,
  apiKeyEnv: null,
};

export async function mountPlatform(adminUrl: string): Promise<MountedPlatform> {
  const test = await createTestDatabase(adminUrl, SCHEMAS);
  const closers = new Closers();
  const config = readConfig({ EGRESS_ALLOW: '127.0.0.0/8' });
  const [registry, logger] = [createMetricsRegistry(), createLogger({ level: 'error', service: 'test' })];
  const pubsub = await openPubSub(config, test.appUrl, logger);
  closers.add('pub/sub', () => pubsub.close());
  const logs = await openLogs(config, test.appUrl, logger, registry);
  closers.add('the event log', () => logs.outbox.close());
  const contextKey = randomBytes(32);
  const modules = await mountModules({
    config,
    databaseUrl: test.appUrl,
    analyticsUrls: { primary: test.appUrl, replica: null },
    secretsKey: randomBytes(32),
    contextKey,
    tiers: [TIER],
    pubsub,
    egress: createEgress({ allowCidrs: config.EGRESS_ALLOW ?? [] }),
    logs,
    registry,
    logger,
    closers,
  });
  if (modules.credentials === null) throw new Error('no credentials to look up');
  const operatorKey = randomBytes(16).toString('hex');
  const gateway = await createGateway({
    supergraphSdl: await readFile(SUPERGRAPH, 'utf8'),
    dataSources: Object.fromEntries(SUBGRAPHS.flatMap((name) => ofName(name, modules.subgraphs[name]))),
    contextKey,
    credentials: modules.credentials,
    operatorKey,
    host: '127.0.0.1',
    port: 0,
    logger,
    registry,
  });
  closers.add('the gateway', () => gateway.stop(1_000));
  const admin = new pg.Client({ connectionString: test.adminUrl });
  await admin.connect();
  const url = `${gateway.url}/graphql`;
  const caller = (key: string) => createGraphCaller(url, key);
  return {
    modules,
    url,
    admin,
    caller,
    operator: caller(operatorKey),
    close: async () => {
      await admin.end();
      await closers.close((name, error) => logger.error({ err: error }, name));
      await test.drop();
    },
  };
}

function ofName<T>(name: string, value: T | undefined): [string, T][] {
  return value === undefined ? [] : [[name, value]];
}
