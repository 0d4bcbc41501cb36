import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { TENANT_ROWS } from '@switchyard/database/policies';
import type { TenantId } from '@switchyard/kernel/ids';
import { exact, ONLY_ADDED_TO } from './columns.ts';

/** When a tenant came, or will come, to another plan than its first. What lies in the future can still be replaced. */
export const PlanChangeEntity = defineEntity({
  name: 'PlanChange',
  tableName: 'plan_change',
  ...TENANT_ROWS,
  properties: {
    tenantId: p.uuid().$type<TenantId>().primary(),
    startsAt: p.datetime(3).primary(),
    planId: p.uuid(),
    createdAt: p.datetime(3),
  },
});

/** How far a tenant has been invoiced, and what its invoices follow beside its plan. Absent: never, and nothing. */
export const InvoicingEntity = defineEntity({
  name: 'Invoicing',
  tableName: 'invoicing',
  ...TENANT_ROWS,
  properties: {
    tenantId: p.uuid().$type<TenantId>().primary(),
    /** End of the last period that was closed. */
    closedUntil: p.datetime(3).nullable(),
    /** Invoices and credit notes so far: the next one's number. */
    invoices: p.integer(),
    creditNotes: p.integer(),
    taxPercent: exact(),
  },
});

/** A prepaid amount. What is left of it is what its uses leave. */
export const CreditGrantEntity = defineEntity({
  name: 'CreditGrant',
  tableName: 'credit_grant',
  ...TENANT_ROWS,
  indexes: [{ properties: ['tenantId', 'grantedAt'] }],
  triggers: [ONLY_ADDED_TO],
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    amount: exact(),
    currency: p.text(),
    reason: p.text(),
    expiresAt: p.datetime(3).nullable(),
    grantedAt: p.datetime(3),
  },
});

export const CreditUseEntity = defineEntity({
  name: 'CreditUse',
  tableName: 'credit_use',
  ...TENANT_ROWS,
  triggers: [ONLY_ADDED_TO],
  properties: {
    tenantId: p.uuid().$type<TenantId>().primary(),
    grantId: p.uuid().primary(),
    invoiceId: p.uuid().primary(),
    amount: exact(),
  },
});

/** A coupon of a tenant: taken off every invoice whose period begins in [startsAt, endsAt). */
export const DiscountEntity = defineEntity({
  name: 'Discount',
  tableName: 'discount',
  ...TENANT_ROWS,
  triggers: [ONLY_ADDED_TO],
  uniques: [{ properties: ['tenantId', 'code'] }],
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    code: p.text(),
    /** One of the two is set. */
    percentOff: exact().nullable(),
    amountOff: exact().nullable(),
    startsAt: p.datetime(3),
    endsAt: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
  },
});
export type DiscountRow = InferEntity<typeof DiscountEntity>;

/** What was issued. Nothing of it ever changes; what became of it stands in `invoice_collection`. */
export const InvoiceEntity = defineEntity({
  name: 'Invoice',
  tableName: 'invoice',
  ...TENANT_ROWS,
  uniques: [
    { name: 'invoice_number', properties: ['tenantId', 'number'] },
    { name: 'invoice_period', properties: ['tenantId', 'periodEnd'] },
  ],
  triggers: [ONLY_ADDED_TO],
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    /** From 1, without gaps. */
    number: p.integer(),
    periodStart: p.datetime(3),
    periodEnd: p.datetime(3),
    currency: p.text(),
    subtotal: exact(),
    credits: exact(),
    tax: exact(),
    total: exact(),
    taxPercent: exact(),
    issuedAt: p.datetime(3),
  },
});
export type InvoiceRow = InferEntity<typeof InvoiceEntity>;

/** A line, and the numbers of the records behind it: those of `meter` in the stretch, (after_seq, up_to_seq]. */
export const InvoiceLineEntity = defineEntity({
  name: 'InvoiceLine',
  tableName: 'invoice_line',
  ...TENANT_ROWS,
  uniques: [{ name: 'invoice_line_position', properties: ['tenantId', 'invoiceId', 'position'] }],
  indexes: [{ name: 'invoice_line_records', properties: ['tenantId', 'meter', 'stretchStart', 'upToSeq'] }],
  triggers: [ONLY_ADDED_TO],
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    invoiceId: p.uuid(),
    position: p.integer(),
    key: p.text(),
    description: p.text(),
    meter: p.text().nullable(),
    quantity: exact(),
    unitAmount: exact().nullable(),
    amount: exact(),
    stretchStart: p.datetime(3).nullable(),
    afterSeq: p.bigint('number').nullable(),
    upToSeq: p.bigint('number').nullable(),
  },
});
export type InvoiceLineRow = InferEntity<typeof InvoiceLineEntity>;

