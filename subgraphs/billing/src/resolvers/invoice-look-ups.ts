import { parseId, type TenantId } from '@switchyard/kernel/ids';
import { computeInvoice } from '../commands/preview-invoice.ts';
import type { Context } from '../context.ts';
import { parseInvoiceId } from '../domain/invoice-id.ts';
import type { InvoiceLineItemMapper, InvoiceMapper } from '../mappers.ts';
import { findInvoice, lineById } from '../store/invoices.ts';
import { plansById } from '../store/plans.ts';
import { issuedItem, previewItems } from './issued-item.ts';

/** An issued invoice, or the preview that the id names; null for another tenant's, and for what is none. */
export async function findAnyInvoice(id: string, tenantId: TenantId, { read }: Context): Promise<InvoiceMapper | null> {
  const issuedId = parseId(id);
  if (issuedId !== null) return await read((tx) => findInvoice(tx, tenantId, { id: issuedId }));
  const found = parseInvoiceId(id);
  return found === null || found.snapshot.tenantId !== tenantId ? null : await previewOf(found.snapshot, read);
}

export async function findAnyLine(id: string, tenantId: TenantId, { read }: Context): Promise<InvoiceLineItemMapper | null> {
  const issuedId = parseId(id);
  if (issuedId !== null) {
    return await read(async (tx) => {
      const row = await lineById(tx, tenantId, issuedId);
      const invoice = row === null ? null : await findInvoice(tx, tenantId, { id: row.invoiceId });
      return row === null || invoice === null ? null : issuedItem(row, invoice.currency);
    });
  }
  const found = parseInvoiceId(id);
  if (found === null || found.snapshot.tenantId !== tenantId) return null;
  const invoice = await previewOf(found.snapshot, read);
  if (invoice === null) return null;
  const index = invoice.amounts.lines.findIndex(({ key }) => key === found.line);
  return previewItems(invoice)[index] ?? null;
}

type Preview = Extract<InvoiceMapper, { snapshot: unknown }>;

/** Null: the id was made up, of plans that are not there. */
async function previewOf(snapshot: Preview['snapshot'], read: Context['read']): Promise<Preview | null> {
  return await read(async (tx) => {
    const ids = new Set(snapshot.stretches.map((stretch) => stretch.planId));
    const isKnown = ids.size > 0 && (await plansById(tx, [...ids])).length === ids.size;
    return isKnown ? await computeInvoice(tx, snapshot) : null;
  });
}
