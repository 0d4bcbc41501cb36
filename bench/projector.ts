import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAnalyticsConsumer, rebuildKpis, SCHEMA } from '@switchyard/analytics/module';
import type { EventEnvelope } from '@switchyard/contracts/envelope';
import { type AnyEventType, topicOf } from '@switchyard/contracts/events';
import { partitionOf } from '@switchyard/contracts/topics';
import { type Database, openDatabase } from '@switchyard/database/database';
import { startEmbeddedPostgres } from '@switchyard/database/embedded';
import { migrate, openOwnerOrm } from '@switchyard/database/migrate';
import { CROSS_TENANT_ROLE } from '@switchyard/database/policies';
import { APP_ROLE, ensureRoles, OWNER_ROLE } from '@switchyard/database/roles';
import { appendEvents, type NewEvent } from '@switchyard/event-log/outbox';
import { createPostgresLog } from '@switchyard/event-log/postgres-log';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { systemClock } from '@switchyard/kernel/clock';
import { createMemoryPubSub } from '@switchyard/pubsub/memory';
import { createLogger } from '@switchyard/runtime/logger';
import { createEventStream } from './analytics-events.ts';
import { cpuMs } from './cpu.ts';
import { machineLine, quantile } from './machine.ts';

/**
 * `node bench/projector.ts [events] [seconds]`: events per second from the outbox into the read models (embedded log, one
 * process), the lag at half that rate, and the speed of a rebuild, beside plain multi-row inserts of the same events into a
 * table without an index on the same server.
 */
const count = Number(process.argv[2] ?? 200_000);
const seconds = Number(process.argv[3] ?? 20);
const CHUNK = 1_000;
const EVENTS_A_COMMAND = 20;
/** The stream's time: 25 episodes a second, about 200 events. */
const EPISODE_EVERY_MS = 40;

const logger = createLogger({ level: 'error', service: 'bench' });
/** Processor time, Node's and PostgreSQL's together: what stays comparable when the machine has other work. */
const cpu = (from: number | null, events: number): string => {
  const now = cpuMs(server.pid);
  return from === null || now === null
    ? ''
    : `   ${(((now - from) * 1000) / events).toFixed(0).padStart(4)} µs of processor an event`;
};
const perSecond = (events: number, ms: number): number => (events * 1000) / ms;
const line = (name: string, value: string): void => console.log(`${name.padEnd(44)} ${value}`);
const rate = (events: number, ms: number): string => `${perSecond(events, ms).toFixed(0).padStart(7)} events/s`;

console.log(machineLine());
const directory = await mkdtemp(path.join(tmpdir(), 'switchyard-bench-'));
const server = await startEmbeddedPostgres({ directory });
try {
  await ensureRoles(server.adminUrl, { owner: 'owner', app: 'app' });
  const urlOf = (user: string, password: string): string =>
    Object.assign(new URL(server.adminUrl), { username: user, password }).href;
  await migrate(urlOf(OWNER_ROLE, 'owner'), [LOG_SCHEMA, SCHEMA]);
  await makePlainTable(urlOf(OWNER_ROLE, 'owner'));
  await run(urlOf(APP_ROLE, 'app'));
} finally {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}