export const COLLECTION_STATES = ['OPEN', 'PAID', 'PAYMENT_FAILED', 'VOID'] as const;

/** Whether an invoice has been paid, and how that is tried. */
export const InvoiceCollectionEntity = defineEntity({
  name: 'InvoiceCollection',
  tableName: 'invoice_collection',
  ...TENANT_ROWS,
  indexes: [
    { name: 'invoice_collection_due', properties: ['nextAttemptAt'], where: 'next_attempt_at is not null' },
    {
      name: 'invoice_collection_reference',
      properties: ['provider', 'providerReference'],
      where: 'provider_reference is not null',
    },
  ],
  properties: {
    tenantId: p.uuid().$type<TenantId>().primary(),
    invoiceId: p.uuid().primary(),
    state: p.enum(COLLECTION_STATES),
    /** Null: collected by hand. */
    provider: p.enum(['STRIPE', 'BRAINTREE']).nullable(),
    providerReference: p.text().nullable(),
    attempts: p.integer(),
    /** When it is tried next; null: not by itself. */
    nextAttemptAt: p.datetime(3).nullable(),
    failure: p.text().nullable(),
    paidAt: p.datetime(3).nullable(),
    /** Of the newest fact that this row follows: an older one, come late, changes nothing. */
    asOf: p.datetime(3),
  },
});
export type InvoiceCollectionRow = InferEntity<typeof InvoiceCollectionEntity>;

/** What corrects an invoice: it takes back an amount, net and tax. */
export const CreditNoteEntity = defineEntity({
  name: 'CreditNote',
  tableName: 'credit_note',
  ...TENANT_ROWS,
  uniques: [{ name: 'credit_note_number', properties: ['tenantId', 'number'] }],
  indexes: [{ properties: ['tenantId', 'invoiceId'] }],
  triggers: [ONLY_ADDED_TO],
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    number: p.integer(),
    invoiceId: p.uuid(),
    amount: exact(),
    tax: exact(),
    total: exact(),
    reason: p.text(),
    issuedAt: p.datetime(3),
  },
});
export type CreditNoteRow = InferEntity<typeof CreditNoteEntity>;

/** What a tenant pays with. No card data: the provider's own ids. */
export const PaymentMethodEntity = defineEntity({
  name: 'PaymentMethod',
  tableName: 'payment_method',
  ...TENANT_ROWS,
  properties: {
    tenantId: p.uuid().$type<TenantId>().primary(),
    provider: p.enum(['STRIPE', 'BRAINTREE']),
    customer: p.text(),
    paymentMethod: p.text(),
    attachedAt: p.datetime(3),
  },
});
export type PaymentMethodRow = InferEntity<typeof PaymentMethodEntity>;

/** Events of providers that were taken, so that each counts once, for good. */
export const PaymentEventEntity = defineEntity({
  name: 'PaymentEvent',
  tableName: 'payment_event',
  ...TENANT_ROWS,
  properties: {
    tenantId: p.uuid().$type<TenantId>().primary(),
    provider: p.enum(['STRIPE', 'BRAINTREE']).primary(),
    eventId: p.text().primary(),
    receivedAt: p.datetime(3),
  },
});

/** Money to be given back for a credit note. */
export const RefundEntity = defineEntity({
  name: 'Refund',
  tableName: 'refund',
  ...TENANT_ROWS,
  indexes: [{ name: 'refund_due', properties: ['nextAttemptAt'], where: 'next_attempt_at is not null' }],
  properties: {
    tenantId: p.uuid().$type<TenantId>().primary(),
    creditNoteId: p.uuid().primary(),
    invoiceId: p.uuid(),
    amount: exact(),
    providerReference: p.text().nullable(),
    failure: p.text().nullable(),
    nextAttemptAt: p.datetime(3).nullable(),
  },
});
