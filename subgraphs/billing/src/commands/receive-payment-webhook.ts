import type { Database } from '@switchyard/database/database';
import { parseId } from '@switchyard/kernel/ids';
import { WebhookError } from '@switchyard/payments/payment-error';
import type { PaymentProvider, WebhookRequest } from '@switchyard/payments/payments';
import { takeEvent, tenantOfInvoice } from '../store/collections.ts';
import { learnOfCharge } from './learn-of-charge.ts';

/** Bytes of a provider's webhook at most. */
export const MAX_PAYMENT_WEBHOOK_BYTES = 262_144;

export type PaymentWebhookAnswer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

/**
 * Takes what a provider told. 200 for what was taken, was taken before, or is about nothing of ours: a provider goes on
 * delivering for days what it gets another answer to. 401 for what the provider did not sign, or not just now.
 */
export async function receivePaymentWebhook(
  of: { readonly database: Database; readonly provider: PaymentProvider },
  request: WebhookRequest,
  now: Date,
): Promise<PaymentWebhookAnswer> {
  const { database, provider } = of;
  try {
    const { id: eventId, charge: fact, invoiceId: named } = await provider.readWebhook(request, now);
    const invoiceId = named === null ? null : parseId(named);
    if (fact === null || invoiceId === null) return { status: 200, body: { taken: false } };
    const tenantId = await database.crossTenant('maintenance', (tx) => tenantOfInvoice(tx, invoiceId));
    if (tenantId === null) return { status: 200, body: { taken: false } };
    const taken = await database.tenant(tenantId, async (tx) => {
      const isNew = await takeEvent(tx, { tenantId, provider: provider.name, eventId, now });
      if (isNew) await learnOfCharge(tx, { tenantId, invoiceId, fact, now });
      return isNew;
    });
    return { status: 200, body: { taken } };
  } catch (error) {
    if (error instanceof WebhookError) return { status: 401, body: { error: error.message } };
    throw error;
  }
}
