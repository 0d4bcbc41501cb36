import { readFileSync } from 'node:fs';
import { SCALARS } from '@switchyard/runtime/scalars';
import { createSubgraph, type Subgraph, type SubgraphOptions } from '@switchyard/runtime/subgraph';
import { Registry } from 'prom-client';
import { createMeteringConsumer, type MeteringConsumer } from './consumers.ts';
import { type Context, createContext, type Services } from './context.ts';
import { createBillingMetrics } from './metrics.ts';
import { billingAccountResolvers } from './resolvers/billing-account.ts';
import { episodeResolvers } from './resolvers/episode.ts';
import { invoiceResolvers } from './resolvers/invoice.ts';
import { priceResolvers } from './resolvers/price.ts';
import { queryResolvers } from './resolvers/query.ts';
import { usageRecordResolvers } from './resolvers/usage-record.ts';

export type { MeteringConsumer } from './consumers.ts';
export { SCHEMA } from './store/schema.ts';

const SDL = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');

export type BillingModuleOptions = Services &
  Pick<SubgraphOptions<Context>, 'contextKey' | 'logger'> & {
    /** Where its metrics are registered. Default: a registry of its own. */
    readonly registry?: Registry;
  };

export type BillingModule = {
  readonly subgraph: Subgraph;
  readonly consumers: {
    /** Makes usage records out of the log; the metering worker runs it. */
    readonly metering: MeteringConsumer;
  };
};

/** The billing subgraph as the platform mounts it. Keeps nothing in memory that a restart would miss. */
export function createBillingModule(options: BillingModuleOptions): BillingModule {
  const { contextKey, logger, registry = new Registry(), ...services } = options;
  const subgraph = createSubgraph<Context>({
    name: 'billing',
    sdl: SDL,
    resolvers: {
      ...SCALARS,
      ...queryResolvers,
      ...billingAccountResolvers,
      ...priceResolvers,
      ...usageRecordResolvers,
      ...invoiceResolvers,
      ...episodeResolvers,
    },
    contextKey,
    createContext: (request) => createContext(services, request),
    ...(logger === undefined ? {} : { logger }),
  });
  const metering = createMeteringConsumer({ ...services, metrics: createBillingMetrics(registry) });
  return { subgraph, consumers: { metering } };
}
