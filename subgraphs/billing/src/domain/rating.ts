import { Decimal, ZERO } from '@switchyard/kernel/decimal';
import type { Plan, Price } from './plan.ts';

/** Digits after the point that an amount carries on the wire and in PostgreSQL. */
const AMOUNT_DIGITS = 18;

/**
 * What the first `quantity` units of a period cost, unrounded up to the 18th digit. It never falls as the quantity grows
 * (amounts of a price are not negative), and is continuous where no tier has a flat amount. A quantity of zero or less,
 * which reversals can lead to, costs nothing: a flat amount is due when its tier is entered.
 */
export function rate(price: Price, quantity: Decimal): Decimal {
  const billable = quantity.minus(price.includedQuantity);
  let amount = ZERO;
  let floor = ZERO;
  for (const { upTo, unitAmount, flatAmount } of price.tiers) {
    if (billable.lte(floor)) break;
    const ceiling = upTo === null ? billable : Decimal.min(upTo, billable);
    amount = amount.plus(flatAmount).plus(unitAmount.times(ceiling.minus(floor)));
    floor = ceiling;
  }
  return amount.toDecimalPlaces(AMOUNT_DIGITS);
}

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
