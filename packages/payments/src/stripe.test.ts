import { expect, it } from 'vitest';
import { paymentsContract } from './payments.contract.ts';
import { createStripe } from './stripe.ts';
import { intentEvent, startStripeServer, stripeDelivery } from './test-support/stripe-server.ts';

const SECRET = 'whsec_test';
const at = new Date('2026-11-20T12:00:00Z');

paymentsContract('Stripe', async () => {
  const server = await startStripeServer();
  const provider = createStripe({ secretKey: 'sk_test_x', webhookSecret: SECRET, baseUrl: server.url });
  return {
    provider,
    server,
    taken: (invoiceId) =>
      server.intents.filter(({ metadata, status }) => metadata.invoice_id === invoiceId && status === 'succeeded').length,
    delivery: (invoiceId, time) =>
      stripeDelivery(
        intentEvent('payment_intent.succeeded', {
          id: `evt_${invoiceId}`,
          intent: 'pi_1',
          invoiceId,
          status: 'succeeded',
          at: time,
        }),
        SECRET,
        time,
      ),
    close: () => server.close(),
  };
});

it.each([
  ['301 s old', 301],
  ['301 s ahead', -302],
])('a webhook of Stripe that is %s is not believed', async (_, seconds) => {
  const provider = createStripe({ secretKey: 'sk_test_x', webhookSecret: SECRET });
  const event = intentEvent('payment_intent.succeeded', { id: 'evt_1', intent: 'pi_1', invoiceId: 'i', status: 'succeeded', at });
  const delivery = stripeDelivery(event, SECRET, at);
  await expect(provider.readWebhook(delivery, new Date(at.getTime() + seconds * 1000))).rejects.toMatchObject({
    name: 'WebhookError',
  });
  await expect(provider.readWebhook(stripeDelivery(event, 'whsec_other', at), at)).rejects.toMatchObject({
    name: 'WebhookError',
  });
});

const MOCK = process.env.STRIPE_MOCK_URL;

it.skipIf(MOCK === undefined)(
  'every call fits Stripe’s own description of its API (skipped without STRIPE_MOCK_URL)',
  async () => {
    const provider = createStripe({ secretKey: 'sk_test_123', webhookSecret: SECRET, baseUrl: MOCK ?? '' });
    const customer = await provider.createCustomer({ tenantId: 't' });
    const paymentMethod = await provider.attachPaymentMethod({ customer, token: 'pm_card_visa' });
    const amount = { minorUnits: 1234, text: '12.34', currency: 'USD' };
    const request = { tenantId: 't', invoiceId: 'i', customer, paymentMethod, amount, description: 'INV-1', idempotencyKey: 'k' };
    const { reference } = await provider.charge(request);
    expect(reference).toMatch(/^pi_/);
    expect(await provider.refund({ reference, amount, idempotencyKey: 'r' })).toMatch(/^re_/);
    expect(await provider.findCharge({ customer, invoiceId: 'i' })).toBeNull();
  },
);
