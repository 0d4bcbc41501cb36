import { Decimal, formatDecimal, ZERO } from './decimal.ts';

/** An exact amount in one currency (ISO 4217, upper case). */
export type Money = { readonly amount: Decimal; readonly currency: string };

/** Money as it stands on the wire and in events. */
export type MoneyText = { readonly amount: string; readonly currency: string };

export function money(amount: Decimal | string, currency: string): Money {
  return { amount: new Decimal(amount), currency };
}

export function noMoney(currency: string): Money {
  return { amount: ZERO, currency };
}

/** @throws RangeError when the currencies differ: amounts are never added across currencies. */
export function addMoney(a: Money, b: Money): Money {
  if (a.currency !== b.currency) throw new RangeError(`cannot add ${b.currency} to ${a.currency}`);
  return { amount: a.amount.plus(b.amount), currency: a.currency };
}

export function moneyText(value: Money): MoneyText {
  return { amount: formatDecimal(value.amount), currency: value.currency };
}
