import type { Decimal } from '@switchyard/kernel/decimal';
import type { MeterAggregation } from './aggregation.ts';
import type { Price } from './pricing/price.ts';
import type { ProrationUnit } from './pricing/proration.ts';

export type PlanId = string;

/** One version of a plan. It never changes: a new price is a new version, and a tenant stays on its own until moved. */
export type Plan = {
  readonly id: PlanId;
  readonly code: string;
  readonly version: number;
  readonly name: string;
  /** ISO 4217. Every amount of the plan is in it. */
  readonly currency: string;
  /** For each full period; in proportion for a part of one. */
  readonly baseFee: Decimal;
  /** Days for which a tenant that comes to the plan for the first time pays no base fee. */
  readonly trialDays: number;
  /** How time is cut where a plan holds for a part of a period. */
  readonly prorationUnit: ProrationUnit;
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

/** Null: the plan asks nothing for this meter. */
export function priceOf(plan: Plan, meter: string): Price | null {
  return plan.prices.find((price) => price.meter === meter) ?? null;
}
