import { assertSmall, KEPT_RUNS, type Run, type RunPubSub } from './pubsub.ts';
import { createSubscriptions } from './subscriptions.ts';

/** Characters of runs kept in all; the channels that were quiet for longest go first. */
const MOST_KEPT = 16 * 1024 * 1024;

/** Hints within one process. */
export function createMemoryPubSub(): RunPubSub {
  const subscriptions = createSubscriptions();
  const kept = keepRuns();
  const publish = async (channel: string, payload: string): Promise<void> => {
    assertSmall(payload);
    // Later, as with every other carrier: a publisher never runs a listener's code inside its own call.
    setImmediate(() => subscriptions.deliver(channel, payload));
  };
  return {
    publish,
    publishRun: async (channel, run) => {
      await publish(channel, run.payload);
      kept.add(channel, run);
    },
    recentRuns: async (channel) => kept.of(channel),
    subscribe: async (channel, listener) => {
      const { remove } = subscriptions.add(channel, listener);
      return async () => void remove();
    },
    close: async () => subscriptions.clear(),
  };
}

function keepRuns() {
  const channels = new Map<string, { runs: Run[]; size: number }>();
  let size = 0;
  const drop = (channel: string): void => {
    size -= channels.get(channel)?.size ?? 0;
    channels.delete(channel);
  };
  return {
    of: (channel: string): readonly Run[] => channels.get(channel)?.runs ?? [],
    add: (channel: string, run: Run): void => {
      const known = channels.get(channel)?.runs ?? [];
      // A run that is older than the newest one comes too late: readers find the gap, and ask the log.
      if ((known.at(-1)?.last ?? 0) >= run.last) return;
      const runs = [...known, run].slice(-KEPT_RUNS);
      drop(channel);
      const own = runs.reduce((sum, { payload }) => sum + payload.length, 0);
      channels.set(channel, { runs, size: own });
      size += own;
      for (const oldest of channels.keys()) {
        if (size <= MOST_KEPT) break;
        drop(oldest);
      }
    },
  };
}
