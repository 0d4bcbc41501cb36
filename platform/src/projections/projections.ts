import {
  ANALYTICS_GROUP,
  ANALYTICS_TOPICS,
  loadProjectionNews,
  projectionsOf,
  type RebuildOptions,
  rebuildKpis,
  SCHEMA,
} from '@switchyard/analytics/module';
import { openDatabase } from '@switchyard/database/database';
import { systemClock } from '@switchyard/kernel/clock';
import { createLogger } from '@switchyard/runtime/logger';
import { createMetricsRegistry } from '@switchyard/runtime/metrics';
import { openLogs } from '../adapters.ts';
import { Closers } from '../closers.ts';
import type { Config } from '../config.ts';
import { findRunningPlatform } from '../running-platform.ts';
import { StartError } from '../start-error.ts';

export type Projections = {
  /** A line for each projection. */
  list(): Promise<string[]>;
  rebuild(options: Pick<RebuildOptions, 'signal' | 'acceptLoss' | 'onProgress'>): Promise<number>;
  close(): Promise<void>;
};

/**
 * The read models of a platform that has been started, and its log, as its configuration says.
 * @throws StartError when they cannot be reached.
 */
export async function openProjections(config: Config): Promise<Projections> {
  const urls = await findRunningPlatform(config);
  const logger = createLogger({ level: config.LOG_LEVEL, service: 'switchyard-projections' });
  const closers = new Closers();
  const close = () => closers.close((name, error) => logger.error({ err: error }, `${name} did not stop in good order`));
  try {
    const database = await openDatabase({ url: urls.analyticsUrl, schema: SCHEMA, poolSize: 8 });
    closers.add('the read models', () => database.close());
    const logs = await openLogs(config, urls.databaseUrl, logger, createMetricsRegistry());
    closers.add('the event log', async () => {
      await logs.kafka?.close();
      await logs.outbox.close();
    });
    return {
      async list() {
        const lags = await logs.eventLog.lag({ group: ANALYTICS_GROUP, topics: ANALYTICS_TOPICS, database });
        const news = await database.crossTenant('operator', loadProjectionNews);
        return projectionsOf(lags, news, systemClock.now()).map(
          ({ name, status, lag, asOf }) =>
            `${name}  ${status}  ${lag.toLocaleString('en')} events wait  as of ${asOf?.toISOString() ?? 'no event yet'}`,
        );
      },
      rebuild: (options) => rebuildKpis({ ...options, database, eventLog: logs.eventLog, clock: systemClock }),
      close,
    };
  } catch (cause) {
    await close();
    if (cause instanceof StartError) throw cause;
    throw new StartError(
      `The platform’s data cannot be reached (${(cause as Error).message}): start the platform once with this configuration, then try again.`,
      cause,
    );
  }
}
