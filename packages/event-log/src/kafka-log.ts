import type { Topic } from '@switchyard/contracts/events';
import type { RetentionDays } from '@switchyard/contracts/topics';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { countDeadLetters } from './dead-letters.ts';
import type { Consumer, EventLog } from './event-log.ts';
import { createKafka, ensureTopics } from './kafka-client.ts';
import { startKafkaConsumer } from './kafka-consumer.ts';
import { measureKafkaLag } from './kafka-lag.ts';
import { createKafkaSink } from './kafka-sink.ts';
import { openLogMetrics } from './log-metrics.ts';
import type { RecordSink } from './record.ts';

export type KafkaLogOptions = {
  /** host:port of one broker or several. */
  readonly brokers: readonly string[];
  readonly logger: Logger;
  readonly registry?: Registry;
  /** Stands before the names of topics and consumer groups, where several platforms share a broker. Default: nothing. */
  readonly prefix?: string;
  /** Days that topics are kept, where they differ from RETENTION_DAYS; null: for ever. */
  readonly retentionDays?: RetentionDays;
};

export type KafkaLog = EventLog &
  RecordSink & {
    /** Rejects when no broker answers. */
    probe(): Promise<unknown>;
  };

/**
 * The log in Apache Kafka, filled by the relay from the outbox.
 * @throws Error when no broker can be reached.
 */
export async function createKafkaLog(options: KafkaLogOptions): Promise<KafkaLog> {
  const { logger, prefix = '' } = options;
  const kafka = createKafka({ brokers: options.brokers, clientId: 'switchyard', logger });
  const nameOf = (topic: Topic) => prefix + topic;
  const admin = kafka.admin();
  try {
    await admin.connect();
    await ensureTopics(admin, nameOf, options.retentionDays ?? {});
  } catch (cause) {
    await admin.disconnect().catch(() => undefined);
    throw new Error(`Kafka cannot be reached at ${options.brokers.join(', ')}.`, { cause });
  }
  const sink = createKafkaSink(kafka, nameOf);
  const metrics = openLogMetrics(options.registry ?? new Registry());
  const consumers = new Set<Consumer>();
  return {
    probe: () => admin.describeCluster(),
    async consume(consumer) {
      const running = await startKafkaConsumer({ kafka, prefix, logger, metrics }, consumer);
      const { database, group } = consumer;
      const unwatch = [
        metrics.watch(() => measureKafkaLag(admin, prefix, consumer)),
        metrics.watchDeadLetters(group, () => countDeadLetters(database, group)),
      ];
      const stoppable = {
        async stop() {
          for (const end of unwatch) end();
          consumers.delete(stoppable);
          await running.stop();
        },
      };
      consumers.add(stoppable);
      return stoppable;
    },
    lag: (group) => measureKafkaLag(admin, prefix, group),
    publish: (records) => sink.publish(records),
    async close() {
      await Promise.all([...consumers].map((consumer) => consumer.stop()));
      metrics.close();
      await sink.close();
      await admin.disconnect();
    },
  };
}
