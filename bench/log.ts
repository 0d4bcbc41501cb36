import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS } from '@switchyard/contracts/events';
import { type Database, openDatabase } from '@switchyard/database/database';
import { startEmbeddedPostgres } from '@switchyard/database/embedded';
import { migrate } from '@switchyard/database/migrate';
import { APP_ROLE, ensureRoles, OWNER_ROLE } from '@switchyard/database/roles';
import type { EventLog } from '@switchyard/event-log/event-log';
import { createKafkaLog } from '@switchyard/event-log/kafka-log';
import { appendEvents, type NewEvent } from '@switchyard/event-log/outbox';
import { createPostgresLog } from '@switchyard/event-log/postgres-log';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { startRelay } from '@switchyard/worker-relay/relay';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import pg from 'pg';
import pino from 'pino';
import { cpuMs } from './cpu.ts';
import { machineLine, quantile } from './machine.ts';

/**
 * `node bench/log.ts [events] [seconds]`: the log alone, with a handler that does nothing. Producers beside plain inserts of the
 * same rows, consumers beside plain reads of them, and with KAFKA_BROKERS the relay and the Kafka consumer beside bare kafkajs; then
 * the lag at half of the slower side's rate. All in one process, in one run.
 */
const count = Number(process.argv[2] ?? 100_000);
const seconds = Number(process.argv[3] ?? 15);
const brokers = process.env.KAFKA_BROKERS?.split(',');
const EVENTS_A_COMMAND = 20;
const WRITERS = 4;

const logger = pino({ level: 'error' }, pino.destination(2));
const tenants = Array.from({ length: 50 }, () => newId<TenantId>());

type Cost = { readonly perSecond: number; readonly cpuUs: number };

console.log(machineLine());
const directory = await mkdtemp(path.join(tmpdir(), 'switchyard-bench-'));
const server = await startEmbeddedPostgres({ directory });
try {
  await ensureRoles(server.adminUrl, { owner: 'owner', app: 'app' });
  const urlOf = (user: string, password: string): string =>
    Object.assign(new URL(server.adminUrl), { username: user, password }).href;
  await migrate(urlOf(OWNER_ROLE, 'owner'), [LOG_SCHEMA]);
  await run(urlOf(APP_ROLE, 'app'));
} finally {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}

/** Runs the work, and prints what an event costs in time, and in processor time of Node and PostgreSQL (not of the broker). */
async function measure(name: string, work: () => Promise<unknown>, beside?: { name: string; cost: Cost }): Promise<Cost> {
  const [cpu, began] = [cpuMs(server.pid), performance.now()];
  await work();
  const ms = performance.now() - began;
  const cpuUs = (((cpuMs(server.pid) ?? Number.NaN) - (cpu ?? Number.NaN)) * 1000) / count;
  const cost = { perSecond: (count * 1000) / ms, cpuUs };
  const ratio = beside === undefined ? '' : `   ${(cpuUs / beside.cost.cpuUs).toFixed(2)} times the processor of ${beside.name}`;
  console.log(
    `${name.padEnd(38)} ${cost.perSecond.toFixed(0).padStart(7)} events/s ${cpuUs.toFixed(0).padStart(5)} µs of processor an event${ratio}`,
  );
  return cost;
}

async function run(url: string): Promise<void> {
  const database = await openDatabase({ url, schema: LOG_SCHEMA, poolSize: 12 });
  const outbox = await createPostgresLog({ url, logger });
  const events = Array.from({ length: count }, (_, nr) => eventNr(nr));
  const inserts = await measure('plain inserts', () => plainInserts(events));
  const append = await measure('outbox', () => appendAll(database, events), { name: 'plain inserts', cost: inserts });
  const reads = await measure('plain reads', () => plainReads(url));
  const embedded = await measure('PostgreSQL log to a consumer', () => consumeAll(outbox, database, 'bench'), {
    name: 'plain reads',
    cost: reads,
  });
  await lagAt(Math.min(append.perSecond, embedded.perSecond) / 2, { log: outbox, database });
  if (brokers === undefined) console.log('Kafka: not measured, KAFKA_BROKERS is not set');
  else await runKafka(brokers, { database, outbox, append });
  await outbox.close();
  await database.close();
}

