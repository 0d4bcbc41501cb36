import type { TenantId } from '@switchyard/kernel/ids';
import type { Quotas } from '@switchyard/kernel/quotas';
import type { WebhookRequest as PaymentWebhookRequest, ProviderName } from '@switchyard/payments/payments';
import { SCALARS } from '@switchyard/runtime/scalars';
import { readSdl } from '@switchyard/runtime/sdl';
import { createSubgraph, type Subgraph, type SubgraphOptions } from '@switchyard/runtime/subgraph';
import { Registry } from 'prom-client';
import type { Providers } from './commands/attach-payment-method.ts';
import { QuotaLedger } from './commands/quota-ledger.ts';
import { type PaymentWebhookAnswer, receivePaymentWebhook } from './commands/receive-payment-webhook.ts';
import { receiveUsageWebhook, type WebhookAnswer, type WebhookRequest } from './commands/receive-usage-webhook.ts';
import { runInvoicing } from './commands/run-invoicing.ts';
import { type NotificationOptions, type NotificationSender, startNotifications } from './commands/send-notifications.ts';
import { createMeteringConsumer, type MeteringConsumer } from './consumers.ts';
import { type Context, createContext, type Services } from './context.ts';
import type { PlanLimits } from './domain/plan-limits.ts';
import { createBillingMetrics } from './metrics.ts';
import { billingAccountResolvers } from './resolvers/billing-account.ts';
import { billingMutations } from './resolvers/billing-mutations.ts';
import { episodeResolvers } from './resolvers/episode.ts';
import { invoiceResolvers } from './resolvers/invoice.ts';
import { invoiceSubscription } from './resolvers/invoice-subscription.ts';
import { priceResolvers } from './resolvers/price.ts';
import { queryResolvers } from './resolvers/query.ts';
import { quotaMutations, quotaQueries, quotaResolvers, quotaSubscription } from './resolvers/quota.ts';
import { usageMutations, webhookSourceResolvers } from './resolvers/usage-mutations.ts';
import { usageRecordResolvers } from './resolvers/usage-record.ts';
import { createPlanVersions, planLimits } from './store/quota-limits.ts';
import { createPostgresQuotaStore } from './store/quota-store/postgres.ts';
import type { QuotaStore } from './store/quota-store/quota-store.ts';

export { MAX_PAYMENT_WEBHOOK_BYTES } from './commands/receive-payment-webhook.ts';
export { MAX_WEBHOOK_BYTES } from './commands/receive-usage-webhook.ts';
export type { Deliver } from './commands/send-notifications.ts';
export type { MeteringConsumer } from './consumers.ts';
export { SCHEMA } from './store/schema.ts';

const SDL = readSdl(new URL('../', import.meta.url));

export type BillingModuleOptions = Omit<Services, 'metrics' | 'providers' | 'versions' | 'store' | 'quotas'> &
  Pick<SubgraphOptions<Context>, 'contextKey' | 'logger'> & {
    /** Where its metrics are registered. Default: a registry of its own. */
    readonly registry?: Registry;
    /** How invoices are paid. Default: by hand. */
    readonly providers?: Providers;
    /** Where reservations are kept. Default: in PostgreSQL, beside the ledger. */
    readonly quotaStore?: QuotaStore;
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
  /** Decides before anything is spent. */
  readonly quotas: Quotas;
  /** What the gateway lets through of a tenant. */
  limitsOf(tenantId: TenantId): Promise<PlanLimits>;
  /** Sends tenants what they are to be told of. */
  startNotifications(options: Pick<NotificationOptions, 'deliver' | 'pollMs' | 'logger'>): NotificationSender;
};

/** The billing subgraph as the platform mounts it. Keeps nothing in memory that a restart would miss. */
export function createBillingModule(options: BillingModuleOptions): BillingModule {
  const { contextKey, logger, registry = new Registry(), providers = {}, quotaStore, ...given } = options;
  const store = quotaStore ?? createPostgresQuotaStore(given.database);
  const versions = createPlanVersions();
  const quotas = new QuotaLedger({ ...given, store, versions });
  const services: Services = { ...given, metrics: createBillingMetrics(registry), providers, store, versions, quotas };
  const subgraph = createSubgraph<Context>({
    name: 'billing',
    sdl: SDL,
    resolvers: {
      ...SCALARS,
      Query: { ...queryResolvers.Query, ...quotaQueries },
      ...billingAccountResolvers,
      ...priceResolvers,
      ...usageRecordResolvers,
      ...invoiceResolvers,
      ...episodeResolvers,
      ...webhookSourceResolvers,
      ...quotaResolvers,
      Mutation: { ...usageMutations, ...billingMutations, ...quotaMutations },
      Subscription: { ...invoiceSubscription, ...quotaSubscription },
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
    quotas,
    limitsOf: (tenantId) =>
      given.database.tenant(tenantId, (tx) => planLimits(tx, versions, { tenantId, now: given.clock.now() })),
    startNotifications: (how) => startNotifications({ ...services, ...how }),
  };
}
