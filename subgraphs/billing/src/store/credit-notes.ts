import type { Tx } from '@switchyard/database/database';
import type { TenantId } from '@switchyard/kernel/ids';
import { CreditNoteEntity, type CreditNoteRow, type InvoiceCollectionRow } from './invoice-entities.ts';

/** Oldest first. */
export async function creditNotesOf(tx: Tx, invoiceIds: readonly string[]): Promise<readonly CreditNoteRow[]> {
  return await tx.em.find(CreditNoteEntity, { invoiceId: { $in: [...invoiceIds] } }, { orderBy: { number: 'asc' } });
}

export async function insertCreditNote(tx: Tx, note: CreditNoteRow): Promise<void> {
  tx.em.persist(tx.em.create(CreditNoteEntity, note));
  await tx.em.flush();
}

/** The invoice is not collected any further. */
export async function settleCollection(
  tx: Tx,
  of: {
    readonly tenantId: TenantId;
    readonly invoiceId: string;
    readonly state: InvoiceCollectionRow['state'];
    readonly at: Date;
  },
): Promise<void> {
  await tx.query(
    `update billing.invoice_collection set state = $3, next_attempt_at = null, as_of = $4 where tenant_id = $1 and invoice_id = $2`,
    [of.tenantId, of.invoiceId, of.state, of.at],
  );
}
