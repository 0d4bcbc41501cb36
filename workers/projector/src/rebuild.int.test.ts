import {
  ANALYTICS_GROUP,
  ANALYTICS_TOPICS,
  createAnalyticsConsumer,
  RebuildError,
  rebuildKpis,
  SCHEMA,
} from '@switchyard/analytics/module';
import { streams } from '@switchyard/analytics/test-support/event-streams';
import type { EventEnvelope } from '@switchyard/contracts/envelope';
import { openDatabase } from '@switchyard/database/database';
import type { Consumer, EventLog } from '@switchyard/event-log/event-log';
import { createKafkaLog } from '@switchyard/event-log/kafka-log';
import { appendEvents, type NewEvent } from '@switchyard/event-log/outbox';
import { createPostgresLog, type PostgresLog } from '@switchyard/event-log/postgres-log';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { systemClock } from '@switchyard/kernel/clock';
import { newId } from '@switchyard/kernel/ids';
import { createTestDatabase } from '@switchyard/testing/test-database';
import { RELAY_GROUP, startRelay } from '@switchyard/worker-relay/relay';
import fc from 'fast-check';
import pg from 'pg';
import pino from 'pino';
import { describe, expect, inject, it, vi } from 'vitest';

const logger = pino({ level: process.env.TEST_LOG_LEVEL ?? 'silent' });
const pubsub = { publish: async () => undefined, subscribe: async () => async () => undefined, close: async () => undefined };
const TABLES = ['subject_facts', 'rollup', 'sketch_bucket', 'tenant_watermark'];

type OpenLog = (outbox: PostgresLog, database: Awaited<ReturnType<typeof openDatabase>>) => Promise<EventLog & Partial<Consumer>>;

/** The platform's log and read models in a database of their own, with the live projection running. */
async function start(openLog: OpenLog) {
  const test = await createTestDatabase(inject('adminUrl'), [LOG_SCHEMA, SCHEMA]);
  const database = await openDatabase({ url: test.appUrl, schema: SCHEMA, poolSize: 12 });
  const outbox = await createPostgresLog({ url: test.appUrl, logger });
  const eventLog = await openLog(outbox, database);
  const live = await eventLog.consume(createAnalyticsConsumer({ database, pubsub, clock: systemClock }));
  const admin = new pg.Pool({ connectionString: test.adminUrl, max: 2 });
  const append = async (events: readonly EventEnvelope[]): Promise<void> => {
    const [first] = events;
    if (first === undefined) return;
    await database.tenant(first.tenantid, (tx) => appendEvents(tx, 'switchyard/test', events.map(newEvent)));
  };
  return {
    database,
    eventLog,
    admin,
    append,
    dump: async (schema = 'analytics') =>
      (
        await Promise.all(
          TABLES.map((table) =>
            admin.query<{ row: string }>(`select '${table} ' || t::text as row from ${schema}.${table} as t`),
          ),
        )
      )
        .flatMap(({ rows }) => rows.map(({ row }) => row))
        .sort(),
    untilRead: () =>
      vi.waitFor(async () => {
        const topics = ANALYTICS_TOPICS;
        // What the relay still holds is nowhere in Kafka, and is asked for first: once published it waits there.
        const held = eventLog === outbox ? [] : await outbox.lag({ group: RELAY_GROUP, topics, database });
        const waiting = await eventLog.lag({ group: ANALYTICS_GROUP, topics, database });
        expect([...held, ...waiting].reduce((sum, { events }) => sum + events, 0)).toBe(0);
      }, 30_000),
    async close() {
      await live.stop();
      await eventLog.stop?.();
      if (eventLog !== outbox) await eventLog.close();
      await outbox.close();
      await admin.end();
      await database.close();
      await test.drop();
    },
  };
}

function newEvent({ type, tenantid, subject, time, data }: EventEnvelope): NewEvent {
  return { type, tenantId: tenantid, subject, time: new Date(time), data } as NewEvent;
}

/** Batches of many tenants' events, each of one tenant, shuffled and with events that say the same twice. */
function batches(seed: number, numRuns: number): EventEnvelope[][] {
  return fc
    .sample(streams, { seed, numRuns })
    .flatMap(({ batches }) => batches.flatMap((batch) => [...Map.groupBy(batch, (event) => event.tenantid).values()]));
}

