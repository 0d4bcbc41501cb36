import type { Database } from '@switchyard/database/database';
import type { Clock } from '@switchyard/kernel/clock';
import type { Logger } from 'pino';
import type { BillingMetrics } from '../metrics.ts';
import type { Providers } from './attach-payment-method.ts';
import { closeDuePeriods } from './close-due-periods.ts';
import { collectDue } from './collect-due.ts';

export type Invoicing = {
  readonly database: Database;
  readonly clock: Clock;
  readonly providers: Providers;
  readonly metrics: BillingMetrics;
};

/** One run of the schedule: closes what is over, then collects what is due. One tenant's fault is told of, and stops nobody else. */
export async function runInvoicing(
  { database, clock, providers, metrics }: Invoicing,
  logger: Logger | undefined,
): Promise<void> {
  const now = clock.now();
  const { invoices } = await closeDuePeriods(
    {
      database,
      onFault: (error, tenantId) => {
        metrics.invoicingFault('CLOSE');
        logger?.error({ err: error, tenantId }, 'a billing period could not be closed');
      },
    },
    now,
  );
  metrics.invoicesIssued(invoices);
  await collectDue(
    {
      database,
      providers,
      onFault: (error, { tenantId, invoiceId }) => {
        metrics.invoicingFault('COLLECT');
        logger?.error({ err: error, tenantId, invoiceId }, 'an invoice could not be collected');
      },
    },
    now,
  );
}
