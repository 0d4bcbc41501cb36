import type { TenantId } from '@switchyard/kernel/ids';
import type { PubSub } from '@switchyard/pubsub/pubsub';

export type LiveTopic = 'decisions' | 'canary';

/** Tells whoever watches, in any process, that there is something new of a tenant; may get lost. */
export type Hint = (topic: LiveTopic, tenantId: TenantId) => void;

/** A busy tenant's hints are given together, so that a thousand decisions a second cost forty. */
const TOGETHER_MS = 25;
/** Hints may get lost: it is looked without one, too. */
const LOOK_EVERY_MS = 5_000;

export function createHint(pubsub: PubSub | undefined): Hint {
  const waiting = new Set<string>();
  return (topic, tenantId) => {
    const channel = channelOf(topic, tenantId);
    if (pubsub === undefined || waiting.has(channel)) return;
    waiting.add(channel);
    setTimeout(() => {
      waiting.delete(channel);
      pubsub.publish(channel, '').catch(() => undefined);
    }, TOGETHER_MS).unref();
  };
}

export type Followed<T> = {
  readonly pubsub: PubSub | undefined;
  readonly topic: LiveTopic;
  readonly tenantId: TenantId;
  /** What is new since it was called last, oldest first; everything that there is to show at first. */
  read(): Promise<readonly T[]>;
};

/**
 * What there is, then what comes. Written out rather than as a generator, because a generator would hold `return` back until
 * the event that it waits for has come, which may be never.
 */
export function follow<T>({ pubsub, topic, tenantId, read }: Followed<T>): AsyncIterableIterator<T> {
  const waiting: T[] = [];
  let hinted = true;
  let ended = false;
  let wake: () => void = () => undefined;
  let unsubscribe: (() => Promise<void>) | undefined;

  const rest = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK_EVERY_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const end = async (): Promise<IteratorReturnResult<undefined>> => {
    ended = true;
    wake();
    const release = unsubscribe;
    unsubscribe = undefined;
    await release?.();
    return { value: undefined, done: true };
  };

  return {
    async next() {
      unsubscribe ??= await pubsub?.subscribe(channelOf(topic, tenantId), () => {
        hinted = true;
        wake();
      });
      for (;;) {
        if (ended) return await end();
        const value = waiting.shift();
        if (value !== undefined) return { value, done: false };
        if (!hinted) await rest();
        hinted = false;
        if (!ended) waiting.push(...(await read()));
      }
    },
    return: end,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function channelOf(topic: LiveTopic, tenantId: TenantId): string {
  return `router-${topic}:${tenantId}`;
}
