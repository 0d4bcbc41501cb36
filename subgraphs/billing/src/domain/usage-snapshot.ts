import type { TenantId } from '@switchyard/kernel/ids';
import type { InvoiceTerms } from './invoice-terms.ts';
import type { PlanId } from './plan.ts';

/**
 * Which usage records of a stretch are counted: of each meter those numbered beyond `after`, up to `upTo`, that occurred
 * before `until`. Records are numbered without gaps in the order of recording, and never change: the same snapshot gives the
 * same lines, with the same records behind them, however much has been recorded since.
 */
export type UsageSnapshot = {
  readonly tenantId: TenantId;
  readonly planId: PlanId;
  /** The stretch's start: that of the billing period, or of the plan within it. */
  readonly periodStart: Date;
  /** Null: all of the stretch. */
  readonly until: Date | null;
  /** By meter, the number of its last record. Meters that were not used are absent. */
  readonly upTo: ReadonlyMap<string, number>;
  /** By meter, the number of the last record that an invoice had before. Absent: none had any. */
  readonly after: ReadonlyMap<string, number>;
};

/** A stretch as an invoice counts it. */
export type CountedStretch = UsageSnapshot & {
  readonly end: Date;
  /** When the base fee begins to be due: the start, or the end of a trial. */
  readonly feeFrom: Date;
  /** Its period was closed before: only what came later is charged. */
  readonly isLate: boolean;
};

/** Everything that an invoice follows from. */
export type InvoiceSnapshot = {
  readonly tenantId: TenantId;
  readonly periodStart: Date;
  readonly stretches: readonly CountedStretch[];
  readonly terms: InvoiceTerms;
};

/** The records of one meter behind one line. */
export type RecordRange = {
  readonly meter: string;
  readonly stretchStart: Date;
  /** Their numbers: (after, upTo]. */
  readonly after: number;
  readonly upTo: number;
  readonly until: Date | null;
};
