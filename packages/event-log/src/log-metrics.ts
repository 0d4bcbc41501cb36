import { Counter, Gauge, type Registry } from 'prom-client';
import { onAppended } from './append-signal.ts';
import type { GroupLag } from './event-log.ts';

/** The log's metrics. Lags are measured when they are scraped, for the groups that this process consumes. */
export type LogMetrics = {
  /** Shows a group's lag until the returned function is called. */
  watch(lag: () => Promise<GroupLag[]>): () => void;
  handled(group: string, topic: string, events: number): void;
  failed(group: string): void;
  deadLettered(group: string, reason: string): void;
  /** All that is old enough to be dropped, and kept because a group has not read it. */
  held(months: readonly { readonly topic: string; readonly group: string }[]): void;
  /** Shows how many dead letters a group has, until the returned function is called. */
  watchDeadLetters(group: string, count: () => Promise<number>): () => void;
};

const opened = new WeakMap<Registry, { readonly metrics: LogMetrics & { stop(): void }; users: number }>();

/** Logs that share a registry (a relay's source and its sink) share the metrics; the last one to close them ends the counting. */
export function openLogMetrics(registry: Registry): LogMetrics & { close(): void } {
  const shared = opened.get(registry) ?? { metrics: createLogMetrics(registry), users: 0 };
  opened.set(registry, shared);
  shared.users += 1;
  return {
    ...shared.metrics,
    close() {
      shared.users -= 1;
      if (shared.users === 0) shared.metrics.stop();
    },
  };
}

function createLogMetrics(registry: Registry): LogMetrics & { stop(): void } {
  const registers = [registry];
  const labelNames = ['group', 'topic'] as const;
  const watchLag = createLagGauges(registry);
  const handled = new Counter({
    name: 'log_events_handled_total',
    help: 'Events whose handling has been committed',
    labelNames,
    registers,
  });
  const failures = new Counter({
    name: 'log_consumer_failures_total',
    help: 'Batches that were rolled back and come again',
    labelNames: ['group'] as const,
    registers,
  });
  const appended = new Counter({
    name: 'log_events_appended_total',
    help: 'Events committed to the log by this process',
    labelNames: ['topic'] as const,
    registers,
  });
  const buried = new Counter({
    name: 'log_dead_lettered_total',
    help: 'Events that went to the dead letters, by reason',
    labelNames: ['group', 'reason'] as const,
    registers,
  });
  const held = new Gauge({
    name: 'log_partitions_held',
    help: 'Months of the topic that are old enough to be dropped, and kept because the group has not read them',
    labelNames: ['topic', 'group'] as const,
    registers,
  });
  const stop = onAppended((counts) => {
    for (const [topic, events] of counts) appended.inc({ topic }, events);
  });
  return {
    watch: watchLag,
    handled: (group, topic, events) => handled.inc({ group, topic }, events),
    failed: (group) => failures.inc({ group }),
    deadLettered: (group, reason) => buried.inc({ group, reason }),
    held(months) {
      held.reset();
      for (const { topic, group } of months) held.inc({ topic, group });
    },
    watchDeadLetters: createDeadLetterGauge(registry),
    stop,
  };
}

function createLagGauges(registry: Registry): LogMetrics['watch'] {
  const watched = new Set<() => Promise<GroupLag[]>>();
  const labelNames = ['group', 'topic'] as const;
  const measure = inFlight(async () => {
    // A log that cannot be asked has no sample: an old one would be a lie.
    events.reset();
    seconds.reset();
    const lags = await Promise.allSettled([...watched].map((lag) => lag()));
    for (const at of lags.flatMap((lag) => (lag.status === 'fulfilled' ? lag.value : []))) {
      events.set({ group: at.group, topic: at.topic }, at.events);
      seconds.set({ group: at.group, topic: at.topic }, at.seconds);
    }
  });
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames, registers: [registry], collect: measure });
  const events = gauge('log_consumer_lag_events', 'Events that wait for the group');
  const seconds = gauge('log_consumer_lag_seconds', 'Age of the oldest event that waits for the group; 0 when none does');
  return (lag) => {
    watched.add(lag);
    return () => void watched.delete(lag);
  };
}

function createDeadLetterGauge(registry: Registry): LogMetrics['watchDeadLetters'] {
  const watched = new Map<string, () => Promise<number>>();
  const letters = new Gauge({
    name: 'log_dead_letters',
    help: 'Events of the group that wait in the dead letters for somebody to replay or discard them',
    labelNames: ['group'] as const,
    registers: [registry],
    collect: async () => {
      const counts = await Promise.allSettled([...watched].map(async ([group, count]) => [group, await count()] as const));
      letters.reset();
      for (const counted of counts)
        if (counted.status === 'fulfilled') letters.set({ group: counted.value[0] }, counted.value[1]);
    },
  });
  return (group, count) => {
    watched.set(group, count);
    return () => void watched.delete(group);
  };
}

/** Callers that come while it runs wait for the same run: a registry collects its metrics side by side. */
function inFlight(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => {
    running ??= work().finally(() => {
      running = null;
    });
    return running;
  };
}

export function countHandled(metrics: LogMetrics, group: string, records: readonly { readonly topic: string }[]): void {
  for (const [topic, own] of Map.groupBy(records, (record) => record.topic)) metrics.handled(group, topic, own.length);
}
