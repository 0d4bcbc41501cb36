import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SCHEMA as ANALYTICS } from '@switchyard/analytics/module';
import { SCHEMA as BILLING } from '@switchyard/billing/module';
import { openDatabase } from '@switchyard/database/database';
import { startEmbeddedPostgres } from '@switchyard/database/embedded';
import { ensureRoles } from '@switchyard/database/roles';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { startKafkaBroker } from '@switchyard/testing/kafka-broker';
import { createTestDatabase } from '@switchyard/testing/test-database';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { CHAOS_SCHEMA } from './chaos-events.ts';

const WORKER = path.join(import.meta.dirname, 'chaos-worker.ts');

/** A process that is started again whenever it ends, until it is stopped. */
export type Kept = {
  kill(): void;
  /** The most memory that the present process has had, in MiB. */
  peakMib(): number;
  stop(): Promise<void>;
};

export function keep(parameters: readonly string[]): Kept {
  let isStopped = false;
  let child: ChildProcess;
  const start = (): void => {
    child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', WORKER, ...parameters], {
      stdio: 'ignore',
    });
    child.once('exit', () => {
      if (!isStopped) setTimeout(() => void (isStopped || start()), 300);
    });
  };
  start();
  return {
    kill: () => void child.kill('SIGKILL'),
    peakMib: () => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
    async stop() {
      isStopped = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** PostgreSQL, a broker, and the database of a platform in them; all of it may be crashed. */
export async function startGround() {
  const directory = await mkdtemp(path.join(tmpdir(), 'switchyard-chaos-'));
  const [server, broker] = await Promise.all([
    // With fsync: a commit that was acknowledged and then lost would be a fault of the test's.
    startEmbeddedPostgres({ directory, maxConnections: 200 }),
    startKafkaBroker(),
  ]);
  await ensureRoles(server.adminUrl, { owner: 'owner', app: 'app' });
  const test = await createTestDatabase(server.adminUrl, [LOG_SCHEMA, BILLING, ANALYTICS, CHAOS_SCHEMA]);
  const database = await openDatabase({ url: test.appUrl, schema: ANALYTICS, poolSize: 10 });
  return {
    database,
    broker,
    url: test.appUrl,
    /** As a power cut: nothing is written down, and it recovers from its write-ahead log. False while it is down from the last one. */
    crashPostgres(): boolean {
      try {
        return process.kill(server.pid, 'SIGQUIT');
      } catch {
        return false;
      }
    },
    async stop() {
      await database.close();
      await broker.stop();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Publishes a twentieth of all that is in the topics again, as it is: what a relay does that died before it noted its position. */
export async function startRepeater(address: string, topics: readonly string[]) {
  const kafka = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING, retry: { retries: 30, maxRetryTime: 1_000 } });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const consumer = kafka.consumer({ groupId: 'repeater' });
  let repeated = 0;
  await producer.connect();
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  await consumer.run({
    async eachBatch({ batch }) {
      const messages = batch.messages
        .filter(() => Math.random() < 0.05)
        .map(({ key, value, headers }) => ({ key, value, headers: headers ?? {}, partition: batch.partition }));
      if (messages.length === 0) return;
      await producer.send({ topic: batch.topic, messages });
      repeated += messages.length;
    },
  });
  return {
    repeated: () => repeated,
    async stop() {
      await consumer.disconnect().catch(() => undefined);
      await producer.disconnect().catch(() => undefined);
    },
  };
}
