import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { assertSmall, KEPT_RUNS, type Run, type RunPubSub } from './pubsub.ts';
import { createSubscriptions } from './subscriptions.ts';

export type RedisPubSubOptions = {
  /** redis:// or rediss:// */
  readonly url: string;
  readonly logger: Logger;
};

const PREFIX = 'switchyard:';
const RUNS = 'switchyard:runs:';
/** How long a channel's runs are kept after its last one. */
const KEPT_MS = 300_000;

/**
 * Hints through Redis PUBLISH/SUBSCRIBE; runs also in a stream per channel, trimmed, whose entries have the run's last number as
 * id: one that comes after a later one is refused by Redis, and leaves a gap that readers see. While Redis is away, hints are lost
 * and nothing waits: publishing fails fast, and the subscriptions come back by themselves.
 * @throws Error when the server cannot be reached at the start.
 */
export async function openRedisPubSub(options: RedisPubSubOptions): Promise<RunPubSub> {
  const connection = { lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 0, retryStrategy: backOff };
  const publisher = new Redis(options.url, connection);
  const subscriber = new Redis(options.url, { ...connection, autoResubscribe: true });
  const state = tellOnce(options.logger);
  for (const client of [publisher, subscriber]) {
    client.on('error', state.lost);
    client.on('ready', state.back);
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
    // Not connected, or no longer: what is subscribed by then is subscribed again on 'ready'.
    if (subscriber.status === 'ready') await work().catch(() => undefined);
  };
  subscriber.on('ready', () => {
    const wanted = subscriptions.channels().map((channel) => PREFIX + channel);
    if (wanted.length > 0) subscriber.subscribe(...wanted).catch(() => undefined);
  });
  const lost = (channel: string) => (error: unknown) => options.logger.debug({ err: error, channel }, 'a hint was lost');
  return {
    async publish(channel, payload) {
      assertSmall(payload);
      await publisher.publish(PREFIX + channel, payload).catch(lost(channel));
    },
    async publishRun(channel, { first, last, payload }) {
      assertSmall(payload);
      const key = RUNS + channel;
      await publisher
        .pipeline()
        .publish(PREFIX + channel, payload)
        .xadd(key, 'MAXLEN', '~', KEPT_RUNS, `${last}-0`, 'first', first, 'payload', payload)
        .pexpire(key, KEPT_MS)
        .exec()
        .catch(lost(channel));
    },
    async recentRuns(channel) {
      const entries = await publisher.xrevrange(RUNS + channel, '+', '-', 'COUNT', KEPT_RUNS).catch(() => []);
      return entries.map(runOf).reverse();
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

function runOf([id, fields]: [string, string[]]): Run {
  return { first: Number(fields[1]), last: Number.parseInt(id, 10), payload: fields[3] ?? '' };
}

/** An outage is told once when it begins and once when it is over, not at every attempt to reconnect. */
function tellOnce(logger: Logger) {
  let away = false;
  return {
    lost: (error: Error): void => {
      if (!away) logger.warn({ err: error }, 'Redis cannot be reached: hints are lost, and live readers look at the log instead');
      away = true;
    },
    back: (): void => {
      if (away) logger.warn('Redis is back');
      away = false;
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
