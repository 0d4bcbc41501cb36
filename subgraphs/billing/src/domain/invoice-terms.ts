import type { Decimal } from '@switchyard/kernel/decimal';
import type { Discount } from './pricing/adjustments.ts';

/** A discount under the name that the invoice shows. */
export type NamedDiscount = { readonly code: string; readonly discount: Discount };

/** What of a tenant's account counts for an invoice, beside plan and usage. */
export type InvoiceTerms = {
  /** On the invoice's subtotal. */
  readonly taxPercent: Decimal;
  /** Taken off one after the other, in this order. */
  readonly discounts: readonly NamedDiscount[];
  /** Prepaid, and usable for this invoice. */
  readonly creditBalance: Decimal;
};
