import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS, type Topic } from '@switchyard/contracts/events';
import { PARTITIONS, type RetentionDays, retentionDaysOf } from '@switchyard/contracts/topics';
import kafkajs, { type Admin, Kafka, logLevel } from 'kafkajs';
import type { Logger } from 'pino';

const DAY_MS = 86_400_000;
const KNOWN_WITHIN_MS = 30_000;
/** A partition's retention for ever, in Kafka's words. */
const FOR_EVER = -1;

/** kafkajs, with its messages in our log for who looks for them: it retries by itself, and what it gives up on is thrown and logged by us. */
export function createKafka(options: {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly logger: Logger;
}): Kafka {
  return new Kafka({
    clientId: options.clientId,
    brokers: [...options.brokers],
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 5 },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => {
      const { message, timestamp: _, ...more } = entry.log;
      options.logger.debug({ kafka: more }, `kafka: ${message}`);
    },
  });
}

/**
 * Makes the topics that are missing, with as many copies as the broker's default says, and has all of them kept as long as they
 * shall be. Kafka drops what is old whether or not it was read: alert on the lag in good time.
 */
export async function ensureTopics(admin: Admin, nameOf: (topic: Topic) => string, retentionDays: RetentionDays): Promise<void> {
  await admin.createTopics({
    // kafkajs would wait for them, but fails when the brokers have not heard of the topic at all yet, as with KRaft they may not.
    waitForLeaders: false,
    topics: TOPICS.map((topic) => ({
      topic: nameOf(topic),
      numPartitions: PARTITIONS,
      replicationFactor: -1,
      configEntries: configOf(topic),
    })),
  });
  await untilKnown(() => admin.fetchTopicMetadata({ topics: TOPICS.map(nameOf) }));
  // Of topics that were there already: the configuration may have changed since.
  await admin.alterConfigs({
    validateOnly: false,
    resources: TOPICS.map((topic) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name: nameOf(topic),
      configEntries: configOf(topic),
    })),
  });

  function configOf(topic: Topic): { name: string; value: string }[] {
    const days = retentionDaysOf(topic, retentionDays);
    return [
      { name: 'retention.ms', value: String(days === null ? FOR_EVER : days * DAY_MS) },
      // As the relay writes them: kafkajs cannot read what a broker compresses by its own default.
      { name: 'compression.type', value: 'producer' },
    ];
  }
}

/** Of a topic that was made a moment ago: a broker that has not heard of it, or of its leader, says so until it has. */
const NOT_YET_KNOWN = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION']);

async function untilKnown(ask: () => Promise<unknown>): Promise<void> {
  for (const deadline = Date.now() + KNOWN_WITHIN_MS; ; await sleep(100)) {
    try {
      await ask();
      return;
    } catch (error) {
      if (!NOT_YET_KNOWN.has(String(Object(error).type)) || Date.now() > deadline) throw error;
    }
  }
}
