import { type Decimal, formatDecimal, ZERO } from '@switchyard/kernel/decimal';
import { badInput } from '@switchyard/kernel/errors';
import { type MoneyText, moneyText } from '@switchyard/kernel/money';
import { pageOf } from '@switchyard/runtime/connection';
import type { InvoicePreview } from '../commands/preview-invoice.ts';
import { totalOf } from '../domain/invoice.ts';
import { invoiceId } from '../domain/invoice-id.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import type { InvoiceLineItemMapper } from '../mappers.ts';
import type { UsageRecordRow } from '../store/entities.ts';
import { recordsOfLine } from '../store/usage-records.ts';
import { usageRecordConnection } from './usage-record.ts';

export const invoiceResolvers: Pick<Resolvers, 'Invoice' | 'InvoiceLineItem'> = {
  Invoice: {
    id: ({ snapshot }) => invoiceId(snapshot),
    number: () => null,
    status: () => 'PREVIEW',
    periodStart: ({ period }) => period.start.toISOString(),
    periodEnd: ({ period }) => period.end.toISOString(),
    lineItems: (invoice) => invoice.lines.map((line) => ({ invoice, line })),
    subtotal: (invoice) => inCurrency(invoice, totalOf(invoice.lines)),
    credits: (invoice) => inCurrency(invoice, ZERO),
    tax: (invoice) => inCurrency(invoice, ZERO),
    total: (invoice) => inCurrency(invoice, totalOf(invoice.lines)),
  },
  InvoiceLineItem: {
    id: ({ invoice, line }) => invoiceId(invoice.snapshot, line.key),
    description: ({ line }) => line.description,
    meter: ({ line }) => line.meter,
    quantity: ({ line }) => formatDecimal(line.quantity),
    unitAmount: ({ line }) => (line.unitAmount === null ? null : formatDecimal(line.unitAmount)),
    amount: ({ invoice, line }) => inCurrency(invoice, line.amount),
    usageRecords: async (item, args, { read }) => {
      const list = `invoiceLineItem.usageRecords ${invoiceId(item.invoice.snapshot, item.line.key)}`;
      const page = pageOf(list, args);
      const rows = await read((tx) => recordsBehind(tx, item, page));
      return usageRecordConnection(list, page, rows, (record) => String(record.seq));
    },
  },
};

async function recordsBehind(
  tx: Parameters<typeof recordsOfLine>[0],
  { invoice, line }: InvoiceLineItemMapper,
  page: { readonly first: number; readonly after: string | null },
): Promise<readonly UsageRecordRow[]> {
  if (line.meter === null) return [];
  const before = page.after === null ? null : Number(page.after);
  if (Number.isNaN(before)) throw badInput('`after` is not a cursor of this list.', 'after');
  return await recordsOfLine(tx, invoice.snapshot, { meter: line.meter, before, limit: page.first + 1 });
}

function inCurrency({ plan }: InvoicePreview, amount: Decimal): MoneyText {
  return moneyText({ amount, currency: plan.currency });
}