async function run(url: string): Promise<void> {
  const database = await openDatabase({ url, schema: SCHEMA, poolSize: 12 });
  const eventLog = await createPostgresLog({ url, logger });
  const pubsub = createMemoryPubSub();
  const began = Date.now() - (count / 8) * EPISODE_EVERY_MS;
  const stream = createEventStream(1, (episode) => began + episode * EPISODE_EVERY_MS);
  const events = stream.next(count);

  const plainCpu = cpuMs(server.pid);
  const plainMs = await plainInserts(database, events);
  line('plain multi-row inserts', rate(events.length, plainMs) + cpu(plainCpu, events.length));
  await fillOutbox(database, events);

  const seen = { events: 0, lags: [] as number[] };
  const consumer = createAnalyticsConsumer({ database, pubsub, clock: systemClock });
  const live = {
    ...consumer,
    async committed(batch: readonly EventEnvelope[]) {
      await consumer.committed?.(batch);
      seen.events += batch.length;
      const now = Date.now();
      for (const { data } of batch) {
        const { appendedAt } = data as { appendedAt?: number };
        if (appendedAt !== undefined) seen.lags.push(now - appendedAt);
      }
    },
  };
  const [drainFrom, drainCpu] = [performance.now(), cpuMs(server.pid)];
  const running = await eventLog.consume(live);
  while (seen.events < events.length) await sleep(20);
  const drainMs = performance.now() - drainFrom;
  line(
    'outbox → read models, a backlog',
    `${rate(events.length, drainMs)}${cpu(drainCpu, events.length)}   ${ratio(plainMs, drainMs)} of plain inserts`,
  );

  const half = perSecond(events.length, drainMs) / 2;
  const written = await writeAtRate(half);
  while (seen.events < events.length + written) await sleep(20);
  line(
    `lag at half that rate (${half.toFixed(0)} events/s)`,
    `p50 ${quantile(seen.lags, 0.5).toFixed(0)} ms   p99 ${quantile(seen.lags, 0.99).toFixed(0)} ms   n ${seen.lags.length}`,
  );

  const [rebuildFrom, rebuildCpu] = [performance.now(), cpuMs(server.pid)];
  const rebuilt = await rebuildKpis({ database, eventLog, clock: systemClock });
  const rebuildMs = performance.now() - rebuildFrom;
  line(
    'rebuild, swapped in',
    `${rate(rebuilt, rebuildMs)}${cpu(rebuildCpu, rebuilt)}   ${ratio((plainMs * rebuilt) / events.length, rebuildMs)} of plain inserts`,
  );
  await running.stop();
  await eventLog.close();
  await database.close();

  /** Commands of many tenants, each appending some events in a transaction, together at this rate. @returns how many. */
  async function writeAtRate(eventsPerSecond: number): Promise<number> {
    const now = createEventStream(2, () => Date.now());
    const end = performance.now() + seconds * 1000;
    const start = performance.now();
    let sent = 0;
    const writer = async (): Promise<void> => {
      while (performance.now() < end) {
        const ahead = sent - ((performance.now() - start) * eventsPerSecond) / 1000;
        if (ahead > 0) {
          await sleep(Math.max(1, (ahead * 1000) / eventsPerSecond));
          continue;
        }
        const batch = now.next(EVENTS_A_COMMAND);
        sent += batch.length;
        const appendedAt = Date.now();
        await database.crossTenant('maintenance', (tx) =>
          appendEvents(
            tx,
            'switchyard/bench',
            batch.map((event) => newEvent(event, appendedAt)),
          ),
        );
      }
    };
    await Promise.all(Array.from({ length: 8 }, writer));
    const took = performance.now() - start;
    line('  written', rate(sent, took));
    return sent;
  }
}

function newEvent({ type, tenantid, subject, time, data }: EventEnvelope, appendedAt: number): NewEvent {
  return {
    type,
    tenantId: tenantid,
    subject,
    time: new Date(time),
    data: { ...(data as object), appendedAt },
  } as unknown as NewEvent;
}

function ratio(plainMs: number, ms: number): string {
  return `${((100 * plainMs) / ms).toFixed(0)} %`;
}

async function makePlainTable(ownerUrl: string): Promise<void> {
  const orm = await openOwnerOrm(ownerUrl, LOG_SCHEMA);
  const connection = orm.em.getConnection();
  await connection.execute('create table log.plain (tenant_id uuid, type text, time timestamptz, envelope json)');
  await connection.execute(`grant insert on log.plain to ${CROSS_TENANT_ROLE}`);
  await orm.close(true);
}

/** What the same events cost when all that is wanted is to have them in a table. @returns milliseconds. */
async function plainInserts(database: Database, events: readonly EventEnvelope[]): Promise<number> {
  const from = performance.now();
  for (const part of chunks(events)) {
    await database.crossTenant('maintenance', (tx) =>
      tx.query('insert into log.plain select * from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::json[])', [
        part.map((event) => event.tenantid),
        part.map((event) => event.type),
        part.map((event) => event.time),
        part.map((event) => JSON.stringify(event)),
      ]),
    );
  }
  return performance.now() - from;
}

/** Rows as `appendEvents` writes them, in few transactions: what waits is to be read, not how it came. */
async function fillOutbox(database: Database, events: readonly EventEnvelope[]): Promise<void> {
  for (const part of chunks(events)) {
    await database.crossTenant('maintenance', (tx) =>
      tx.query(
        `insert into log.event (topic, partition, tenant_id, time, envelope)
         select * from unnest($1::text[], $2::smallint[], $3::uuid[], $4::timestamptz[], $5::json[])`,
        [
          part.map((event) => topicOf(event.type as AnyEventType)),
          part.map((event) => partitionOf(event.subject)),
          part.map((event) => event.tenantid),
          part.map((event) => event.time),
          part.map((event) => JSON.stringify(event)),
        ],
      ),
    );
  }
}

function chunks<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, index) => all.slice(index * CHUNK, (index + 1) * CHUNK));
}
