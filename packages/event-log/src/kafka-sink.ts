import type { EventEnvelope } from '@switchyard/contracts/envelope';
import type { Topic } from '@switchyard/contracts/events';
import { type Kafka, Partitioners, type Producer } from 'kafkajs';
import type { LogRecord, RecordSink } from './record.ts';

/** Headers that tell a repeat from news (see kafka-consumer.ts), and what was handled before the log moved to Kafka. */
export const HEADERS = { window: 'switchyard-window', seq: 'switchyard-seq', xid: 'switchyard-xid' } as const;

/**
 * Stores records in Kafka, each in the partition that its subject has in every log. Resolves when all in-sync replicas have
 * them. The producer is idempotent, with one request at a time: within its life nothing is doubled or overtaken; after a
 * failure it is thrown away, and what is then published again is told by its headers.
 */
export function createKafkaSink(kafka: Kafka, nameOf: (topic: Topic) => string): RecordSink & { close(): Promise<void> } {
  let producer: Producer | null = null;
  const connected = async (): Promise<Producer> => {
    if (producer !== null) return producer;
    const fresh = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await fresh.connect();
    producer = fresh;
    return fresh;
  };
  const drop = async (): Promise<void> => {
    const broken = producer;
    producer = null;
    await broken?.disconnect().catch(() => undefined);
  };
  return {
    async publish(records) {
      const topicMessages = [...Map.groupBy(records, (record) => record.topic)].map(([topic, own]) => ({
        topic: nameOf(topic),
        messages: own.map(messageOf),
      }));
      try {
        await (await connected()).sendBatch({ acks: -1, topicMessages });
      } catch (error) {
        await drop();
        throw error;
      }
    },
    close: drop,
  };
}

function messageOf(record: LogRecord) {
  return {
    partition: record.partition,
    key: subjectIn(record.text),
    value: record.text,
    headers: {
      'content-type': 'application/cloudevents+json',
      [HEADERS.window]: String(record.windowNo),
      [HEADERS.seq]: String(record.seq),
      [HEADERS.xid]: String(record.xid),
    },
  };
}

/** Whatever stands in the outbox is carried: what is no event is for consumers to bury. */
function subjectIn(text: string): string | null {
  const { subject } = Object(JSON.parse(text)) as Partial<EventEnvelope>;
  return typeof subject === 'string' ? subject : null;
}
