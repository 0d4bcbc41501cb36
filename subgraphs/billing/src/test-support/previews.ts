import type { Tx } from '@switchyard/database/database';
import { type InvoicePreview, previewInvoice } from '../commands/preview-invoice.ts';

/** The preview of a period that is still open. */
export async function previewOf(tx: Tx, asked: Parameters<typeof previewInvoice>[1]): Promise<InvoicePreview> {
  const invoice = await previewInvoice(tx, asked);
  if (!('snapshot' in invoice)) throw new Error('the period has been closed');
  return invoice;
}