function rebuildContract(name: string, openLog: OpenLog) {
  describe(`a rebuild from the log in ${name}`, () => {
    it('comes to the same bytes as the live one, while events go on being written', async () => {
      const platform = await start(openLog);
      try {
        for (const batch of batches(1, 25)) await platform.append(batch);
        const writing = new AbortController();
        const writer = (async () => {
          for (let seed = 100; !writing.signal.aborted; seed += 1)
            for (const batch of batches(seed, 2)) await platform.append(batch);
        })();
        const oids = async () =>
          (await platform.admin.query(`select array_agg($1::regclass::oid) as of`, ['analytics.rollup'])).rows[0];
        const before = await oids();
        const events = await rebuildKpis({ ...platform, clock: systemClock, batchSize: 100 });
        await new Promise((resolve) => setTimeout(resolve, 300));
        writing.abort();
        await writer;
        await platform.untilRead();
        expect(await oids()).not.toEqual(before);
        expect(events).toBeGreaterThan(500);

        const swapped = await platform.dump();
        expect(swapped.length).toBeGreaterThan(1_000);
        // The other side of the comparison: the same log read once more, by nobody but this rebuild, with nothing going on.
        await rebuildKpis({ ...platform, clock: systemClock });
        expect(await platform.dump()).toEqual(swapped);
      } finally {
        await platform.close();
      }
    }, 120_000);

    it('equals what the live consumer alone has made of the same events', async () => {
      const platform = await start(openLog);
      try {
        for (const batch of batches(2, 25)) await platform.append(batch);
        await platform.untilRead();
        const live = await platform.dump();
        expect(live.length).toBeGreaterThan(1_000);
        await rebuildKpis({ ...platform, clock: systemClock, batchSize: 70 });
        expect(await platform.dump()).toEqual(live);
      } finally {
        await platform.close();
      }
    }, 120_000);
  });
}

rebuildContract('PostgreSQL', async (outbox) => outbox);

const brokers = process.env.KAFKA_BROKERS?.split(',');
if (brokers === undefined) {
  it.skipIf(process.env.CI !== 'true')('needs KAFKA_BROKERS, which CI must set', () => {
    expect(process.env.KAFKA_BROKERS).toBeDefined();
  });
} else {
  rebuildContract('Apache Kafka', async (outbox, database) => {
    const kafka = await createKafkaLog({ brokers, logger, prefix: `test-${newId()}.` });
    const relay = await startRelay({ source: outbox, sink: kafka, database });
    return { ...kafka, stop: () => relay.stop() };
  });
}

