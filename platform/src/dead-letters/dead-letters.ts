import { randomBytes } from 'node:crypto';
import { SCHEMA as ANALYTICS, ANALYTICS_GROUP, createAnalyticsConsumer } from '@switchyard/analytics/module';
import { SCHEMA as BILLING, createBillingModule } from '@switchyard/billing/module';
import { type Database, openDatabase } from '@switchyard/database/database';
import type { Schema } from '@switchyard/database/schema';
import {
  type DeadLetter,
  discardDeadLetter,
  listDeadLetters,
  type Replay,
  readDeadLetter,
  replayDeadLetter,
} from '@switchyard/event-log/dead-letters';
import type { ConsumerOptions } from '@switchyard/event-log/event-log';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';
import { systemClock } from '@switchyard/kernel/clock';
import { countTokens } from '@switchyard/models/tokens';
import { createRouterModule, SCHEMA as ROUTER } from '@switchyard/router/module';
import { createLogger } from '@switchyard/runtime/logger';
import { createMetricsRegistry } from '@switchyard/runtime/metrics';
import { openPubSub } from '../adapters.ts';
import { Closers } from '../closers.ts';
import type { Config } from '../config.ts';
import { findRunningPlatform } from '../running-platform.ts';
import { StartError } from '../start-error.ts';

/** The dead letters of a platform, wherever its groups keep them. */
export type DeadLetters = {
  list(group?: string): Promise<DeadLetter[]>;
  /** The message as the log brought it. */
  show(letter: DeadLetter): Promise<Buffer>;
  /** @throws what the group's handler throws. */
  replay(letter: DeadLetter): Promise<Replay>;
  /** False when somebody else was faster. */
  discard(letter: DeadLetter): Promise<boolean>;
  close(): Promise<void>;
};

/** @throws StartError when the platform's data cannot be reached. */
export async function openDeadLetters(config: Config): Promise<DeadLetters> {
  const { databaseUrl, analyticsUrl } = await findRunningPlatform(config);
  const logger = createLogger({ level: config.LOG_LEVEL, service: 'switchyard-dead-letters' });
  const closers = new Closers();
  const close = () => closers.close((name, error) => logger.error({ err: error }, `${name} did not stop in good order`));
  const open = async (schema: Schema, url: string): Promise<Database> => {
    const database = await openDatabase({ url, schema, poolSize: 2 });
    closers.add(`the database of ${schema.name}`, () => database.close());
    return database;
  };
  const consumers = new Map<string, Promise<ConsumerOptions>>();
  const consumerOf = (group: string): Promise<ConsumerOptions> => {
    const opening = consumers.get(group) ?? openConsumer(group, { config, databaseUrl, analyticsUrl, logger, open, closers });
    consumers.set(group, opening);
    return opening;
  };
  try {
    const urls = [...new Set([databaseUrl, analyticsUrl])];
    const databases = await Promise.all(urls.map((url) => open(LOG_SCHEMA, url)));
    const homes = new Map<string, Database>();
    const homeOf = (letter: DeadLetter): Database => {
      const home = homes.get(letter.id);
      if (home === undefined) throw new Error(`the dead letter ${letter.id} was not listed here`);
      return home;
    };
    return {
      async list(group) {
        const found = await Promise.all(
          databases.map(async (database) => (await listDeadLetters(database, group)).map((letter) => ({ letter, database }))),
        );
        for (const { letter, database } of found.flat()) homes.set(letter.id, database);
        return found
          .flat()
          .map(({ letter }) => letter)
          .toSorted((a, b) => a.at.getTime() - b.at.getTime());
      },
      show: async (letter) => (await readDeadLetter(homeOf(letter), letter.id)) ?? Buffer.alloc(0),
      replay: async (letter) => await replayDeadLetter(await consumerOf(letter.group), letter.id),
      discard: (letter) => discardDeadLetter(homeOf(letter), letter.id),
      close,
    };
  } catch (cause) {
    await close();
    throw new StartError(
      `The platform’s data cannot be reached (${(cause as Error).message}): start the platform once with this configuration, then try again.`,
      cause,
    );
  }
}

type Surroundings = {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly analyticsUrl: string;
  readonly logger: ReturnType<typeof createLogger>;
  readonly closers: Closers;
  open(schema: Schema, url: string): Promise<Database>;
};

/** The group's handler with its own database; the module around it serves nobody here, so its key for contexts is any. */
async function openConsumer(group: string, around: Surroundings): Promise<ConsumerOptions> {
  const { config, databaseUrl, analyticsUrl, logger, open, closers } = around;
  const common = { clock: systemClock, logger, contextKey: randomBytes(32), registry: createMetricsRegistry() };
  const pubsubOf = async () => {
    const pubsub = await openPubSub(config, databaseUrl, logger);
    closers.add('pub/sub', () => pubsub.close());
    return pubsub;
  };
  if (group === 'metering') {
    const pubsub = await pubsubOf();
    const database = await open(BILLING, databaseUrl);
    return createBillingModule({ ...common, secretsKey: randomBytes(32), pubsub, database }).consumers.metering;
  }
  if (group === ANALYTICS_GROUP) {
    const pubsub = await pubsubOf();
    return createAnalyticsConsumer({ database: await open(ANALYTICS, analyticsUrl), pubsub, clock: systemClock });
  }
  const { tiers } = config;
  const router = createRouterModule({ ...common, database: await open(ROUTER, databaseUrl), tiers, countTokens });
  const consumer = router.consumers.find((each) => each.group === group);
  if (consumer === undefined)
    throw new StartError(`No consumer of this platform is group ${group}, so nobody can handle its dead letters.`);
  return consumer;
}
