import type { Database } from '@switchyard/database/database';
import type { ConsumerOptions } from '@switchyard/event-log/event-log';
import type { Clock } from '@switchyard/kernel/clock';
import { recordUsage } from './commands/record-usage.ts';
import { type SettleServices, settleQuotas } from './commands/settle-quotas.ts';
import { usageOf } from './domain/usage.ts';
import type { BillingMetrics } from './metrics.ts';
import { openAccounts } from './store/accounts.ts';

/** `handle` runs in the consumer's transaction; the rest is what the log needs to know. */
export type MeteringConsumer = ConsumerOptions;

/**
 * Consumer group `metering`: opens a billing account for each tenant, and records what the log says was used. Safe to run on
 * the same events again: usage is known by its event and meter. An event that cannot
 * be recorded goes to the dead letters rather than being skipped: what is skipped here would never be charged.
 */
export function createMeteringConsumer(
  options: SettleServices & { readonly database: Database; readonly clock: Clock; readonly metrics: BillingMetrics },
): MeteringConsumer {
  const { database, clock, metrics } = options;
  return {
    group: 'metering',
    topics: [
      'sessions.tenant.v1',
      'sessions.episode.v1',
      'sessions.tool-call.v1',
      'sessions.model-call.v1',
      'router.decision.v1',
    ],
    database,
    handle: async (events, tx) => {
      const now = clock.now();
      const newTenants = events.filter((event) => event.type === 'tenant.created').map((event) => event.tenantid);
      await openAccounts(tx, newTenants, now);
      const recorded = await recordUsage(tx, events.flatMap(usageOf), now);
      await settleQuotas(options, tx, events, recorded.records, now);
      tx.afterCommit(() => metrics.count(recorded));
    },
  };
}
