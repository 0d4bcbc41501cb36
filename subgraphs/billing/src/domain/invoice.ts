import { Decimal, formatDecimal, sum, ZERO } from '@switchyard/kernel/decimal';
import { roundToMinorUnit } from './currency.ts';
import type { Meter, Plan } from './plan.ts';
import type { Price } from './pricing/price.ts';
import { rate } from './pricing/tariff.ts';
import { priceOf } from './rating.ts';

export type InvoiceLine = {
  /** Its place in the invoice: a meter's code, BASE_FEE or ROUNDING. */
  readonly key: string;
  readonly description: string;
  /** Null for what no usage record is behind. */
  readonly meter: string | null;
  readonly quantity: Decimal;
  /** Set where amount = quantity · unitAmount; null where tiers or included units make it several. */
  readonly unitAmount: Decimal | null;
  readonly amount: Decimal;
};

/** Keys that no meter can have: a meter's code is lower case. */
export const BASE_FEE = 'BASE_FEE';
export const ROUNDING = 'ROUNDING';

export type InvoiceInput = {
  readonly plan: Plan;
  /** All meters there are, for the lines' descriptions. */
  readonly meters: readonly Meter[];
  /** The period's total of each meter that was used at all. */
  readonly usage: ReadonlyMap<string, Decimal>;
};

/**
 * The lines of a period's invoice, their amounts adding up to its total.
 *
 * - The base fee, when there is one.
 * - One line per meter that was used, with or without a price, so that every record is in exactly one line. Its amount is
 *   exact: it is the sum of what its records cost.
 * - What is missing to (or beyond) the nearest amount that can be paid, half-up: one line for the whole invoice, because
 *   rounding each line would charge up to half a cent per meter that nobody used.
 */
export function invoiceLines({ plan, meters, usage }: InvoiceInput): readonly InvoiceLine[] {
  const lines = [...baseFee(plan), ...meterCodes(plan, usage).map((code) => meterLine(code, { plan, meters, usage }))];
  const exact = sum(lines.map((line) => line.amount));
  return [...lines, ...rounding(roundToMinorUnit(exact, plan.currency).minus(exact), plan.currency)];
}

export function totalOf(lines: readonly InvoiceLine[]): Decimal {
  return sum(lines.map((line) => line.amount));
}

function baseFee(plan: Plan): InvoiceLine[] {
  if (plan.baseFee.isZero()) return [];
  const one = new Decimal(1);
  const description = `${plan.name}: base fee`;
  return [{ key: BASE_FEE, description, meter: null, quantity: one, unitAmount: plan.baseFee, amount: plan.baseFee }];
}

function rounding(difference: Decimal, currency: string): InvoiceLine[] {
  if (difference.isZero()) return [];
  const description = `Rounding to the smallest unit of ${currency}`;
  return [{ key: ROUNDING, description, meter: null, quantity: ZERO, unitAmount: null, amount: difference }];
}

/** In the plan's order; meters that the plan does not price come last. */
function meterCodes(plan: Plan, usage: ReadonlyMap<string, Decimal>): string[] {
  const priced = plan.prices.map((price) => price.meter).filter((code) => usage.has(code));
  return [...priced, ...[...usage.keys()].filter((code) => priceOf(plan, code) === null).sort((a, b) => (a < b ? -1 : 1))];
}

function meterLine(code: string, { plan, meters, usage }: InvoiceInput): InvoiceLine {
  const quantity = usage.get(code) ?? ZERO;
  const price = priceOf(plan, code);
  const name = meters.find((meter) => meter.code === code)?.description ?? code;
  if (price === null) {
    return { key: code, description: `${name}: not charged for`, meter: code, quantity, unitAmount: ZERO, amount: ZERO };
  }
  const description = price.includedQuantity.isZero()
    ? name
    : `${name}: the first ${formatDecimal(price.includedQuantity)} included`;
  return { key: code, description, meter: code, quantity, unitAmount: singleUnitAmount(price), amount: rate(price, quantity) };
}

function singleUnitAmount(price: Price): Decimal | null {
  const [tier, ...more] = price.tiers;
  if (tier === undefined || more.length > 0 || !tier.flatAmount.isZero() || !price.includedQuantity.isZero()) return null;
  return tier.unitAmount;
}
