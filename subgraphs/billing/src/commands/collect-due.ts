import type { Database } from '@switchyard/database/database';
import { Decimal } from '@switchyard/kernel/decimal';
import { PaymentError } from '@switchyard/payments/payment-error';
import type { Amount, Charge, PaymentProvider } from '@switchyard/payments/payments';
import { UNAVAILABLE_MS } from '../domain/collection.ts';
import { minorDigits, toMinorUnits } from '../domain/currency.ts';
import {
  amountDue,
  claimCollection,
  type DueAt,
  type DueRefund,
  delayCollection,
  dueCollections,
  dueRefunds,
  paymentMethodOf,
  settleRefund,
} from '../store/collections.ts';
import type { PaymentMethodRow } from '../store/invoice-entities.ts';
import { findInvoice, type IssuedInvoice } from '../store/invoices.ts';
import type { Providers } from './attach-payment-method.ts';
import { learnOfCharge } from './learn-of-charge.ts';

export type Collecting = {
  readonly database: Database;
  readonly providers: Providers;
  /** A fault with one invoice; the others go on. */
  readonly onFault: (error: unknown, of: DueAt) => void;
};

/** Longer than any call of a provider takes: whoever dies in between is followed by another. */
const LEASE_MS = 10 * 60_000;
const AT_ONCE = 100;

/**
 * Charges what is due, asks about what is on its way, and gives back what credit notes promise. Providers are called outside of
 * transactions, and may be called again after a crash: what they know of the invoice is asked first, and a charge's key is the
 * invoice and the attempt. That also heals what a lost webhook left.
 */
export async function collectDue(of: Collecting, now: Date): Promise<void> {
  const { database, onFault } = of;
  for (const due of await database.crossTenant('maintenance', (tx) => dueCollections(tx, now, AT_ONCE))) {
    await collect(of, due, now).catch((error: unknown) => onFault(error, due));
  }
  for (const due of await database.crossTenant('maintenance', (tx) => dueRefunds(tx, now, AT_ONCE))) {
    await refund(of, due, now).catch((error: unknown) => onFault(error, due));
  }
}

async function collect({ database, providers }: Collecting, due: DueAt, now: Date): Promise<void> {
  const { tenantId, invoiceId } = due;
  const claimed = await database.tenant(tenantId, async (tx) => {
    const row = await claimCollection(tx, { ...due, now, leaseMs: LEASE_MS });
    const invoice = row === null ? null : await findInvoice(tx, tenantId, { id: invoiceId });
    return invoice === null
      ? null
      : { attempts: row?.attempts ?? 0, invoice, owed: await amountDue(tx, due), method: await paymentMethodOf(tx, tenantId) };
  });
  if (claimed === null) return;
  const provider = claimed.method === null ? undefined : providers[claimed.method.provider];
  if (claimed.method === null || provider === undefined) {
    return await database.tenant(tenantId, (tx) => delayCollection(tx, { ...due, until: null }));
  }
  try {
    const charge = await chargeOnce({ ...claimed, method: claimed.method, provider });
    // An answer is what stands now, whenever the charge was made; when it was paid is the provider's to say.
    const fact = charge.status === 'PAID' ? charge : { ...charge, at: now };
    await database.tenant(tenantId, (tx) => learnOfCharge(tx, { tenantId, invoiceId, fact, now }));
  } catch (error) {
    if (!(error instanceof PaymentError)) throw error;
    const at = { reference: claimed.invoice.providerReference ?? '', failure: error.message, at: now };
    await database.tenant(tenantId, (tx) =>
      error.code === 'REFUSED'
        ? learnOfCharge(tx, { tenantId, invoiceId, fact: { status: 'FAILED', ...at }, now })
        : delayCollection(tx, { ...due, until: new Date(now.getTime() + UNAVAILABLE_MS) }),
    );
  }
}

type Chargeable = {
  readonly attempts: number;
  readonly invoice: IssuedInvoice;
  readonly owed: Decimal;
  readonly method: PaymentMethodRow;
  readonly provider: PaymentProvider;
};

async function chargeOnce({ attempts, invoice, owed, method, provider }: Chargeable): Promise<Charge> {
  const { customer, paymentMethod } = method;
  const known = await provider.findCharge({ customer, invoiceId: invoice.id });
  if (known !== null && known.status !== 'FAILED') return known;
  return await provider.charge({
    tenantId: invoice.tenantId,
    invoiceId: invoice.id,
    customer,
    paymentMethod,
    amount: amountOf(owed, invoice.currency),
    description: `Invoice ${invoice.number}`,
    idempotencyKey: `${invoice.id}:${attempts + 1}:${paymentMethod}`,
  });
}

async function refund({ database, providers }: Collecting, due: DueRefund, now: Date): Promise<void> {
  const { tenantId, invoiceId, creditNoteId } = due;
  const [invoice, method] = await database.tenant(tenantId, async (tx) => [
    await findInvoice(tx, tenantId, { id: invoiceId }),
    await paymentMethodOf(tx, tenantId),
  ]);
  const provider = invoice?.provider == null ? undefined : providers[invoice.provider];
  const settle = (of: Parameters<typeof settleRefund>[1]) => database.tenant(tenantId, (tx) => settleRefund(tx, of));
  if (invoice === null || method === null || provider === undefined || invoice.providerReference == null) {
    return await settle({ ...due, providerReference: null, failure: 'To be refunded by hand.', nextAttemptAt: null });
  }
  try {
    const amount = amountOf(new Decimal(due.amount), invoice.currency);
    const providerReference = await provider.refund({
      reference: invoice.providerReference,
      amount,
      idempotencyKey: creditNoteId,
    });
    await settle({ ...due, providerReference, failure: null, nextAttemptAt: null });
  } catch (error) {
    if (!(error instanceof PaymentError)) throw error;
    const nextAttemptAt = error.code === 'REFUSED' ? null : new Date(now.getTime() + UNAVAILABLE_MS);
    await settle({ ...due, providerReference: null, failure: error.message, nextAttemptAt });
  }
}

function amountOf(amount: Decimal, currency: string): Amount {
  return { minorUnits: toMinorUnits(amount, currency), text: amount.toFixed(minorDigits(currency)), currency };
}
