import { Decimal as DecimalJs } from 'decimal.js';

/**
 * An exact decimal. Seventy significant digits hold any sum of amounts and quantities that PostgreSQL's
 * numeric(38, 18) columns can carry; nothing here is ever a binary float.
 */
export const Decimal = DecimalJs.clone({ precision: 70, toExpNeg: -40, toExpPos: 60, rounding: DecimalJs.ROUND_HALF_UP });
export type Decimal = DecimalJs;

export const ZERO: Decimal = new Decimal(0);

const DECIMAL_TEXT = /^-?(?:0|[1-9]\d{0,27})(?:\.\d{1,18})?$/;

/** Reads a decimal from the wire: plain notation, at most 28 digits before and 18 after the point; null when it is not one. */
export function parseDecimal(text: string): Decimal | null {
  return DECIMAL_TEXT.test(text) ? new Decimal(text) : null;
}

/** Plain notation without trailing zeros: "0.003", never "3e-3". */
export function formatDecimal(value: Decimal): string {
  return value.toFixed();
}

export function sum(values: Iterable<Decimal>): Decimal {
  let total = ZERO;
  for (const value of values) total = total.plus(value);
  return total;
}
