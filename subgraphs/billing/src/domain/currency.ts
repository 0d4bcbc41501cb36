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

/** The nearest amount that can be paid in the currency; what lies halfway goes away from zero. */
export function roundToMinorUnit(amount: Decimal, currency: string): Decimal {
  return amount.toDecimalPlaces(MINOR_DIGITS[currency] ?? 2, Decimal.ROUND_HALF_UP);
}
