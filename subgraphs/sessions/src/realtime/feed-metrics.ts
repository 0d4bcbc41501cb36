import { Gauge, type Registry } from 'prom-client';
import type { SessionFeed } from './session-feed.ts';

/** How many watch sessions in this process, and how many events wait for them. */
export function registerFeedMetrics(registry: Registry, feed: SessionFeed): void {
  new Gauge({
    name: 'session_watchers',
    help: 'Readers of sessions’ events in this process.',
    registers: [registry],
    collect() {
      this.set(feed.load().watchers);
    },
  });
  new Gauge({
    name: 'session_events_waiting',
    help: 'Events in the queues of the readers of this process (queue depth).',
    registers: [registry],
    collect() {
      this.set(feed.load().waiting);
    },
  });
}
