import { Decimal, formatDecimal } from '@switchyard/kernel/decimal';
import { badInput } from '@switchyard/kernel/errors';
import { moneyText } from '@switchyard/kernel/money';
import { requireTenant } from '@switchyard/kernel/request-context';
import { pageOf } from '@switchyard/runtime/connection';
import { type Context, requireReaderOrOperator } from '../context.ts';
import { invoiceId } from '../domain/invoice-id.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import type { InvoiceLineItemMapper, InvoiceMapper } from '../mappers.ts';
import type { UsageRecordRow } from '../store/entities.ts';
import { recordsOfLine } from '../store/usage-records.ts';
import { findAnyInvoice } from './invoice-look-ups.ts';
import { issuedItem, previewItems } from './issued-item.ts';
import { usageRecordConnection } from './usage-record.ts';

export const invoiceResolvers: Pick<Resolvers, 'Invoice' | 'InvoiceLineItem' | 'CreditNote'> = {
  Invoice: {
    __resolveReference: async ({ id }, context) => {
      const tenantId = requireTenant(context.request, 'BILLING_READ');
      return await findAnyInvoice(id, tenantId, context);
    },
    id: (invoice) => ('snapshot' in invoice ? invoiceId(invoice.snapshot) : invoice.id),
    number: (invoice) => ('snapshot' in invoice ? null : invoiceNumber(invoice.number)),
    status: (invoice) => ('snapshot' in invoice ? 'PREVIEW' : invoice.state === 'OPEN' ? 'ISSUED' : invoice.state),
    periodStart: (invoice) => ('snapshot' in invoice ? invoice.period.start : invoice.periodStart).toISOString(),
    periodEnd: (invoice) => ('snapshot' in invoice ? invoice.period.end : invoice.periodEnd).toISOString(),
    lineItems: async (invoice, _, { loaders }) =>
      'snapshot' in invoice
        ? previewItems(invoice)
        : (await loaders.linesOfInvoice.load(invoice.id)).map((row) => issuedItem(row, invoice.currency)),
    subtotal: (invoice) => money(invoice, 'subtotal'),
    credits: (invoice) => money(invoice, 'credits'),
    tax: (invoice) => money(invoice, 'tax'),
    total: (invoice) => money(invoice, 'total'),
    issuedAt: (invoice) => ('snapshot' in invoice ? null : invoice.issuedAt.toISOString()),
    paidAt: (invoice) => ('snapshot' in invoice ? null : (invoice.paidAt?.toISOString() ?? null)),
    providerReference: (invoice) => ('snapshot' in invoice ? null : (invoice.providerReference ?? null)),
    collection: (invoice) => ('snapshot' in invoice ? null : invoice.provider == null ? 'BY_HAND' : 'AUTOMATIC'),
    creditNotes: async (invoice, _, { loaders }) => {
      if ('snapshot' in invoice) return [];
      const notes = await loaders.creditNotesOfInvoice.load(invoice.id);
      return notes.map((note) => ({ ...note, currency: invoice.currency }));
    },
  },
  InvoiceLineItem: {
    quantity: ({ quantity }) => formatDecimal(quantity),
    unitAmount: ({ unitAmount }) => (unitAmount === null ? null : formatDecimal(unitAmount)),
    amount: ({ amount, currency }) => moneyText({ amount, currency }),
    usageRecords: async (item, args, context) => {
      requireReaderOrOperator(context.request);
      const list = `invoiceLineItem.usageRecords ${item.id}`;
      const page = pageOf(list, args);
      const rows = await recordsBehind(item, page, context);
      return usageRecordConnection(list, page, rows, (record) => String(record.seq));
    },
  },
  CreditNote: {
    number: ({ number }) => `CN-${String(number).padStart(6, '0')}`,
    amount: ({ amount, currency }) => ({ amount, currency }),
    tax: ({ tax, currency }) => ({ amount: tax, currency }),
    total: ({ total, currency }) => ({ amount: total, currency }),
    issuedAt: ({ issuedAt }) => issuedAt.toISOString(),
  },
};

export function invoiceNumber(number: number): string {
  return `INV-${String(number).padStart(6, '0')}`;
}

function money(invoice: InvoiceMapper, of: 'subtotal' | 'credits' | 'tax' | 'total') {
  const amount = 'snapshot' in invoice ? invoice.amounts[of] : new Decimal(invoice[of]);
  return moneyText({ amount, currency: invoice.currency });
}

async function recordsBehind(
  { tenantId, records }: InvoiceLineItemMapper,
  page: { readonly first: number; readonly after: string | null },
  { database }: Context,
): Promise<readonly UsageRecordRow[]> {
  if (records === null) return [];
  const before = page.after === null ? null : Number(page.after);
  if (Number.isNaN(before)) throw badInput('`after` is not a cursor of this list.', 'after');
  const { meter, stretchStart: periodStart, upTo, after, until } = records;
  const snapshot = { periodStart, until, upTo: new Map([[meter, upTo]]), after: new Map([[meter, after]]) };
  return await database.tenant(tenantId, (tx) => recordsOfLine(tx, snapshot, { meter, before, limit: page.first + 1 }));
}
