import type { Tx } from '@switchyard/database/database';
import { formatDecimal } from '@switchyard/kernel/decimal';
import type { TenantId } from '@switchyard/kernel/ids';
import type { InvoiceAmounts } from '../domain/invoice.ts';
import type { InvoiceLine } from '../domain/invoice-lines.ts';
import type { BillingPeriod } from '../domain/period.ts';
import {
  InvoiceCollectionEntity,
  type InvoiceCollectionRow,
  InvoiceEntity,
  InvoiceLineEntity,
  type InvoiceLineRow,
  type InvoiceRow,
} from './invoice-entities.ts';

/** An invoice that was issued, with what has become of it since. */
export type IssuedInvoice = InvoiceRow &
  Pick<InvoiceCollectionRow, 'state' | 'provider' | 'providerReference' | 'paidAt' | 'failure'>;

export type NewInvoice = {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly number: number;
  readonly period: BillingPeriod;
  readonly currency: string;
  readonly amounts: InvoiceAmounts;
  readonly taxPercent: string;
  readonly issuedAt: Date;
  /** By line key. */
  readonly lineIds: ReadonlyMap<string, string>;
};

export async function insertInvoice(tx: Tx, invoice: NewInvoice): Promise<void> {
  const { id, tenantId, number, period, currency, amounts, taxPercent, issuedAt } = invoice;
  await tx.query(
    `insert into billing.invoice (id, tenant_id, number, period_start, period_end, currency, subtotal, credits, tax, total, tax_percent, issued_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      id,
      tenantId,
      number,
      period.start,
      period.end,
      currency,
      ...[amounts.subtotal, amounts.credits, amounts.tax, amounts.total].map(formatDecimal),
      taxPercent,
      issuedAt,
    ],
  );
  await insertLines(tx, invoice);
}

async function insertLines(tx: Tx, { id, tenantId, amounts: { lines }, lineIds }: NewInvoice): Promise<void> {
  const column = <T>(of: (line: InvoiceLine, index: number) => T): T[] => lines.map(of);
  await tx.query(
    `insert into billing.invoice_line
            (tenant_id, invoice_id, id, position, key, description, meter, quantity, unit_amount, amount, stretch_start, after_seq, up_to_seq)
     select $1, $2, * from unnest($3::uuid[], $4::int[], $5::text[], $6::text[], $7::text[], $8::numeric[], $9::numeric[],
                                  $10::numeric[], $11::timestamptz[], $12::bigint[], $13::bigint[])`,
    [
      tenantId,
      id,
      column((line) => lineIds.get(line.key)),
      column((_, index) => index + 1),
      column((line) => line.key),
      column((line) => line.description),
      column((line) => line.meter),
      column((line) => formatDecimal(line.quantity)),
      column((line) => (line.unitAmount === null ? null : formatDecimal(line.unitAmount))),
      column((line) => formatDecimal(line.amount)),
      column((line) => line.records?.stretchStart ?? null),
      column((line) => line.records?.after ?? null),
      column((line) => line.records?.upTo ?? null),
    ],
  );
}

export async function insertCollection(tx: Tx, row: InvoiceCollectionRow): Promise<void> {
  tx.em.persist(tx.em.create(InvoiceCollectionEntity, row));
  await tx.em.flush();
}

type Found = { readonly id: string } | { readonly periodEnd: Date };

export async function findInvoice(tx: Tx, tenantId: TenantId, by: Found): Promise<IssuedInvoice | null> {
  const row = await tx.em.findOne(InvoiceEntity, { tenantId, ...by });
  return row === null ? null : ((await withCollection(tx, [row]))[0] ?? null);
}

export type InvoicesAsked = {
  readonly state: InvoiceCollectionRow['state'] | null;
  /** Number of the invoice that the page goes on after. */
  readonly before: number | null;
  readonly limit: number;
};

/** Newest first, of the tenant whose rows are seen. */
export async function listInvoices(
  tx: Tx,
  tenantId: TenantId,
  { state, before, limit }: InvoicesAsked,
): Promise<readonly IssuedInvoice[]> {
  const numbers = await tx.query<{ id: string }>(
    `select invoice.id from billing.invoice as invoice join billing.invoice_collection as collection
         on collection.tenant_id = invoice.tenant_id and collection.invoice_id = invoice.id
      where invoice.tenant_id = $1 and ($2::text is null or collection.state = $2) and ($3::int is null or invoice.number < $3)
      order by invoice.number desc limit $4`,
    [tenantId, state, before, limit],
  );
  const rows = await tx.em.find(InvoiceEntity, { id: { $in: numbers.map(({ id }) => id) } }, { orderBy: { number: 'desc' } });
  return await withCollection(tx, rows);
}

async function withCollection(tx: Tx, rows: readonly InvoiceRow[]): Promise<IssuedInvoice[]> {
  const collections = await tx.em.find(InvoiceCollectionEntity, { invoiceId: { $in: rows.map((row) => row.id) } });
  const byInvoice = new Map(collections.map((collection) => [collection.invoiceId, collection]));
  return rows.flatMap((row) => {
    const collection = byInvoice.get(row.id);
    if (collection === undefined) return [];
    const { state, provider, providerReference, paidAt, failure } = collection;
    return [{ ...row, state, provider, providerReference, paidAt, failure }];
  });
}

export async function invoicesById(tx: Tx, ids: readonly string[]): Promise<readonly InvoiceRow[]> {
  return await tx.em.find(InvoiceEntity, { id: { $in: [...ids] } });
}

export async function linesOf(tx: Tx, invoiceIds: readonly string[]): Promise<readonly InvoiceLineRow[]> {
  return await tx.em.find(
    InvoiceLineEntity,
    { invoiceId: { $in: [...invoiceIds] } },
    { orderBy: { invoiceId: 'asc', position: 'asc' } },
  );
}

export async function lineById(tx: Tx, tenantId: TenantId, id: string): Promise<InvoiceLineRow | null> {
  return await tx.em.findOne(InvoiceLineEntity, { tenantId, id });
}

/** A usage record's place: what says in which line it is. */
export type RecordPlace = {
  readonly tenantId: TenantId;
  readonly meter: string;
  readonly periodStart: Date;
  readonly seq: number;
};

/** The line that each record ended in, in the order asked; null while it has not been invoiced. */
export async function linesOfRecords(tx: Tx, places: readonly RecordPlace[]): Promise<readonly (InvoiceLineRow | null)[]> {
  const rows = await tx.query<{ nr: number; id: string }>(
    `select place.nr::int, line.id
       from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::bigint[]) with ordinality as place (tenant_id, meter, stretch_start, seq, nr)
       join billing.invoice_line as line
         on line.tenant_id = place.tenant_id and line.meter = place.meter and line.stretch_start = place.stretch_start
        and line.after_seq < place.seq and line.up_to_seq >= place.seq`,
    [
      places.map((each) => each.tenantId),
      places.map((each) => each.meter),
      places.map((each) => each.periodStart),
      places.map((each) => each.seq),
    ],
  );
  const lines = await tx.em.find(InvoiceLineEntity, { id: { $in: rows.map(({ id }) => id) } });
  const byId = new Map(lines.map((line) => [line.id, line]));
  const byPlace = new Map(rows.map(({ nr, id }) => [nr, byId.get(id) ?? null]));
  return places.map((_, index) => byPlace.get(index + 1) ?? null);
}
