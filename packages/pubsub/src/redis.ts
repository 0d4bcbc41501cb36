import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { assertSmall, type PubSub } from './pubsub.ts';
import { createSubscriptions } from './subscriptions.ts';

export type RedisPubSubOptions = {
  /** redis:// or rediss:// */
  readonly url: string;
  readonly logger: Logger;
};

const PREFIX = 'switchyard:';

/**
 * Hints through Redis PUBLISH/SUBSCRIBE. While Redis is away, hints are lost and nothing waits: publishing fails fast, and the
 * subscriptions come back by themselves.
 * @throws Error when the server cannot be reached at the start.
 */
export async function openRedisPubSub(options: RedisPubSubOptions): Promise<PubSub> {
  const connection = { lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 0, retryStrategy: backOff };
  const publisher = new Redis(options.url, connection);
  const subscriber = new Redis(options.url, { ...connection, autoResubscribe: true });
  for (const client of [publisher, subscriber]) {
    client.on('error', (error) => options.logger.warn({ err: error }, 'Redis cannot be reached; hints are lost meanwhile'));
  }
  try {
    await Promise.all([publisher.connect(), subscriber.connect()]);
  } catch (cause) {
    publisher.disconnect();
    subscriber.disconnect();
    throw new Error(`Redis cannot be reached at ${withoutPassword(options.url)}.`, { cause });
  }
  const subscriptions = createSubscriptions();
  subscriber.on('message', (channel, payload) => subscriptions.deliver(channel.slice(PREFIX.length), payload));
  const ifConnected = async (work: () => Promise<unknown>): Promise<void> => {
    // Not connected: ioredis subscribes again to what it knows; what it does not know yet is added below on 'ready'.
    if (subscriber.status === 'ready') await work();
  };
  subscriber.on('ready', () => {
    const wanted = subscriptions.channels().map((channel) => PREFIX + channel);
    if (wanted.length > 0) subscriber.subscribe(...wanted).catch(() => undefined);
  });
  return {
    async publish(channel, payload) {
      assertSmall(payload);
      await publisher.publish(PREFIX + channel, payload).catch((error: unknown) => {
        options.logger.debug({ err: error, channel }, 'a hint was lost');
      });
    },
    async subscribe(channel, listener) {
      const { remove } = subscriptions.add(channel, listener);
      await ifConnected(() => subscriber.subscribe(PREFIX + channel));
      return async () => {
        if (remove().last) await ifConnected(() => subscriber.unsubscribe(PREFIX + channel));
      };
    },
    async close() {
      subscriptions.clear();
      subscriber.disconnect();
      publisher.disconnect();
    },
  };
}

/** Reconnects for ever, after 50 ms, 100 ms … 2 s. */
function backOff(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt - 1, 10), 2_000);
}

function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.password = '';
  return String(shown);
}
