import type { Decimal } from '@switchyard/kernel/decimal';
import type { MeterAggregation } from './aggregation.ts';
import type { Price } from './pricing/price.ts';

export type PlanId = string;

/** One version of a plan. It never changes: a new price is a new version, and a tenant stays on its own until moved. */
export type Plan = {
  readonly id: PlanId;
  readonly code: string;
  readonly version: number;
  readonly name: string;
  /** ISO 4217. Every amount of the plan is in it. */
  readonly currency: string;
  /** In full for each period. */
  readonly baseFee: Decimal;
  readonly prices: readonly Price[];
};

/** What is counted, and in what. */
export type Meter = {
  readonly code: string;
  readonly description: string;
  readonly unit: string;
  readonly aggregation: MeterAggregation;
  /** The dimension whose values UNIQUE counts; null for the others. */
  readonly uniqueBy: string | null;
};
