import type { Tx } from '@switchyard/database/database';
import { Decimal, formatDecimal } from '@switchyard/kernel/decimal';
import type { TenantId } from '@switchyard/kernel/ids';
import type { ProviderName } from '@switchyard/payments/payments';
import type { Collection } from '../domain/collection.ts';
import {
  InvoiceCollectionEntity,
  type InvoiceCollectionRow,
  PaymentMethodEntity,
  type PaymentMethodRow,
  RefundEntity,
} from './invoice-entities.ts';

export async function paymentMethodOf(tx: Tx, tenantId: TenantId): Promise<PaymentMethodRow | null> {
  return await tx.em.findOne(PaymentMethodEntity, { tenantId });
}

/** In the place of the one before. What is owed is tried with it at once. */
export async function savePaymentMethod(tx: Tx, method: PaymentMethodRow): Promise<void> {
  const { tenantId, provider, customer, paymentMethod, attachedAt } = method;
  await tx.query(
    `insert into billing.payment_method (tenant_id, provider, customer, payment_method, attached_at) values ($1, $2, $3, $4, $5)
         on conflict (tenant_id) do update set provider = excluded.provider, customer = excluded.customer,
            payment_method = excluded.payment_method, attached_at = excluded.attached_at`,
    [tenantId, provider, customer, paymentMethod, attachedAt],
  );
  await tx.query(
    `update billing.invoice_collection set provider = $2, next_attempt_at = $3
      where tenant_id = $1 and (state = 'PAYMENT_FAILED' or state = 'OPEN' and provider_reference is null)`,
    [tenantId, provider, attachedAt],
  );
}

/** Waits for, and keeps, the right to change the row. */
export async function lockedCollection(tx: Tx, tenantId: TenantId, invoiceId: string): Promise<InvoiceCollectionRow | null> {
  await tx.query('select from billing.invoice_collection where tenant_id = $1 and invoice_id = $2 for update', [
    tenantId,
    invoiceId,
  ]);
  return await tx.em.findOne(InvoiceCollectionEntity, { tenantId, invoiceId });
}

export async function saveCollection(
  tx: Tx,
  of: { tenantId: TenantId; invoiceId: string; collection: Collection },
): Promise<void> {
  const { state, providerReference, attempts, nextAttemptAt, failure, paidAt, asOf } = of.collection;
  await tx.query(
    `update billing.invoice_collection
        set state = $3, provider_reference = $4, attempts = $5, next_attempt_at = $6, failure = $7, paid_at = $8, as_of = $9
      where tenant_id = $1 and invoice_id = $2`,
    [of.tenantId, of.invoiceId, state, providerReference, attempts, nextAttemptAt, failure, paidAt, asOf],
  );
}

export type DueAt = { readonly tenantId: TenantId; readonly invoiceId: string };

/** Invoices of any tenant that something is to be done about; across tenants. */
export async function dueCollections(tx: Tx, now: Date, limit: number): Promise<readonly DueAt[]> {
  return await tx.query<{ tenantId: TenantId; invoiceId: string }>(
    `select tenant_id as "tenantId", invoice_id as "invoiceId" from billing.invoice_collection
      where next_attempt_at <= $1 order by next_attempt_at limit $2`,
    [now, limit],
  );
}

/** Takes the invoice for `leaseMs`, unless somebody else has. */
export async function claimCollection(tx: Tx, of: DueAt & { now: Date; leaseMs: number }): Promise<InvoiceCollectionRow | null> {
  const row = await lockedCollection(tx, of.tenantId, of.invoiceId);
  if (row?.nextAttemptAt == null || row.nextAttemptAt > of.now) return null;
  await delayCollection(tx, { ...of, until: new Date(of.now.getTime() + of.leaseMs) });
  return row;
}

export async function delayCollection(tx: Tx, of: DueAt & { until: Date | null }): Promise<void> {
  await tx.query('update billing.invoice_collection set next_attempt_at = $3 where tenant_id = $1 and invoice_id = $2', [
    of.tenantId,
    of.invoiceId,
    of.until,
  ]);
}

/** What is left to pay: the total less what credit notes took off. */
export async function amountDue(tx: Tx, of: DueAt): Promise<Decimal> {
  const [row] = await tx.query<{ due: string }>(
    `select invoice.total - coalesce((select sum(note.total) from billing.credit_note as note
                                       where note.tenant_id = invoice.tenant_id and note.invoice_id = invoice.id), 0) as due
       from billing.invoice as invoice where invoice.tenant_id = $1 and invoice.id = $2`,
    [of.tenantId, of.invoiceId],
  );
  return Decimal.max(new Decimal(row?.due ?? 0), 0);
}

/** Whose invoice a provider speaks of; across tenants. */
export async function tenantOfInvoice(tx: Tx, invoiceId: string): Promise<TenantId | null> {
  const [row] = await tx.query<{ tenantId: TenantId }>('select tenant_id as "tenantId" from billing.invoice where id = $1', [
    invoiceId,
  ]);
  return row?.tenantId ?? null;
}

/** False: the event was taken before. */
export async function takeEvent(
  tx: Tx,
  of: { tenantId: TenantId; provider: ProviderName; eventId: string; now: Date },
): Promise<boolean> {
  const rows = await tx.query(
    `insert into billing.payment_event (tenant_id, provider, event_id, received_at) values ($1, $2, $3, $4)
         on conflict do nothing returning event_id`,
    [of.tenantId, of.provider, of.eventId, of.now],
  );
  return rows.length > 0;
}

export type DueRefund = {
  readonly tenantId: TenantId;
  readonly creditNoteId: string;
  readonly invoiceId: string;
  readonly amount: string;
};

export async function addRefund(tx: Tx, refund: DueRefund & { readonly at: Date }): Promise<void> {
  const { at, ...of } = refund;
  tx.em.persist(tx.em.create(RefundEntity, { ...of, providerReference: null, failure: null, nextAttemptAt: at }));
  await tx.em.flush();
}

/** Across tenants. */
export async function dueRefunds(tx: Tx, now: Date, limit: number): Promise<readonly DueRefund[]> {
  return await tx.query<DueRefund>(
    `select tenant_id as "tenantId", credit_note_id as "creditNoteId", invoice_id as "invoiceId", amount::text
       from billing.refund where next_attempt_at <= $1 order by next_attempt_at limit $2`,
    [now, limit],
  );
}

export async function settleRefund(
  tx: Tx,
  of: DueRefund & {
    readonly providerReference: string | null;
    readonly failure: string | null;
    readonly nextAttemptAt: Date | null;
  },
): Promise<void> {
  await tx.query(
    'update billing.refund set provider_reference = $3, failure = $4, next_attempt_at = $5 where tenant_id = $1 and credit_note_id = $2',
    [of.tenantId, of.creditNoteId, of.providerReference, of.failure, of.nextAttemptAt],
  );
}

export function textOf(amount: Decimal, digits: number): string {
  return formatDecimal(amount).includes('.') || digits > 0 ? amount.toFixed(digits) : formatDecimal(amount);
}
