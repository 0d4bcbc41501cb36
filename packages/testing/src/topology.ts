import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@switchyard/database/embedded';
import { freePort } from './free-port.ts';
import { hasKafka, startKafkaBroker } from './kafka-broker.ts';
import { type PlatformProcess, startPlatformProcess } from './platform-process.ts';

/**
 * `all`: one process with everything embedded. `split`: a process for each role, with PostgreSQL outside. `cluster`: the same with
 * an Apache Kafka of its own, and Redis.
 */
export type TopologyKind = 'all' | 'split' | 'cluster';

/** Whether there is what `cluster` needs. */
export function hasCluster(): boolean {
  return hasKafka() && process.env.REDIS_URL !== undefined;
}

/** A running platform in one of its two shapes; tests of the public API cannot tell which. */
export type Topology = {
  /** Of the graph. */
  readonly url: string;
  readonly operatorKey: string;
  /** kill -9 of every process of the platform at once, and a start of all of them anew. */
  crashAndRestart(): Promise<void>;
  /** SIGTERM to all of them; resolves to their exit codes. */
  stop(): Promise<(number | null)[]>;
  /** What the processes printed. */
  output(): string;
};

const WORKERS = 'worker-orchestrator,worker-projector,worker-metering,worker-relay';
const SUBGRAPHS = ['sessions', 'router', 'analytics', 'billing'] as const;

export async function startTopology(kind: TopologyKind, env: Readonly<Record<string, string>>): Promise<Topology> {
  const directory = await mkdtemp(path.join(tmpdir(), 'switchyard-e2e-'));
  const operatorKey = randomBytes(16).toString('hex');
  const port = await freePort();
  const postgres = kind === 'all' ? null : await outside(directory);
  const broker = kind === 'cluster' ? await startKafkaBroker() : null;
  const services: Record<string, string> =
    broker === null ? {} : { KAFKA_BROKERS: broker.address, REDIS_URL: process.env.REDIS_URL ?? '' };
  const common = {
    OPERATOR_KEY: operatorKey,
    SECRET_KEY: randomBytes(32).toString('hex'),
    LOG_LEVEL: 'error',
    ...services,
    ...env,
  };
  const ports = Object.fromEntries(await Promise.all(SUBGRAPHS.map(async (name) => [name, await freePort()] as const)));
  const urls = Object.fromEntries(
    SUBGRAPHS.map((name) => [`${name.toUpperCase()}_URL`, `http://127.0.0.1:${ports[name]}/graphql`]),
  );

  const environments: Record<string, string>[] =
    postgres === null
      ? [{ ...common, PORT: String(port), DATA_DIR: path.join(directory, 'all') }]
      : [...SUBGRAPHS, WORKERS, 'gateway'].map((roles) => ({
          ...common,
          ...(roles === 'gateway' ? urls : {}),
          ROLES: roles,
          DATABASE_URL: postgres.adminUrl,
          DATA_DIR: path.join(directory, roles.slice(0, 20)),
          PORT: String(roles === 'gateway' ? port : (ports[roles] ?? 0)),
        }));

  let processes: PlatformProcess[] = [];
  const printed: string[] = [];
  const start = async (): Promise<void> => {
    processes = await Promise.all(
      environments.map((environment) => startPlatformProcess({ env: environment, timeoutMs: 120_000 })),
    );
  };
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<(number | null)[]> => {
    const codes = await Promise.all(processes.map((process) => process.end(signal)));
    printed.push(...processes.map((process) => process.output()));
    processes = [];
    return codes;
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    operatorKey,
    crashAndRestart: async () => {
      await end('SIGKILL');
      await start();
    },
    stop: async () => {
      const codes = await end('SIGTERM');
      await broker?.stop();
      await postgres?.stop();
      await rm(directory, { recursive: true, force: true });
      return codes;
    },
    output: () => [...printed, ...processes.map((process) => process.output())].join('\n'),
  };
}

async function outside(directory: string): Promise<EmbeddedPostgres> {
  return await startEmbeddedPostgres({ directory: path.join(directory, 'postgres'), dangerouslyFast: true, maxConnections: 300 });
}