describe('a rebuild', () => {
  it('that was interrupted has changed nothing, and the next one starts anew and succeeds', async () => {
    const platform = await start(async (outbox) => outbox);
    try {
      for (const batch of batches(3, 20)) await platform.append(batch);
      await platform.untilRead();
      const live = await platform.dump();
      const stopping = new AbortController();
      const stopped = rebuildKpis({
        ...platform,
        clock: systemClock,
        batchSize: 20,
        signal: stopping.signal,
        onProgress: ({ handled }) => {
          if (handled > 0) stopping.abort();
        },
      });
      await expect(stopped).rejects.toThrow(RebuildError);
      expect(await platform.dump()).toEqual(live);
      expect(
        (await platform.admin.query('select from log.consumer_position where group_name <> $1', [ANALYTICS_GROUP])).rows,
      ).toEqual([]);
      // What a killed process leaves: tables that are half full, positions in the midst, and nobody who says that he works on it.
      const run = newId();
      await platform.admin.query(`insert into analytics.projection_rebuild values ('kpis', $1, now() - interval '1 minute')`, [
        run,
      ]);
      await platform.admin.query(`select analytics.begin_rebuild($1)`, [run]);
      await platform.admin.query(`insert into analytics_rebuild.tenant_watermark values ($1, now())`, [newId()]);
      await platform.admin.query(
        `insert into log.consumer_position (group_name, topic, partition, seen) select $1, topic, partition, seen from log.consumer_position`,
        [`analytics.rebuild.${run}`],
      );
      await rebuildKpis({ ...platform, clock: systemClock });
      expect(await platform.dump()).toEqual(live);
      expect((await platform.admin.query('select from analytics.projection_rebuild')).rows).toEqual([]);
    } finally {
      await platform.close();
    }
  }, 120_000);

  it('refuses to begin beside another one, and to swap in tables that a crash of PostgreSQL has emptied', async () => {
    const platform = await start(async (outbox) => outbox);
    try {
      for (const batch of batches(4, 10)) await platform.append(batch);
      await platform.untilRead();
      const live = await platform.dump();
      let second: Promise<unknown> | undefined;
      const emptied = rebuildKpis({
        ...platform,
        clock: systemClock,
        batchSize: 20,
        onProgress: () => {
          second ??= (async () => {
            await expect(rebuildKpis({ ...platform, clock: systemClock })).rejects.toThrow('being rebuilt already');
            // As recovery leaves unlogged tables.
            await platform.admin.query(`truncate ${[...TABLES, 'run'].map((table) => `analytics_rebuild.${table}`).join(', ')}`);
          })();
        },
      });
      await expect(emptied).rejects.toThrow('lost its tables');
      await second;
      expect(await platform.dump()).toEqual(live);
    } finally {
      await platform.close();
    }
  }, 120_000);

  it('keeps the live one when the log has lost events, unless that is accepted', async () => {
    const platform = await start(async (outbox) => outbox);
    try {
      for (const batch of batches(5, 10)) await platform.append(batch);
      await platform.untilRead();
      const live = await platform.dump();
      await platform.admin.query(`delete from log.event where topic = 'sessions.feedback.v1'`);
      await expect(rebuildKpis({ ...platform, clock: systemClock })).rejects.toThrow('no longer holds every event');
      expect(await platform.dump()).toEqual(live);
      await rebuildKpis({ ...platform, clock: systemClock, acceptLoss: true });
      const [sum] = (
        await platform.admin.query(
          'select sum(feedbacks)::int as feedbacks, sum(episodes)::int as episodes from analytics.rollup',
        )
      ).rows;
      expect(sum).toMatchObject({ feedbacks: 0 });
      expect(sum.episodes).toBeGreaterThan(0);
    } finally {
      await platform.close();
    }
  }, 120_000);

  it('goes on past events that do not fit or cannot be stored, as the live one does, and has the same dead letters', async () => {
    const platform = await start(async (outbox) => outbox);
    try {
      const all = batches(6, 10);
      for (const batch of all.slice(0, 20)) await platform.append(batch);
      const call = all.flat().find(({ type }) => type === 'model_call.finished');
      if (call === undefined) throw new Error('no model call in the sample');
      const bad = [
        { topic: 'sessions.session.v1', envelope: { ...call, id: newId(), type: 'session.started', data: { sessionId: 'x' } } },
        // It fits its schema, and no column.
        {
          topic: 'sessions.model-call.v1',
          envelope: { ...call, id: newId(), data: { ...(call.data as object), cost: '9'.repeat(40) } },
        },
      ];
      for (const { topic, envelope } of bad) {
        await platform.admin.query(
          'insert into log.event (topic, partition, tenant_id, time, envelope) values ($1, 0, $2, now(), $3)',
          [topic, call.tenantid, JSON.stringify(envelope)],
        );
      }
      for (const batch of all.slice(20)) await platform.append(batch);
      await platform.untilRead();
      const deadLetters = async () =>
        (await platform.admin.query('select group_name, type, reason from log.dead_letter order by type')).rows;
      const expected = [
        { group_name: ANALYTICS_GROUP, type: 'model_call.finished', reason: 'HANDLER_FAILED' },
        { group_name: ANALYTICS_GROUP, type: 'session.started', reason: 'INVALID_DATA' },
      ];
      expect(await deadLetters()).toEqual(expected);
      const live = await platform.dump();
      expect(live.length).toBeGreaterThan(500);
      await rebuildKpis({ ...platform, clock: systemClock });
      expect(await platform.dump()).toEqual(live);
      expect(await deadLetters()).toEqual(expected);
    } finally {
      await platform.close();
    }
  }, 120_000);
});
