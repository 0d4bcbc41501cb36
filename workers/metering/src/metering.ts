import type { MeteringConsumer } from '@switchyard/billing/module';
import type { Consumer, EventLog } from '@switchyard/event-log/event-log';
import type { Logger } from 'pino';

/**
 * Turns what the log says was used into usage records, until it is stopped. What is recorded, and how often, is billing's own
 * consumer; this gives it the log to read, and tells what it does. Its lag is that of group `metering`.
 */
export async function startMetering(options: {
  readonly eventLog: EventLog;
  readonly consumer: MeteringConsumer;
  readonly logger: Logger;
}): Promise<Consumer> {
  const { eventLog, consumer, logger } = options;
  const running = await eventLog.consume({
    ...consumer,
    handle: async (events, tx) => {
      await consumer.handle(events, tx);
      tx.afterCommit(() => logger.debug({ events: events.length, tenants: countTenants(events) }, 'metered'));
    },
  });
  logger.info({ group: consumer.group, topics: consumer.topics }, 'metering');
  return {
    stop: async () => {
      await running.stop();
      logger.info('metering stopped');
    },
  };
}

function countTenants(events: Parameters<MeteringConsumer['handle']>[0]): number {
  return new Set(events.map((event) => event.tenantid)).size;
}
