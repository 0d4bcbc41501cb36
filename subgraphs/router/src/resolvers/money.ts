import { Decimal, formatDecimal } from '@switchyard/kernel/decimal';
import type { MoneyText } from '@switchyard/kernel/money';

/** @param amount as the database gives it, with trailing zeros. */
export function moneyOf(amount: string, currency: string): MoneyText {
  return { amount: formatDecimal(new Decimal(amount)), currency };
}
