import { Decimal, sum, ZERO } from '@switchyard/kernel/decimal';
import { minorDigits, roundToMinorUnit } from './currency.ts';
import { fixed, type InvoiceLine, type StretchUsage, stretchLines } from './invoice-lines.ts';
import type { InvoiceTerms } from './invoice-terms.ts';
import type { BillingPeriod } from './period.ts';
import type { Meter } from './plan.ts';
import { discountOn, percentOf } from './pricing/adjustments.ts';

export type InvoiceInput = {
  readonly period: BillingPeriod;
  readonly currency: string;
  /** Those of the period, and earlier ones that late usage belongs to. */
  readonly stretches: readonly StretchUsage[];
  /** All meters there are, for the lines' descriptions. */
  readonly meters: readonly Meter[];
  readonly terms: InvoiceTerms;
};

/** total = subtotal − credits + tax. All four can be paid; the lines are exact, and add up to the subtotal. */
export type InvoiceAmounts = {
  readonly lines: readonly InvoiceLine[];
  readonly subtotal: Decimal;
  /** Paid out of prepaid credits; not negative. */
  readonly credits: Decimal;
  readonly tax: Decimal;
  readonly total: Decimal;
  /** What is owed to the tenant rather than by it, and becomes credit; a line of the same amount brings the subtotal to zero. */
  readonly carried: Decimal;
};

/** Keys of what belongs to the invoice as a whole; no meter can have them, whose code is lower case. */
export const ROUNDING = 'ROUNDING';
export const CARRIED = 'CARRIED';

/**
 * What an invoice says, from usage, plans and terms alone: `invoicePreview` and the closing of a period both ask here.
 *
 * - The lines of its stretches, earliest first (invoice-lines.ts), exact.
 * - Discounts, each on what is left.
 * - What is missing to (or beyond) the nearest amount that can be paid, half-up: one line for the whole invoice, because
 *   rounding each line would charge up to half a cent per meter that nobody used. A price can ask for it by line.
 * - A subtotal below zero is carried over as credit.
 * - Tax on the subtotal, half-up. Prepaid credits are a means of payment: they come after the tax.
 */
export function invoiceOf({ period, currency, stretches, meters, terms }: InvoiceInput): InvoiceAmounts {
  const charged = stretches.flatMap((stretch) => stretchLines(stretch, meters, suffixOf(stretch, period)));
  const discounted = [...charged, ...discountLines(charged, terms)];
  const exact = totalOf(discounted);
  const rounded = roundToMinorUnit(exact, currency);
  const carried = Decimal.max(rounded.negated(), ZERO);
  const lines = [
    ...discounted,
    ...some(ROUNDING, `Rounding to the smallest unit of ${currency}`, rounded.minus(exact)),
    ...some(CARRIED, 'Carried over as credit', carried),
  ];
  const subtotal = rounded.plus(carried);
  const tax = roundToMinorUnit(percentOf(subtotal, terms.taxPercent), currency);
  const credits = Decimal.min(subtotal.plus(tax), roundedDown(terms.creditBalance, currency));
  return { lines, subtotal, credits, tax, total: subtotal.plus(tax).minus(credits), carried };
}

export function totalOf(lines: readonly InvoiceLine[]): Decimal {
  return sum(lines.map((line) => line.amount));
}

/** Only stretches that do not begin with the period have to say which they are. */
function suffixOf({ start }: StretchUsage, period: BillingPeriod): string {
  return start.getTime() === period.start.getTime() ? '' : `@${start.toISOString()}`;
}

function discountLines(charged: readonly InvoiceLine[], { discounts }: InvoiceTerms): InvoiceLine[] {
  let left = totalOf(charged);
  return discounts.flatMap(({ code, discount }, index) => {
    const off = discountOn(left, discount).toDecimalPlaces(18);
    left = left.minus(off);
    return some(`DISCOUNT:${index + 1}`, `Discount ${code}`, off.negated());
  });
}

function some(key: string, description: string, amount: Decimal): InvoiceLine[] {
  return amount.isZero() ? [] : [fixed(key, description, amount)];
}

/** A part of a cent cannot pay for anything. */
function roundedDown(amount: Decimal, currency: string): Decimal {
  return Decimal.max(amount, ZERO).toDecimalPlaces(minorDigits(currency), Decimal.ROUND_DOWN);
}
