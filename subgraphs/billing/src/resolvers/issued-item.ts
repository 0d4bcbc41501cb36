import { Decimal } from '@switchyard/kernel/decimal';
import { invoiceId } from '../domain/invoice-id.ts';
import type { InvoiceLineItemMapper, InvoiceMapper } from '../mappers.ts';
import type { InvoiceLineRow } from '../store/invoice-entities.ts';

/** The lines of a preview; their ids are its snapshot and their own key. */
export function previewItems(invoice: Extract<InvoiceMapper, { snapshot: unknown }>): InvoiceLineItemMapper[] {
  const { snapshot, currency, amounts } = invoice;
  return amounts.lines.map((line) => ({ ...line, id: invoiceId(snapshot, line.key), tenantId: snapshot.tenantId, currency }));
}

export function issuedItem(row: InvoiceLineRow, currency: string): InvoiceLineItemMapper {
  const { id, tenantId, key, description, meter, stretchStart, afterSeq, upToSeq } = row;
  const records =
    meter == null || stretchStart == null ? null : { meter, stretchStart, after: afterSeq ?? 0, upTo: upToSeq ?? 0, until: null };
  const unitAmount = row.unitAmount == null ? null : new Decimal(row.unitAmount);
  const [quantity, amount] = [new Decimal(row.quantity), new Decimal(row.amount)];
  return { id, tenantId, key, description, meter: meter ?? null, quantity, unitAmount, amount, records, currency };
}
