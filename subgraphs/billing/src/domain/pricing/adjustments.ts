import { Decimal, ZERO } from '@switchyard/kernel/decimal';

/** Least and most that is to be paid; null: no such bound. */
export type SpendBounds = { readonly minimumAmount: Decimal | null; readonly maximumAmount: Decimal | null };

/** What brings an amount within its bounds: above zero a true-up to the minimum, below zero what the maximum takes off. */
export function boundsAdjustment(amount: Decimal, { minimumAmount, maximumAmount }: SpendBounds): Decimal {
  if (minimumAmount !== null && amount.lt(minimumAmount)) return minimumAmount.minus(amount);
  if (maximumAmount !== null && amount.gt(maximumAmount)) return maximumAmount.minus(amount);
  return ZERO;
}

/** A percentage of what is to be paid, or an amount off it; never more than there is. */
export type Discount = { readonly percentOff: Decimal } | { readonly amountOff: Decimal };

/** What a discount takes off an amount, not negative. */
export function discountOn(amount: Decimal, discount: Discount): Decimal {
  if (amount.lte(0)) return ZERO;
  const off = 'percentOff' in discount ? percentOf(amount, discount.percentOff) : discount.amountOff;
  return Decimal.min(off, amount);
}

export function percentOf(amount: Decimal, percent: Decimal): Decimal {
  return amount.times(percent).div(100);
}

/** A prepaid amount, and what is left of it. */
export type CreditGrant = {
  readonly id: string;
  readonly remaining: Decimal;
  /** From then on it can no longer be used; null: never. */
  readonly expiresAt: Date | null;
  readonly grantedAt: Date;
};

export type CreditUse = { readonly grantId: string; readonly amount: Decimal };

/**
 * Pays `amount` out of grants that are valid at `at`: those that expire soonest first, then the oldest, so that as little as
 * possible is lost to expiry.
 */
export function useCredits(grants: readonly CreditGrant[], amount: Decimal, at: Date): readonly CreditUse[] {
  let left = Decimal.max(amount, ZERO);
  return usable(grants, at)
    .map((grant): CreditUse => {
      const used = Decimal.min(grant.remaining, left);
      left = left.minus(used);
      return { grantId: grant.id, amount: used };
    })
    .filter((use) => use.amount.gt(0));
}

/** Those that can be used at `at`, in the order in which they are. */
export function usable(grants: readonly CreditGrant[], at: Date): readonly CreditGrant[] {
  const expiry = ({ expiresAt }: CreditGrant): number => expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
  return grants
    .filter((grant) => grant.remaining.gt(0) && at < (grant.expiresAt ?? new Date(8.64e15)))
    .toSorted((a, b) => (expiry(a) === expiry(b) ? orderOfGrant(a, b) : expiry(a) - expiry(b)));
}

function orderOfGrant(a: CreditGrant, b: CreditGrant): number {
  return a.grantedAt.getTime() - b.grantedAt.getTime() || (a.id < b.id ? -1 : 1);
}
