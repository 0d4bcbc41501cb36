import type { WebhookRequest as PaymentWebhookRequest, ProviderName } from '@switchyard/payments/payments';
import { SCALARS } from '@switchyard/runtime/scalars';
import { readSdl } from '@switchyard/runtime/sdl';
import { createSubgraph, type Subgraph, type SubgraphOptions } from '@switchyard/runtime/subgraph';
import { Registry } from 'prom-client';
import type { Providers } from './commands/attach-payment-method.ts';
import { type PaymentWebhookAnswer, receivePaymentWebhook } from './commands/receive-payment-webhook.ts';
import { receiveUsageWebhook, type WebhookAnswer, type WebhookRequest } from './commands/receive-usage-webhook.ts';
import { runInvoicing } from './commands/run-invoicing.ts';
import { createMeteringConsumer, type MeteringConsumer } from './consumers.ts';
import { type Context, createContext, type Services } from './context.ts';
import { createBillingMetrics } from './metrics.ts';
import { billingAccountResolvers } from './resolvers/billing-account.ts';
import { billingMutations } from './resolvers/billing-mutations.ts';
import { episodeResolvers } from './resolvers/episode.ts';
import { invoiceResolvers } from './resolvers/invoice.ts';
import { invoiceSubscription } from './resolvers/invoice-subscription.ts';
import { priceResolvers } from './resolvers/price.ts';
import { queryResolvers } from './resolvers/query.ts';
import { usageMutations, webhookSourceResolvers } from './resolvers/usage-mutations.ts';
import { usageRecordResolvers } from './resolvers/usage-record.ts';

export { MAX_PAYMENT_WEBHOOK_BYTES } from './commands/receive-payment-webhook.ts';
export { MAX_WEBHOOK_BYTES } from './commands/receive-usage-webhook.ts';
export type { MeteringConsumer } from './consumers.ts';
export { SCHEMA } from './store/schema.ts';

const SDL = readSdl(new URL('../', import.meta.url));

export type BillingModuleOptions = Omit<Services, 'metrics' | 'providers'> &
  Pick<SubgraphOptions<Context>, 'contextKey' | 'logger'> & {
    /** Where its metrics are registered. Default: a registry of its own. */
    readonly registry?: Registry;
    /** How invoices are paid. Default: by hand. */
    readonly providers?: Providers;
  };

export type BillingModule = {
  readonly subgraph: Subgraph;
  readonly consumers: {
    /** Makes usage records out of the log; the metering worker runs it. */
    readonly metering: MeteringConsumer;
  };
  /** Takes what was sent to /webhooks/usage/<source>. */
  receiveUsageWebhook(request: WebhookRequest): Promise<WebhookAnswer>;
  /** Closes periods that are over and collects what is due, of all tenants; run it every minute or so, in any number of processes. */
  runInvoicing(): Promise<void>;
  /** Takes what was sent to /webhooks/stripe or /webhooks/braintree; 404 for a provider without keys. */
  receivePaymentWebhook(provider: ProviderName, request: PaymentWebhookRequest): Promise<PaymentWebhookAnswer>;
};

/** The billing subgraph as the platform mounts it. Keeps nothing in memory that a restart would miss. */
export function createBillingModule(options: BillingModuleOptions): BillingModule {
  const { contextKey, logger, registry = new Registry(), providers = {}, ...given } = options;
  const services: Services = { ...given, metrics: createBillingMetrics(registry), providers };
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
      Subscription: invoiceSubscription,
    },
    contextKey,
    createContext: (request) => createContext(services, request),
    ...(logger === undefined ? {} : { logger }),
  });
  return {
    subgraph,
    consumers: { metering: createMeteringConsumer(services) },
    runInvoicing: () => runInvoicing(services, logger),
    receivePaymentWebhook: async (name, request) => {
      const provider = providers[name];
      if (provider === undefined) return { status: 404, body: { error: 'There are no keys of this provider.' } };
      return await receivePaymentWebhook({ database: services.database, provider }, request, services.clock.now());
    },
    receiveUsageWebhook: (request) => receiveUsageWebhook(services, request),
  };
}
