import { Decimal, ZERO } from '@switchyard/kernel/decimal';
import type { Price } from './price.ts';
import { AMOUNT_DIGITS } from './tariff.ts';

/** How fine time is cut where only a part of a period is paid for. */
export type ProrationUnit = 'SECOND' | 'DAY';

/** The part of a whole that counts: 0 to 1 for plans, any number in general. */
export type Share = { readonly part: Decimal; readonly whole: Decimal };

export const WHOLE: Share = { part: new Decimal(1), whole: new Decimal(1) };

const DAY_MS = 86_400_000;

/**
 * The part of a period that a stretch of it takes, by the millisecond (SECOND: times are exact to it, so that no rounding is
 * needed) or by the UTC day, where a day belongs to whoever holds its beginning. Stretches that tile a period add up to it.
 */
export function shareOf(
  stretch: { readonly start: Date; readonly end: Date },
  period: { readonly start: Date; readonly end: Date },
  unit: ProrationUnit,
): Share {
  const toUnit = (at: Date): number => (unit === 'DAY' ? Math.ceil(at.getTime() / DAY_MS) : at.getTime());
  const length = (of: { readonly start: Date; readonly end: Date }): Decimal => new Decimal(toUnit(of.end) - toUnit(of.start));
  return { part: length(stretch), whole: length(period) };
}

/** Multiplies before it divides, so that a share that divides evenly leaves no remainder. */
export function prorate(amount: Decimal, { part, whole }: Share): Decimal {
  if (part.eq(whole)) return amount;
  return whole.isZero() ? ZERO : amount.times(part).div(whole).toDecimalPlaces(AMOUNT_DIGITS);
}

/** What a price promises or asks for a full period, for a part of one; its tiers count what was used, and stay. */
export function proratedPrice(price: Price, share: Share): Price {
  const of = (amount: Decimal | null) => (amount === null ? null : prorate(amount, share));
  return {
    ...price,
    includedQuantity: prorate(price.includedQuantity, share),
    minimumAmount: of(price.minimumAmount),
    maximumAmount: of(price.maximumAmount),
  };
}
