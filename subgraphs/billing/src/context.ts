import type { Database } from '@switchyard/database/database';
import type { Clock } from '@switchyard/kernel/clock';
import { PlatformError } from '@switchyard/kernel/errors';
import { holdsScope, type RequestContext, requireScope } from '@switchyard/kernel/request-context';
import type { PubSub } from '@switchyard/pubsub/pubsub';
import type { Providers } from './commands/attach-payment-method.ts';
import type { QuotaLedger } from './commands/quota-ledger.ts';
import type { BillingMetrics } from './metrics.ts';
import { createLoaders, type Loaders, type Read } from './store/loaders.ts';
import type { PlanVersions } from './store/quota-limits.ts';
import type { QuotaStore } from './store/quota-store/quota-store.ts';

/** What resolvers are given to work with, the same for every request. */
export type Services = {
  readonly database: Database;
  readonly clock: Clock;
  /** 32 bytes: encrypts what is kept secret (deriveKey(…, 'stored-secrets')). */
  readonly secretsKey: Buffer;
  readonly metrics: BillingMetrics;
  /** Those that keys were given for. */
  readonly providers: Providers;
  /** Tells other processes that something new can be read. */
  readonly pubsub: PubSub;
  readonly versions: PlanVersions;
  readonly store: QuotaStore;
  readonly quotas: QuotaLedger;
};

/** What a resolver gets as its third argument. */
export type Context = Services & {
  /** Who asks. */
  readonly request: RequestContext;
  /** Sees the caller's own tenant; for the operator, every one. */
  readonly read: Read;
  readonly loaders: Loaders;
};

export function createContext(services: Services, request: RequestContext): Context {
  const { tenantId } = request;
  const read: Read = (work) =>
    tenantId === null ? services.database.crossTenant('operator', work) : services.database.tenant(tenantId, work);
  return { ...services, request, read, loaders: createLoaders(read) };
}

/**
 * For what the operator may read too: what all tenants share, and any tenant's account.
 * @throws PlatformError FORBIDDEN for anyone else without BILLING_READ.
 */
export function requireReaderOrOperator(request: RequestContext): void {
  if (!holdsScope(request, 'OPERATOR')) requireScope(request, 'BILLING_READ');
}

/** What is there by the database's own rules, so that its absence is a fault of ours. */
export function existing<T>(value: T | null, what: string): T {
  if (value === null) throw new PlatformError('INTERNAL', { publicMessage: `The ${what} is missing.` });
  return value;
}
