import { Counter, type Registry } from 'prom-client';
import type { Recorded } from './commands/record-usage.ts';

export type BillingMetrics = {
  /** Call it once the records are committed. */
  count(recorded: Recorded): void;
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
  return {
    count: (recorded) => {
      for (const { meter } of recorded.records) records.inc({ meter });
      duplicates.inc(recorded.duplicates);
    },
  };
}
