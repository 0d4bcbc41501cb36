export type Listener = (payload: string) => void;

/** Who listens to what in this process; the adapters differ in how a hint gets here. */
export type Subscriptions = {
  /** `first`: the channel had no listener before. `remove` tells whether it has none after, and is harmless when repeated. */
  add(channel: string, listener: Listener): { readonly first: boolean; remove(): { readonly last: boolean } };
  deliver(channel: string, payload: string): void;
  channels(): string[];
  clear(): void;
};

export function createSubscriptions(): Subscriptions {
  const listeners = new Map<string, Set<{ readonly listener: Listener }>>();
  return {
    add(channel, listener) {
      const own = listeners.get(channel) ?? new Set();
      const entry = { listener };
      const first = own.size === 0;
      listeners.set(channel, own.add(entry));
      return {
        first,
        remove() {
          const last = own.delete(entry) && own.size === 0;
          if (last && listeners.get(channel) === own) listeners.delete(channel);
          return { last };
        },
      };
    },
    deliver(channel, payload) {
      for (const { listener } of [...(listeners.get(channel) ?? [])]) listener(payload);
    },
    channels: () => [...listeners.keys()],
    clear: () => listeners.clear(),
  };
}
