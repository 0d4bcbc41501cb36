import type { Tx } from '@switchyard/database/database';
import { appendEvents } from '@switchyard/event-log/outbox';
import type { TenantId } from '@switchyard/kernel/ids';
import { type ChargeFact, type Collection, evolve } from '../domain/collection.ts';
import { lockedCollection, saveCollection } from '../store/collections.ts';
import type { InvoiceCollectionRow } from '../store/invoice-entities.ts';

/** Makes of an invoice's collection what a fact about its charge says, and tells what became of it. Safe to run twice. */
export async function learnOfCharge(
  tx: Tx,
  {
    tenantId,
    invoiceId,
    fact,
    now,
  }: { readonly tenantId: TenantId; readonly invoiceId: string; readonly fact: ChargeFact; readonly now: Date },
): Promise<void> {
  const row = await lockedCollection(tx, tenantId, invoiceId);
  if (row === null) return;
  const before = collectionOf(row);
  const after = evolve(before, fact, now);
  if (after === before) return;
  await saveCollection(tx, { tenantId, invoiceId, collection: after });
  const about = { tenantId, subject: tenantId, time: now };
  const provider = row.provider ?? null;
  if (after.state === 'PAID') {
    const data = { invoiceId, provider, providerReference: after.providerReference, paidAt: fact.at.toISOString() };
    await appendEvents(tx, 'switchyard/billing', [{ type: 'invoice.paid', ...about, data }]);
  }
  if (after.state === 'PAYMENT_FAILED') {
    const nextAttemptAt = after.nextAttemptAt?.toISOString() ?? null;
    const data = { invoiceId, provider: provider ?? '', reason: after.failure ?? '', attempt: after.attempts, nextAttemptAt };
    await appendEvents(tx, 'switchyard/billing', [{ type: 'invoice.payment_failed', ...about, data }]);
  }
}

function collectionOf({
  state,
  providerReference,
  attempts,
  nextAttemptAt,
  failure,
  paidAt,
  asOf,
}: InvoiceCollectionRow): Collection {
  return {
    state,
    providerReference: providerReference ?? null,
    attempts,
    nextAttemptAt: nextAttemptAt ?? null,
    failure: failure ?? null,
    paidAt: paidAt ?? null,
    asOf,
  };
}
