import type { RetentionDays } from '@switchyard/contracts/topics';
import { CROSS_TENANT_ROLE } from '@switchyard/database/policies';
import pg from 'pg';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { countDeadLetters } from './dead-letters.ts';
import type { Consumer, ConsumerOptions, EventLog } from './event-log.ts';
import { type Delivery, type GroupReaderOptions, startGroupReader } from './group-reader.ts';
import { measureLag } from './log-lag.ts';
import { countHandled, type LogMetrics, openLogMetrics } from './log-metrics.ts';
import type { RecordReaderOptions, RecordSource } from './record.ts';
import { startMaintenance } from './retention.ts';
import { createTriage, pauseAfter } from './triage.ts';
import { openWakeUp } from './wake-up.ts';

/**
 * The reader is a cross-tenant path ("consumer"), outside of the ORM because it is hot; it only reads. Each of its statements has
 * an index made for it, and one plan that is right for any parameters: no statistics may talk the planner into reading the
 * whole log for the last few events, and planning (which took longer than reading) happens once per connection.
 */
const READER_SETTINGS = [
  `role=${CROSS_TENANT_ROLE}`,
  'timezone=UTC',
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_bitmapscan=off',
  'enable_sort=off',
];

export type PostgresLogOptions = {
  /** The database that events are appended to, as the application's role. Consumers may keep their positions in another one. */
  readonly url: string;
  readonly logger: Logger;
  readonly registry?: Registry;
  /** Days that topics are kept at least, where they differ from RETENTION_DAYS; null: for ever. */
  readonly retentionDays?: RetentionDays;
};

export type PostgresLog = EventLog & RecordSource;

/** @throws Error when the server cannot be reached, or the log's schema is not there. */
export async function createPostgresLog(options: PostgresLogOptions): Promise<PostgresLog> {
  const { logger } = options;
  const pool = new pg.Pool({
    connectionString: options.url,
    options: READER_SETTINGS.map((setting) => `-c ${setting}`).join(' '),
    application_name: 'switchyard log reader',
    max: 4,
  });
  pool.on('error', (error) => logger.warn({ err: error }, 'a connection of the event log was lost'));
  const consumers = new Set<Consumer>();
  const wakeUp = await openWakeUp({ url: options.url, pool, logger });
  const metrics = openLogMetrics(options.registry ?? new Registry());
  const maintenance = await startMaintenance({ pool, logger, metrics, retentionDays: options.retentionDays ?? {} });
  const start = (reader: Pick<GroupReaderOptions, 'group' | 'topics' | 'database' | 'path' | 'repeatable' | 'delivery'>) => {
    const consumer = startGroupReader({ ...reader, pool, wakeUp });
    const unwatch = [
      maintenance.register(reader),
      metrics.watch(() => measureLag(pool, reader)),
      metrics.watchDeadLetters(reader.group, () => countDeadLetters(reader.database, reader.group)),
    ];
    const stop = async () => {
      for (const end of unwatch) end();
      consumers.delete(stoppable);
      await consumer.stop();
    };
    const stoppable = { stop };
    consumers.add(stoppable);
    return stoppable;
  };
  return {
    async consume(consumer) {
      await refuseAfterBroker(consumer);
      return start(readerOf(consumer, metrics, logger));
    },
    read: async (reader) => start({ ...reader, path: 'relay', repeatable: true, delivery: relayed(reader, metrics, logger) }),
    lag: (group) => measureLag(pool, group),
    async close() {
      await Promise.all([...consumers].map((consumer) => consumer.stop()));
      metrics.close();
      await maintenance.stop();
      await wakeUp.close();
      await pool.end();
    },
  };
}

function readerOf(consumer: ConsumerOptions, metrics: LogMetrics, logger: Logger) {
  const { group, topics, database, batchSize = 500 } = consumer;
  const triage = createTriage({ ...consumer, system: 'postgresql', batchSize, logger, metrics });
  const delivery: Delivery = {
    limit: triage.limit,
    async deliver(records, tx) {
      await triage.deliver(
        records.map(({ topic, partition, seq, text }) => ({ topic, partition, place: seq, message: text })),
        tx,
      );
    },
    committed: triage.committed,
    failed: triage.failed,
  };
  return { group, topics, database, path: 'consumer' as const, repeatable: false, delivery };
}

/** A relay hands on what it does not open: nothing that fails is the fault of an event. */
function relayed(reader: RecordReaderOptions, metrics: LogMetrics, logger: Logger): Delivery {
  const { group } = reader;
  let failures = 0;
  return {
    limit: () => reader.batchSize,
    deliver: reader.deliver,
    async committed(records) {
      failures = 0;
      countHandled(metrics, group, records);
    },
    failed(error) {
      failures += 1;
      metrics.failed(group);
      const pauseMs = pauseAfter(failures);
      logger.error({ err: error, group, failures, pauseMs }, 'events were not relayed; they come again');
      return pauseMs;
    },
  };
}

/** A group that went on over a broker has its position there: going on here would bring it what it has handled. */
async function refuseAfterBroker({ database, group }: ConsumerOptions): Promise<void> {
  const [row] = await database.crossTenant('consumer', (tx) =>
    tx.query('select from log.broker_position where group_name = $1 and handled > 0 limit 1', [group]),
  );
  if (row !== undefined) {
    throw new Error(`The group ${group} has gone on over Kafka: set KAFKA_BROKERS, or rebuild what it writes and its positions.`);
  }
}
