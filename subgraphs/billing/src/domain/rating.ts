import { type Decimal, ZERO } from '@switchyard/kernel/decimal';
import { billingPeriod } from './period.ts';
import { type Plan, priceOf } from './plan.ts';
import { proratedPrice, shareOf } from './pricing/proration.ts';
import { rate } from './pricing/tariff.ts';
import type { Stretch } from './stretch.ts';

/** A usage record's place in its meter's stretch: it moved the total by `quantity`, to `runningTotal`. */
export type Placed = { readonly meter: string; readonly quantity: Decimal; readonly runningTotal: Decimal };

/**
 * What one record adds to its line: rate(total with it) − rate(total before it). The totals follow each other without a
 * gap, so the costs of all records of a meter's stretch add up to the line's amount exactly, whatever the tiers, and
 * however the records were cut into batches. Under VOLUME it can be negative: a record that reaches a cheaper tier makes all
 * before it cheaper too. While a stretch is running, a plan change can still shorten it, and its included units with it.
 */
export function costOf(plan: Plan, stretch: Pick<Stretch, 'start' | 'end'>, record: Placed): Decimal {
  const listed = priceOf(plan, record.meter);
  if (listed === null) return ZERO;
  const price = proratedPrice(listed, shareOf(stretch, billingPeriod(stretch.start), plan.prorationUnit));
  return rate(price, record.runningTotal).minus(rate(price, record.runningTotal.minus(record.quantity)));
}
