import type { TenantId } from '@switchyard/kernel/ids';
import type { PlanId } from './plan.ts';

/**
 * Which usage records a preview counts: of each meter those numbered up to `upTo`, that occurred before `until`. Records are
 * numbered without gaps in the order of recording, and never change: the same snapshot gives the same lines, with the same
 * records behind them, however much has been recorded since.
 */
export type UsageSnapshot = {
  readonly tenantId: TenantId;
  readonly planId: PlanId;
  readonly periodStart: Date;
  /** Null: all of the period. */
  readonly until: Date | null;
  /** By meter, the number of its last record. Meters that were not used in the period are absent. */
  readonly upTo: ReadonlyMap<string, number>;
};
