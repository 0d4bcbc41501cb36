import { Decimal } from '@switchyard/kernel/decimal';

/** Currencies of ISO 4217 (2026) that have other than two digits after the point. */
const MINOR_DIGITS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    ['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'].map(
      (code) => [code, 0],
    ),
  ),
  ...Object.fromEntries(['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'].map((code) => [code, 3])),
};

/** Digits after the point that an amount in the currency can be paid with. */
export function minorDigits(currency: string): number {
  return MINOR_DIGITS[currency] ?? 2;
}

/** The nearest amount that can be paid in the currency; what lies halfway goes away from zero. */
export function roundToMinorUnit(amount: Decimal, currency: string): Decimal {
  return amount.toDecimalPlaces(minorDigits(currency), Decimal.ROUND_HALF_UP);
}

/** The amount in the currency's smallest unit, as payment providers count. @throws RangeError when it cannot be paid. */
export function toMinorUnits(amount: Decimal, currency: string): number {
  const units = amount.times(new Decimal(10).pow(minorDigits(currency)));
  if (!units.isInteger() || !Number.isSafeInteger(units.toNumber()))
    throw new RangeError(`${amount.toFixed()} ${currency} cannot be paid`);
  return units.toNumber();
}