type Embedded = {
  readonly database: Database;
  readonly outbox: Awaited<ReturnType<typeof createPostgresLog>>;
  readonly append: Cost;
};

async function runKafka(addresses: readonly string[], { database, outbox, append }: Embedded): Promise<void> {
  const prefix = `bench-${newId()}.`;
  const log = await createKafkaLog({ brokers: addresses, logger, prefix });
  const kafka = new Kafka({ brokers: [...addresses], logLevel: logLevel.NOTHING });
  const bareProduce = await measure('bare kafkajs: produce', () => produceBare(kafka, `${prefix}router.decision.v1`));
  const bareConsume = await measure('bare kafkajs: consume', () => consumeBare(kafka, `${prefix}router.decision.v1`));
  let relay: Awaited<ReturnType<typeof startRelay>> | undefined;
  const relayed = await measure(
    'relay: PostgreSQL to Kafka',
    async () => {
      relay = await startRelay({ source: outbox, sink: log, database });
      await until(async () => (await waiting(outbox, database, 'relay')) === 0);
    },
    { name: 'bare produce', cost: bareProduce },
  );
  console.log(
    `${''.padEnd(38)} ${(relayed.perSecond / append.perSecond).toFixed(2)} times the rate at which the outbox was filled`,
  );
  const consumed = await measure('Kafka log to a consumer', () => consumeAll(log, database, 'bench-kafka'), {
    name: 'bare consume',
    cost: bareConsume,
  });
  await lagAt(Math.min(append.perSecond, relayed.perSecond, consumed.perSecond) / 2, { log, database });
  await relay?.stop();
  await log.close();
}

function eventNr(nr: number): NewEvent {
  const sessionId = newId();
  return {
    type: 'episode.requested',
    tenantId: tenants[nr % tenants.length] ?? newId<TenantId>(),
    subject: sessionId,
    time: new Date(),
    data: { episodeId: newId(), sessionId, useCase: 'FAQ' },
  };
}

function commands(events: readonly NewEvent[]): NewEvent[][] {
  return Array.from({ length: Math.ceil(events.length / EVENTS_A_COMMAND) }, (_, index) =>
    events.slice(index * EVENTS_A_COMMAND, (index + 1) * EVENTS_A_COMMAND),
  );
}

/** Each command is a transaction of 20 events; four writers share them. */
async function inCommands(events: readonly NewEvent[], write: (command: readonly NewEvent[]) => Promise<unknown>): Promise<void> {
  const queue = commands(events).values();
  const writer = async (): Promise<void> => {
    for (const command of queue) await write(command);
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}

async function appendAll(database: Database, events: readonly NewEvent[]): Promise<void> {
  await inCommands(events, (command) =>
    database.crossTenant('maintenance', (tx) => appendEvents(tx, 'switchyard/bench', command)),
  );
}

async function plainInserts(events: readonly NewEvent[]): Promise<void> {
  const pool = new pg.Pool({ connectionString: server.adminUrl, max: WRITERS });
  await pool.query('create table plain (nr bigserial primary key, tenant_id uuid, time timestamptz, envelope json)');
  await inCommands(events, async (command) => {
    const client = await pool.connect();
    await client.query('begin');
    await client.query(
      'insert into plain (tenant_id, time, envelope) select * from unnest($1::uuid[], $2::timestamptz[], $3::json[])',
      [
        command.map((event) => event.tenantId),
        command.map((event) => event.time),
        command.map((event) => JSON.stringify({ ...event, id: newId(), specversion: '1.0', source: 'switchyard/bench' })),
      ],
    );
    await client.query('commit');
    client.release();
  });
  await pool.end();
}

/** By primary key, 500 at a time, and parsed. */
async function plainReads(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: Object.assign(new URL(server.adminUrl), { pathname: new URL(url).pathname }).href,
  });
  await client.connect();
  for (let after = '0'; ; ) {
    const { rows } = await client.query<{ nr: string; text: string }>(
      'select nr, envelope::text as text from plain where nr > $1 order by nr limit 500',
      [after],
    );
    for (const row of rows) JSON.parse(row.text);
    after = rows.at(-1)?.nr ?? after;
    if (rows.length < 500) break;
  }
  await client.end();
}

