import type { Tx } from '@switchyard/database/database';
import { appendEvents, type NewEvent } from '@switchyard/event-log/outbox';
import { formatDecimal } from '@switchyard/kernel/decimal';
import { badInput, PlatformError } from '@switchyard/kernel/errors';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { type BillingPeriod, billingPeriod, periodEndingAt } from '../domain/period.ts';
import { useCredits } from '../domain/pricing/adjustments.ts';
import { accountsOf, openAccounts } from '../store/accounts.ts';
import { paymentMethodOf } from '../store/collections.ts';
import { firstStretch, markInvoiced } from '../store/counted-usage.ts';
import { addGrant, addUses, grantsOf } from '../store/credits.ts';
import { findInvoice, type IssuedInvoice, insertCollection, insertInvoice } from '../store/invoices.ts';
import { type Invoicing, invoicingOf, saveInvoicing } from '../store/invoicing.ts';
import { lockAccounts } from '../store/usage-ledger.ts';
import { computeInvoice, type InvoicePreview, takeSnapshot } from './preview-invoice.ts';

/**
 * Issues the invoice of the period that ends at `periodEnd`, or returns it when that was done before. Everything of it happens
 * in one transaction under the account's lock, so that usage waits, numbers have no gaps, and a crash leaves nothing behind.
 * It counts all that was not invoiced before, of the period and of earlier ones; what comes later is on the next invoice.
 * @throws PlatformError BAD_USER_INPUT for a time that is no period's end; CONFLICT for a period that is not over, or while
 * an earlier one is open.
 */
export async function closePeriod(
  tx: Tx,
  { tenantId, periodEnd, now }: { readonly tenantId: TenantId; readonly periodEnd: Date; readonly now: Date },
): Promise<IssuedInvoice> {
  const period = periodEndingAt(periodEnd);
  if (period.end.getTime() !== periodEnd.getTime()) {
    throw badInput(
      `No period ends at ${periodEnd.toISOString()}. The one around it ends at ${period.end.toISOString()}.`,
      'periodEnd',
    );
  }
  await openAccounts(tx, [tenantId], now);
  await lockAccounts(tx, [tenantId]);
  const issued = await findInvoice(tx, tenantId, { periodEnd });
  if (issued !== null) return issued;
  const invoicing = await invoicingOf(tx, tenantId);
  await refuseOutOfTurn(tx, { tenantId, period, invoicing, now });
  const invoice = await computeInvoice(tx, await takeSnapshot(tx, { tenantId, period, until: null, creditsAt: now }));
  return await issue(tx, { invoice, invoicing, now });
}

/** The start of the first period that has not been closed: that in which the account was opened, or its first usage lies. */
export async function openSince(tx: Tx, tenantId: TenantId, { closedUntil }: Invoicing): Promise<Date> {
  if (closedUntil !== null) return closedUntil;
  const [account] = await accountsOf(tx, [tenantId]);
  const begins = [account?.createdAt ?? null, await firstStretch(tx, tenantId)].filter((at) => at !== null);
  return billingPeriod(new Date(Math.min(...begins.map((at) => at.getTime())))).start;
}

/** Periods are closed one after the other. */
async function refuseOutOfTurn(
  tx: Tx,
  of: { readonly tenantId: TenantId; readonly period: BillingPeriod; readonly invoicing: Invoicing; readonly now: Date },
): Promise<void> {
  const { tenantId, period, invoicing, now } = of;
  const conflict = (publicMessage: string) => new PlatformError('CONFLICT', { publicMessage });
  if (period.end > now) throw conflict(`The period is not over before ${period.end.toISOString()}.`);
  const open = await openSince(tx, tenantId, invoicing);
  if (period.start > open) throw conflict(`Close the period that ends at ${billingPeriod(open).end.toISOString()} first.`);
  if (invoicing.closedUntil !== null && period.end <= invoicing.closedUntil) {
    throw conflict(
      `Periods until ${invoicing.closedUntil.toISOString()} have been closed; what came late is on a later invoice.`,
    );
  }
}

type Issue = { readonly invoice: InvoicePreview; readonly invoicing: Invoicing; readonly now: Date };

async function issue(tx: Tx, { invoice, invoicing, now }: Issue): Promise<IssuedInvoice> {
  const { period, currency, amounts, snapshot } = invoice;
  const { tenantId, terms } = snapshot;
  const id = newId();
  const number = invoicing.invoices + 1;
  const lineIds = new Map(amounts.lines.map((line) => [line.key, newId()]));
  const taxPercent = formatDecimal(terms.taxPercent);
  await insertInvoice(tx, { id, tenantId, number, period, currency, amounts, taxPercent, issuedAt: now, lineIds });
  await addUses(tx, { tenantId, invoiceId: id, uses: useCredits(await grantsOf(tx, tenantId, currency), amounts.credits, now) });
  if (amounts.carried.gt(0)) {
    const reason = `Carried over from invoice ${number}`;
    await addGrant(tx, { id: newId(), tenantId, amount: amounts.carried, currency, reason, expiresAt: null, grantedAt: now });
  }
  const isPaid = amounts.total.isZero();
  const method = await paymentMethodOf(tx, tenantId);
  await insertCollection(tx, {
    tenantId,
    invoiceId: id,
    state: isPaid ? 'PAID' : 'OPEN',
    provider: method?.provider ?? null,
    providerReference: null,
    attempts: 0,
    nextAttemptAt: isPaid || method === null ? null : now,
    failure: null,
    paidAt: isPaid ? now : null,
    asOf: now,
  });
  await markInvoiced(tx, { tenantId, end: period.end });
  await saveInvoicing(tx, tenantId, { ...invoicing, closedUntil: period.end, invoices: number });
  await appendEvents(tx, 'switchyard/billing', [invoiceIssued(id, number, invoice, now)]);
  const issued = await findInvoice(tx, tenantId, { id });
  if (issued === null) throw new Error(`invoice ${id} was not kept`);
  return issued;
}

function invoiceIssued(
  invoiceId: string,
  number: number,
  { snapshot, period, currency, amounts }: InvoicePreview,
  at: Date,
): NewEvent<'invoice.issued'> {
  return {
    type: 'invoice.issued',
    tenantId: snapshot.tenantId,
    subject: snapshot.tenantId,
    time: at,
    data: {
      invoiceId,
      number,
      periodStart: period.start.toISOString(),
      periodEnd: period.end.toISOString(),
      currency,
      subtotal: formatDecimal(amounts.subtotal),
      credits: formatDecimal(amounts.credits),
      tax: formatDecimal(amounts.tax),
      total: formatDecimal(amounts.total),
      issuedAt: at.toISOString(),
    },
  };
}
