import { type Decimal, ZERO } from '@switchyard/kernel/decimal';
import type { Plan } from './plan.ts';
import type { Price } from './pricing/price.ts';
import { rate } from './pricing/tariff.ts';

/** A usage record's place in its meter's period: it brought the total to `runningTotal`. */
export type Placed = { readonly meter: string; readonly quantity: Decimal; readonly runningTotal: Decimal };

/**
 * What one record adds to its line: rate(total with it) − rate(total before it). The totals follow each other without a
 * gap, so the costs of all records of a meter's period add up to the line's amount exactly, whatever the tiers, and
 * however the records were cut into batches.
 */
export function costOf(plan: Plan, record: Placed): Decimal {
  const price = priceOf(plan, record.meter);
  if (price === null) return ZERO;
  return rate(price, record.runningTotal).minus(rate(price, record.runningTotal.minus(record.quantity)));
}

/** Null: the plan asks nothing for this meter. */
export function priceOf(plan: Plan, meter: string): Price | null {
  return plan.prices.find((price) => price.meter === meter) ?? null;
}