async function consumeAll(log: EventLog, database: Database, group: string): Promise<void> {
  let handled = 0;
  const consumer = await log.consume({
    group,
    topics: ['sessions.episode.v1'],
    database,
    handle: async (events) => {
      handled += events.length;
    },
  });
  await until(async () => handled >= count);
  await consumer.stop();
}

async function lagAt(perSecond: number, { log, database }: { log: EventLog; database: Database }): Promise<void> {
  const lags: number[] = [];
  let beganAt = Number.POSITIVE_INFINITY;
  const consumer = await log.consume({
    group: `lag-${newId()}`,
    topics: ['sessions.feedback.v1'],
    database,
    handle: async () => undefined,
    committed: async (events) => {
      const now = Date.now();
      // What an earlier measurement left in the topic is not of this one.
      lags.push(...events.flatMap(({ time }) => (Date.parse(time) >= beganAt ? [now - Date.parse(time)] : [])));
    },
  });
  await sleep(3_000);
  beganAt = Date.now();
  const began = performance.now();
  for (let sent = 0; performance.now() - began < seconds * 1_000; ) {
    const due = ((performance.now() - began) / 1_000) * perSecond - sent;
    const ready = Array.from({ length: Math.floor(due / EVENTS_A_COMMAND) }, feedbackCommand);
    sent += ready.length * EVENTS_A_COMMAND;
    await inCommands(ready.flat(), (command) =>
      database.crossTenant('maintenance', (tx) =>
        appendEvents(
          tx,
          'switchyard/bench',
          command.map((event) => ({ ...event, time: new Date() })),
        ),
      ),
    );
    await sleep(5);
  }
  await sleep(3_000);
  await consumer.stop();
  console.log(
    `${'  lag, from the append to the commit'.padEnd(38)} p50 ${quantile(lags, 0.5).toFixed(0)} ms, p99 ${quantile(lags, 0.99).toFixed(0)} ms at ${perSecond.toFixed(0)} events/s (${lags.length} events)`,
  );
}

function feedbackCommand(): NewEvent[] {
  return Array.from({ length: EVENTS_A_COMMAND }, () => {
    const sessionId = newId();
    return {
      type: 'feedback.given',
      tenantId: tenants[0] ?? newId<TenantId>(),
      subject: sessionId,
      time: new Date(),
      data: { feedbackId: newId(), episodeId: newId(), sessionId, score: 1, comment: null },
    };
  });
}

async function produceBare(kafka: Kafka, topic: string): Promise<void> {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  for (let nr = 0; nr < count; nr += 1_000) {
    const messages = Array.from({ length: 1_000 }, (_, index) => {
      const event = eventNr(nr + index);
      return {
        key: event.subject,
        value: JSON.stringify({ ...event, id: newId(), specversion: '1.0', source: 'switchyard/bench' }),
      };
    });
    await producer.send({ topic, acks: -1, messages });
  }
  await producer.disconnect();
}

async function consumeBare(kafka: Kafka, topic: string): Promise<void> {
  const consumer = kafka.consumer({ groupId: `bare-${newId()}`, maxWaitTimeInMs: 250 });
  let handled = 0;
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachBatch: async ({ batch }) => {
      for (const message of batch.messages) JSON.parse(String(message.value));
      handled += batch.messages.length;
    },
  });
  await until(async () => handled >= count);
  await consumer.disconnect();
}

async function waiting(log: EventLog, database: Database, group: string): Promise<number> {
  return (await log.lag({ group, topics: TOPICS, database })).reduce((sum, lag) => sum + lag.events, 0);
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  while (!(await isDone())) await sleep(20);
}
