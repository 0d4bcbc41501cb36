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
  let admin = kafka.admin();
  try {
    await admin.connect();
    await ensureTopics(admin, nameOf, options.retentionDays ?? {});
  } catch (cause) {
    await admin.disconnect().catch(() => undefined);
    throw new Error(`Kafka cannot be reached at ${options.brokers.join(', ')}.`, { cause });
  }
  /**
   * kafkajs' admin client asks the brokers that it knew to lead the partitions five minutes ago, and refuses to learn otherwise
   * from their refusal. A new one asks afresh.
   */
  const lag = async (group: Parameters<EventLog['lag']>[0]): ReturnType<EventLog['lag']> => {
    const asked = admin;
    try {
      return await measureKafkaLag(asked, prefix, group);
    } catch (error) {
      if (admin === asked) {
        const fresh = kafka.admin();
        await fresh.connect();
        if (admin === asked) admin = fresh;
        else await fresh.disconnect();
        await asked.disconnect().catch(() => undefined);
      }
      throw error;
    }
  };
  const sink = createKafkaSink(kafka, nameOf);
  const metrics = openLogMetrics(options.registry ?? new Registry());
  const consumers = new Set<Consumer>();
  return {
    probe: () => admin.describeCluster(),
    async consume(consumer) {
      const running = await startKafkaConsumer({ kafka, prefix, logger, metrics }, consumer);
      const { database, group } = consumer;
      const unwatch = [
        metrics.watch(() => lag(consumer)),
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
    lag,
    publish: (records) => sink.publish(records),
    async close() {
      await Promise.all([...consumers].map((consumer) => consumer.stop()));
      metrics.close();
      await sink.close();
      await admin.disconnect();
    },
  };
}
