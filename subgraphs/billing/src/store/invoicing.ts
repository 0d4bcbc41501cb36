import type { Tx } from '@switchyard/database/database';
import { Decimal, formatDecimal, ZERO } from '@switchyard/kernel/decimal';
import type { TenantId } from '@switchyard/kernel/ids';
import type { NamedDiscount } from '../domain/invoice-terms.ts';
import { DiscountEntity, type DiscountRow, InvoicingEntity } from './invoice-entities.ts';

/** How far a tenant has been invoiced. */
export type Invoicing = {
  readonly closedUntil: Date | null;
  readonly invoices: number;
  readonly creditNotes: number;
  readonly taxPercent: Decimal;
};

export async function invoicingOf(tx: Tx, tenantId: TenantId): Promise<Invoicing> {
  const row = await tx.em.findOne(InvoicingEntity, { tenantId });
  if (row === null) return { closedUntil: null, invoices: 0, creditNotes: 0, taxPercent: ZERO };
  const { closedUntil, invoices, creditNotes, taxPercent } = row;
  return { closedUntil: closedUntil ?? null, invoices, creditNotes, taxPercent: new Decimal(taxPercent) };
}

/** Needs the account's lock. */
export async function saveInvoicing(tx: Tx, tenantId: TenantId, invoicing: Invoicing): Promise<void> {
  const { closedUntil, invoices, creditNotes, taxPercent } = invoicing;
  await tx.query(
    `insert into billing.invoicing (tenant_id, closed_until, invoices, credit_notes, tax_percent) values ($1, $2, $3, $4, $5)
         on conflict (tenant_id) do update
        set closed_until = excluded.closed_until, invoices = excluded.invoices,
            credit_notes = excluded.credit_notes, tax_percent = excluded.tax_percent`,
    [tenantId, closedUntil, invoices, creditNotes, formatDecimal(taxPercent)],
  );
}

/** The discounts of a period, in the order in which they were granted. */
export async function discountsOf(tx: Tx, tenantId: TenantId, periodStart: Date): Promise<readonly NamedDiscount[]> {
  const rows = await tx.em.find(
    DiscountEntity,
    { tenantId, startsAt: { $lte: periodStart }, $or: [{ endsAt: null }, { endsAt: { $gt: periodStart } }] },
    { orderBy: { createdAt: 'asc', id: 'asc' } },
  );
  return rows.map(namedDiscount);
}

export async function addDiscount(tx: Tx, row: DiscountRow): Promise<void> {
  tx.em.persist(tx.em.create(DiscountEntity, row));
  await tx.em.flush();
}

function namedDiscount({ code, percentOff, amountOff }: DiscountRow): NamedDiscount {
  return {
    code,
    discount: percentOff == null ? { amountOff: new Decimal(amountOff ?? 0) } : { percentOff: new Decimal(percentOff) },
  };
}
