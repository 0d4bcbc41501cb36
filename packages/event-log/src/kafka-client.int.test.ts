import { newId } from '@switchyard/kernel/ids';
import kafkajs, { Kafka, logLevel, Partitioners } from 'kafkajs';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createKafka, ensureTopics } from './kafka-client.ts';

const addresses = process.env.KAFKA_BROKERS;
const TOPIC = 'sessions.feedback.v1';
const PATIENCE = { timeout: 20_000, interval: 100 };
const ZSTD_IS_MISSING = /ZSTD compression not implemented/;

if (addresses === undefined) {
  describe('kafkajs on Kafka 4', () => {
    it.skipIf(process.env.CI !== 'true')('needs KAFKA_BROKERS, which CI must set', () => {
      expect(process.env.KAFKA_BROKERS).toBeDefined();
    });
  });
} else {
  describe('kafkajs on Kafka 4', () => {
    const brokers = addresses.split(',');
    const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    beforeAll(async () => {
      await admin.connect();
      await producer.connect();
    });
    afterAll(async () => {
      await producer.disconnect();
      await admin.disconnect();
    });

    /** Not with kafkajs' `waitForLeaders`, which fails where brokers have not heard of the topic yet. */
    const create = async (topic: string, compression = 'producer'): Promise<void> => {
      const configEntries = [{ name: 'compression.type', value: compression }];
      await admin.createTopics({ topics: [{ topic, configEntries }], waitForLeaders: false });
      await vi.waitFor(() => admin.fetchTopicMetadata({ topics: [topic] }), PATIENCE);
    };
    /** The value of the first message of the topic, or why the consumer gave up. */
    const firstOf = async (topic: string): Promise<string> => {
      const consumer = kafka.consumer({ groupId: newId(), retry: { retries: 0, restartOnFailure: async () => false } });
      const outcome = new Promise<string>((resolve) => {
        consumer.on(consumer.events.CRASH, ({ payload }) => resolve(String(payload.error)));
        void consumer
          .connect()
          .then(() => consumer.subscribe({ topic, fromBeginning: true }))
          .then(() => consumer.run({ eachMessage: async ({ message }) => resolve(String(message.value)) }));
      });
      const seen = await outcome;
      await consumer.disconnect();
      return seen;
    };
    const setCompression = (topic: string, value: string) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [
          { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name: 'compression.type', value }] },
        ],
      });

    it('cannot read what a broker has compressed by zstd', async () => {
      const topic = `test-${newId()}`;
      await create(topic, 'zstd');
      await producer.send({ topic, messages: [{ value: 'hidden' }] });
      expect(await firstOf(topic)).toMatch(ZSTD_IS_MISSING);
    });

    it('is not met with it: our topics stay as the relay writes them, whatever they said before', async () => {
      const prefix = `test-${newId()}.`;
      const topic = prefix + TOPIC;
      await create(topic);
      await setCompression(topic, 'zstd');
      const ours = createKafka({ brokers, clientId: 'test', logger: pino({ level: 'silent' }) }).admin();
      await ours.connect();
      await ensureTopics(ours, (name) => prefix + name, {});
      await ours.disconnect();
      await vi.waitFor(async () => {
        const { resources } = await admin.describeConfigs({
          includeSynonyms: false,
          resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: ['compression.type'] }],
        });
        expect(resources[0]?.configEntries[0]?.configValue).toBe('producer');
      }, PATIENCE);
      await producer.send({ topic, messages: [{ value: 'plain' }] });
      expect(await firstOf(topic)).toBe('plain');
    });

    it('joins groups by the classic protocol, in which a rebalance stops all of a group', async () => {
      const topic = `test-${newId()}`;
      const groupId = newId();
      await create(topic);
      const consumer = kafka.consumer({ groupId });
      const joined = new Promise<string>((resolve) => {
        consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => resolve(payload.groupProtocol));
      });
      await consumer.connect();
      await consumer.subscribe({ topic });
      await consumer.run({ eachMessage: async () => undefined });
      expect(await joined).toBe('RoundRobinAssigner');
      const { groups } = await admin.describeGroups([groupId]);
      expect(groups[0]).toMatchObject({ protocolType: 'consumer', protocol: 'RoundRobinAssigner', state: 'Stable' });
      await consumer.disconnect();
    });
  });
}
