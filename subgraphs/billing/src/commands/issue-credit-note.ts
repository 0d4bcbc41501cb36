import type { Tx } from '@switchyard/database/database';
import { appendEvents } from '@switchyard/event-log/outbox';
import { Decimal, formatDecimal, sum } from '@switchyard/kernel/decimal';
import { badInput, notFound } from '@switchyard/kernel/errors';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { minorDigits, roundToMinorUnit } from '../domain/currency.ts';
import { percentOf } from '../domain/pricing/adjustments.ts';
import { addRefund } from '../store/collections.ts';
import { creditNotesOf, insertCreditNote, settleCollection } from '../store/credit-notes.ts';
import { addGrant } from '../store/credits.ts';
import { findInvoice, type IssuedInvoice } from '../store/invoices.ts';
import { invoicingOf, saveInvoicing } from '../store/invoicing.ts';
import { lockAccounts } from '../store/usage-ledger.ts';

export type CreditNoteAsked = {
  readonly tenantId: TenantId;
  readonly invoiceId: string;
  /** Without tax. */
  readonly amount: Decimal;
  readonly reason: string;
  /** Of what has been paid through a provider: given back there, instead of becoming credit. */
  readonly refund: boolean;
  readonly now: Date;
};

/**
 * Corrects an invoice by taking back a part of it, with its tax. What is still owed of the invoice becomes less; what has been
 * paid of it already becomes credit, or is refunded. An invoice of which nothing is owed any more, unpaid, is VOID.
 * @throws PlatformError NOT_FOUND; BAD_USER_INPUT for more than there is.
 */
export async function issueCreditNote(tx: Tx, asked: CreditNoteAsked): Promise<IssuedInvoice> {
  const { tenantId, invoiceId, amount, reason, now } = asked;
  await lockAccounts(tx, [tenantId]);
  const invoice = await findInvoice(tx, tenantId, { id: invoiceId });
  if (invoice === null) throw notFound('invoice', invoiceId);
  const notes = await creditNotesOf(tx, [invoiceId]);
  const left = new Decimal(invoice.subtotal).minus(sum(notes.map((note) => new Decimal(note.amount))));
  if (amount.lte(0) || amount.decimalPlaces() > minorDigits(invoice.currency)) {
    throw badInput(`\`amount\` must be above 0, in the smallest unit of ${invoice.currency}.`, 'amount');
  }
  if (amount.gt(left))
    throw badInput(`Only ${formatDecimal(left)} ${invoice.currency} of the invoice can be taken back.`, 'amount');
  const tax = taxOf(amount, invoice, { isRest: amount.eq(left), noted: sum(notes.map((note) => new Decimal(note.tax))) });
  const total = amount.plus(tax);
  const owed =
    invoice.state === 'PAID'
      ? new Decimal(0)
      : new Decimal(invoice.total).minus(sum(notes.map((note) => new Decimal(note.total))));
  const off = Decimal.min(Decimal.max(owed, 0), total);
  const invoicing = await invoicingOf(tx, tenantId);
  const number = invoicing.creditNotes + 1;
  const note = {
    id: newId(),
    tenantId,
    number,
    invoiceId,
    amount: formatDecimal(amount),
    tax: formatDecimal(tax),
    total: formatDecimal(total),
    reason,
    issuedAt: now,
  };
  await insertCreditNote(tx, note);
  if (total.gt(off)) await giveBack(tx, { ...asked, invoice, amount: total.minus(off), number, creditNoteId: note.id });
  if (invoice.state !== 'PAID' && owed.eq(off)) await settleCollection(tx, { tenantId, invoiceId, state: 'VOID', at: now });
  await saveInvoicing(tx, tenantId, { ...invoicing, creditNotes: number });
  await appendEvents(tx, 'switchyard/billing', [
    {
      type: 'credit_note.issued',
      tenantId,
      subject: tenantId,
      time: now,
      data: {
        creditNoteId: note.id,
        invoiceId,
        number,
        currency: invoice.currency,
        amount: note.amount,
        tax: note.tax,
        total: note.total,
        reason,
      },
    },
  ]);
  return (await findInvoice(tx, tenantId, { id: invoiceId })) ?? invoice;
}

type Back = CreditNoteAsked & { readonly invoice: IssuedInvoice; readonly number: number; readonly creditNoteId: string };

async function giveBack(
  tx: Tx,
  { tenantId, invoiceId, invoice, amount, refund, number, creditNoteId, now }: Back,
): Promise<void> {
  if (refund && invoice.state === 'PAID' && invoice.providerReference != null) {
    return await addRefund(tx, { tenantId, creditNoteId, invoiceId, amount: formatDecimal(amount), at: now });
  }
  const grant = { id: newId(), tenantId, amount, currency: invoice.currency, grantedAt: now, expiresAt: null };
  await addGrant(tx, { ...grant, reason: `Credit note ${number}` });
}

/** The last note takes the tax that is left, so that all of them together take back exactly what was charged. */
function taxOf(amount: Decimal, invoice: IssuedInvoice, of: { readonly isRest: boolean; readonly noted: Decimal }): Decimal {
  if (of.isRest) return new Decimal(invoice.tax).minus(of.noted);
  return roundToMinorUnit(percentOf(amount, new Decimal(invoice.taxPercent)), invoice.currency);
}
