/** What one invoice covers: [start, end). */
export type BillingPeriod = { readonly start: Date; readonly end: Date };

/** The calendar month (UTC) that `at` lies in. */
export function billingPeriod(at: Date): BillingPeriod {
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
  return { start: new Date(Date.UTC(year, month, 1)), end: new Date(Date.UTC(year, month + 1, 1)) };
}

/** The period that would end at `at`: at the very end of a month, that month. Times have milliseconds. */
export function periodEndingAt(at: Date): BillingPeriod {
  return billingPeriod(new Date(at.getTime() - 1));
}
