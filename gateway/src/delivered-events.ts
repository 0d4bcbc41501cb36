import type { Histogram } from 'prom-client';
import type { EventStream } from './data-source.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { RunningSubscription } from './running-subscription.ts';

export type DeliveryOptions = {
  readonly metrics: GatewayMetrics;
  /** Asked before each event: whether its reader may have it. */
  allowed(): boolean;
  /** The subscription is over, whatever the reason. */
  onEnd(): void;
  /** The source failed: the reader has to be told, in its transport's way. Throws what the transport itself tells. */
  onFailure(error: unknown): void;
};

/** A subscription's events on their way to one reader: whether it may have them, how late they are, and what was dropped for it. */
export function deliveredEvents(subscription: RunningSubscription, options: DeliveryOptions): EventStream {
  const { metrics } = options;
  const lag: Histogram.Internal<'field'> = metrics.deliveryLag.labels({ field: subscription.field });
  let handedOut = false;
  let ended = false;
  const end = (): { value: undefined; done: true } => {
    if (!ended) options.onEnd();
    ended = true;
    return { value: undefined, done: true };
  };
  /** Asking for the next one says that the one before has left. */
  const observeLast = (): void => {
    const { atMs, dropped } = subscription.note;
    if (!handedOut) return;
    handedOut = false;
    if (atMs !== undefined) lag.observe(Math.max(0, Date.now() - atMs) / 1000);
    if (dropped !== undefined) metrics.backpressureDrops.inc({ policy: dropped.policy }, dropped.count);
  };
  return {
    async next() {
      observeLast();
      try {
        const event = await subscription.next();
        if (event.done === true) return end();
        if (!options.allowed()) {
          await subscription.return();
          return end();
        }
        handedOut = true;
        return event;
      } catch (error) {
        end();
        options.onFailure(error);
        return { value: undefined, done: true };
      }
    },
    async return() {
      observeLast();
      await subscription.return();
      return end();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
