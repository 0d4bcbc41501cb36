import { SCALARS } from '@switchyard/runtime/scalars';
import { readSdl } from '@switchyard/runtime/sdl';
import { createSubgraph, type Subgraph, type SubgraphOptions } from '@switchyard/runtime/subgraph';
import { Registry } from 'prom-client';
import { receiveUsageWebhook, type WebhookAnswer, type WebhookRequest } from './commands/receive-usage-webhook.ts';
import { createMeteringConsumer, type MeteringConsumer } from './consumers.ts';
import { type Context, createContext, type Services } from './context.ts';
import { createBillingMetrics } from './metrics.ts';
import { billingAccountResolvers } from './resolvers/billing-account.ts';
import { billingMutations } from './resolvers/billing-mutations.ts';
import { episodeResolvers } from './resolvers/episode.ts';
import { invoiceResolvers } from './resolvers/invoice.ts';
import { priceResolvers } from './resolvers/price.ts';
import { queryResolvers } from './resolvers/query.ts';
import { usageMutations, webhookSourceResolvers } from './resolvers/usage-mutations.ts';
import { usageRecordResolvers } from './resolvers/usage-record.ts';

export { MAX_WEBHOOK_BYTES } from './commands/receive-usage-webhook.ts';
export type { MeteringConsumer } from './consumers.ts';
export { SCHEMA } from './store/schema.ts';

const SDL = readSdl(new URL('../', import.meta.url));

export type BillingModuleOptions = Omit<Services, 'metrics'> &
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
  /** Takes what was sent to /webhooks/usage/<source>. */
  receiveUsageWebhook(request: WebhookRequest): Promise<WebhookAnswer>;
};

/** The billing subgraph as the platform mounts it. Keeps nothing in memory that a restart would miss. */
export function createBillingModule(options: BillingModuleOptions): BillingModule {
  const { contextKey, logger, registry = new Registry(), ...given } = options;
  const services: Services = { ...given, metrics: createBillingMetrics(registry) };
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
      ...webhookSourceResolvers,
      Mutation: { ...usageMutations, ...billingMutations },
    },
    contextKey,
    createContext: (request) => createContext(services, request),
    ...(logger === undefined ? {} : { logger }),
  });
  return {
    subgraph,
    consumers: { metering: createMeteringConsumer(services) },
    receiveUsageWebhook: (request) => receiveUsageWebhook(services, request),
  };
}
