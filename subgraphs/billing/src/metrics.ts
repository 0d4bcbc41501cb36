import { Counter, type Registry } from 'prom-client';
import type { Recorded } from './commands/record-usage.ts';

export type BillingMetrics = {
  /** Call it once the records are committed. */
  count(recorded: Recorded): void;
  /** Invoices that the schedule issued. */
  invoicesIssued(count: number): void;
  /** A period that could not be closed (CLOSE), or an invoice that could not be collected for a reason of our own (COLLECT). */
  invoicingFault(step: 'CLOSE' | 'COLLECT'): void;
};

export function createBillingMetrics(registry: Registry): BillingMetrics {
  const records = new Counter({
    name: 'usage_records_total',
    help: 'Usage records written to the ledger.',
    labelNames: ['meter'],
    registers: [registry],
  });
  const duplicates = new Counter({
    name: 'usage_duplicates_total',
    help: 'Usage that came again and had a record already.',
    registers: [registry],
  });
  const invoices = new Counter({
    name: 'invoices_issued_total',
    help: 'Invoices that the schedule issued.',
    registers: [registry],
  });
  const faults = new Counter({
    name: 'invoicing_faults_total',
    help: 'Tenants whose period could not be closed, or invoices that could not be collected, in a run of the schedule.',
    labelNames: ['step'],
    registers: [registry],
  });
  return {
    invoicesIssued: (count) => invoices.inc(count),
    invoicingFault: (step) => faults.inc({ step }),
    count: (recorded) => {
      for (const { meter } of recorded.records) records.inc({ meter });
      duplicates.inc(recorded.duplicates);
    },
  };
}
