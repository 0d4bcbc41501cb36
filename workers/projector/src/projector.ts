import { type AnalyticsConsumerOptions, createAnalyticsConsumer } from '@switchyard/analytics/module';
import type { Consumer, ConsumerOptions, EventLog } from '@switchyard/event-log/event-log';
import { Histogram, type Registry } from 'prom-client';

export type ProjectorOptions = AnalyticsConsumerOptions & {
  readonly eventLog: Pick<EventLog, 'consume'>;
  readonly registry: Registry;
};

/** Builds the read models of analytics from the log until it is stopped. Several may run: partitions are shared among them. */
export async function startProjector({ eventLog, registry, ...options }: ProjectorOptions): Promise<Consumer> {
  return await eventLog.consume(measured(createAnalyticsConsumer(options), registry));
}

/** What the log itself cannot know: how much of the time and of the batch size goes into the read models. */
function measured(consumer: ConsumerOptions, registry: Registry): ConsumerOptions {
  const seconds = new Histogram({
    name: 'projector_batch_seconds',
    help: 'Time to bring a batch of events into the read models, without its commit',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  });
  const size = new Histogram({
    name: 'projector_batch_events',
    help: 'Events in a batch; near the largest, the projector cannot keep up',
    buckets: [1, 10, 50, 100, 500, 1000, 2000],
    registers: [registry],
  });
  return {
    ...consumer,
    async handle(events, tx) {
      size.observe(events.length);
      const stopTimer = seconds.startTimer();
      await consumer.handle(events, tx);
      stopTimer();
    },
  };
}
