import { assertSmall, type PubSub } from './pubsub.ts';
import { createSubscriptions } from './subscriptions.ts';

/** Hints within one process. */
export function createMemoryPubSub(): PubSub {
  const subscriptions = createSubscriptions();
  return {
    publish: async (channel, payload) => {
      assertSmall(payload);
      // Later, as with every other carrier: a publisher never runs a listener's code inside its own call.
      setImmediate(() => subscriptions.deliver(channel, payload));
    },
    subscribe: async (channel, listener) => {
      const { remove } = subscriptions.add(channel, listener);
      return async () => void remove();
    },
    close: async () => subscriptions.clear(),
  };
}
