import { newId, type TenantId } from '@switchyard/kernel/ids';
import { createStripe } from '@switchyard/payments/stripe';
import { intentEvent, startStripeServer, stripeDelivery } from '@switchyard/payments/test-support/stripe-server';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { type BillingPlatform, startBilling } from './test-support/billing-platform.ts';
import { decisionMade } from './test-support/events.ts';

const SECRET = 'whsec_test';
const HOUR_MS = 3_600_000;
let server: Awaited<ReturnType<typeof startStripeServer>>;
let platform: BillingPlatform;
let tenantId: TenantId;

beforeAll(async () => {
  server = await startStripeServer();
  const stripe = createStripe({ secretKey: 'sk_test_x', webhookSecret: SECRET, baseUrl: server.url });
  platform = await startBilling(inject('adminUrl'), { STRIPE: stripe });
});
afterAll(async () => {
  await platform.close();
  await server.close();
});
beforeEach(() => {
  tenantId = newId<TenantId>();
  server.faults.length = 0;
  // The scripted server stamps its charges with the real time; the platform's must not be far from it.
  platform.now = new Date();
});

async function invoiceOf(requests: number): Promise<string> {
  const lastMonth = new Date(Date.UTC(platform.now.getUTCFullYear(), platform.now.getUTCMonth(), 1) - HOUR_MS);
  await platform.meter(Array.from({ length: requests }, () => decisionMade({ tenantId, at: lastMonth })));
  const periodEnd = new Date(lastMonth.getTime() + HOUR_MS).toISOString();
  const { data } = await platform.ask(
    null,
    `mutation ($t: ID!) { closeBillingPeriod(input: {tenantId: $t, periodEnd: "${periodEnd}"}) { id } }`,
    { t: tenantId },
  );
  return z.object({ id: z.string() }).parse(data?.closeBillingPeriod).id;
}

async function attach(token = 'pm_card'): Promise<readonly unknown[]> {
  const mutation = `mutation ($token: String!) { attachPaymentMethod(input: {provider: STRIPE, token: $token, idempotencyKey: $token}) { provider paymentMethodAttached } }`;
  const { data, codes } = await platform.ask(
    tenantId,
    mutation.replace('idempotencyKey: $token', `idempotencyKey: "${token} ${tenantId}"`),
    { token },
    ['BILLING_READ', 'BILLING_WRITE'],
  );
  return codes.length > 0 ? codes : [data?.attachPaymentMethod];
}

async function shown(id: string) {
  const { data } = await platform.ask(
    tenantId,
    'query ($id: ID!) { invoice(id: $id) { status collection providerReference paidAt } }',
    { id },
  );
  return data?.invoice;
}

const run = async (afterMs = 0): Promise<void> => {
  platform.now = new Date(platform.now.getTime() + afterMs);
  await platform.module.runInvoicing();
};
const taken = (invoiceId: string) =>
  server.intents.filter((intent) => intent.metadata.invoice_id === invoiceId && intent.status === 'succeeded');

function deliver(type: string, of: { id: string; intent: string; invoiceId: string; status: string; at?: Date }) {
  const event = intentEvent(type, { at: platform.now, ...of });
  return platform.module.receivePaymentWebhook('STRIPE', stripeDelivery(event, SECRET, platform.now));
}

describe('an invoice', () => {
  it('without a payment method is collected by hand, until the operator says that it was paid', async () => {
    const id = await invoiceOf(100);
    await run();
    expect(await shown(id)).toMatchObject({ status: 'ISSUED', collection: 'BY_HAND', providerReference: null });
    await platform.ask(
      null,
      'mutation ($t: ID!, $i: ID!) { recordPayment(input: {tenantId: $t, invoiceId: $i, reference: "TRANSFER 1"}) { status } }',
      { t: tenantId, i: id },
    );
    expect(await shown(id)).toMatchObject({ status: 'PAID', providerReference: 'TRANSFER 1' });
  });

  it('is charged as soon as a method is there, in its smallest unit, and once however often the schedule runs', async () => {
    const id = await invoiceOf(1234);
    expect(await attach()).toEqual([{ provider: 'STRIPE', paymentMethodAttached: true }]);
    await Promise.all([run(), run(), run()]);
    await run(24 * HOUR_MS);
    expect(await shown(id)).toMatchObject({ status: 'PAID', collection: 'AUTOMATIC' });
    expect(taken(id).map(({ amount }) => amount)).toEqual([1234]);
  });

  it('that was declined is tried again by the schedule, and paid by a new method at once', async () => {
    const id = await invoiceOf(100);
    await attach();
    server.faults.push('decline', 'decline');
    await run();
    expect(await shown(id)).toMatchObject({ status: 'PAYMENT_FAILED' });
    await run(23 * HOUR_MS);
    expect(server.intents.filter((intent) => intent.metadata.invoice_id === id)).toHaveLength(1);
    await run(2 * HOUR_MS);
    expect(server.intents.filter((intent) => intent.metadata.invoice_id === id)).toHaveLength(2);
    await attach('pm_other');
    await run();
    expect(await shown(id)).toMatchObject({ status: 'PAID' });
    expect(taken(id)).toHaveLength(1);
  });

  it('whose charge was lost on the way back is found at the provider, and not charged twice', async () => {
    const id = await invoiceOf(100);
    await attach();
    server.faults.push('cut-after', 'cut-after');
    await run();
    await run(HOUR_MS);
    expect(await shown(id)).toMatchObject({ status: 'PAID' });
    expect(taken(id)).toHaveLength(1);
  });

  it('on its way is paid by the webhook, or by asking when that was lost', async () => {
    const byWebhook = await invoiceOf(100);
    await attach();
    server.faults.push('pending');
    await run();
    expect(await shown(byWebhook)).toMatchObject({ status: 'ISSUED' });
    const [intent] = server.intents.filter(({ metadata }) => metadata.invoice_id === byWebhook);
    expect(
      await deliver('payment_intent.succeeded', {
        id: `evt_${byWebhook}`,
        intent: intent?.id ?? '',
        invoiceId: byWebhook,
        status: 'succeeded',
      }),
    ).toEqual({ status: 200, body: { taken: true } });
    expect(await shown(byWebhook)).toMatchObject({ status: 'PAID' });

    tenantId = newId<TenantId>();
    platform.now = new Date();
    const lost = await invoiceOf(100);
    await attach();
    server.faults.push('pending');
    await run();
    for (const each of server.intents) if (each.metadata.invoice_id === lost) each.status = 'succeeded';
    await run(2 * HOUR_MS);
    expect(await shown(lost)).toMatchObject({ status: 'PAID' });
    expect(taken(lost)).toHaveLength(1);
  });

  it('is refunded through the provider by a credit note that says so', async () => {
    const id = await invoiceOf(100);
    await attach();
    await run();
    const note =
      'mutation ($t: ID!, $i: ID!) { issueCreditNote(input: {tenantId: $t, invoiceId: $i, amount: "0.40", reason: "r", refund: true}) { status } }';
    expect((await platform.ask(null, note, { t: tenantId, i: id })).codes).toEqual([]);
    await run();
    await run();
    expect(server.refunds).toContain(`${taken(id)[0]?.id} 40`);
    const { data } = await platform.ask(tenantId, '{ billing { creditBalance { amount } } }');
    expect(data).toEqual({ billing: { creditBalance: { amount: '0' } } });
  });
});

describe('a webhook', () => {
  it('counts once, in whatever order and for however many days it is delivered', async () => {
    const id = await invoiceOf(100);
    await attach();
    server.faults.push('pending');
    await run();
    const paid = { id: `evt_paid_${id}`, intent: `pi_${id}`, invoiceId: id, status: 'succeeded' };
    const failed = {
      id: `evt_failed_${id}`,
      intent: `pi_${id}`,
      invoiceId: id,
      status: 'requires_payment_method',
      at: new Date(platform.now.getTime() - HOUR_MS),
    };
    expect(await deliver('payment_intent.succeeded', paid)).toMatchObject({ body: { taken: true } });
    expect(await deliver('payment_intent.payment_failed', failed)).toMatchObject({ status: 200 });
    for (let day = 0; day < 3; day++) {
      platform.now = new Date(platform.now.getTime() + 24 * HOUR_MS);
      expect(await deliver('payment_intent.succeeded', paid)).toEqual({ status: 200, body: { taken: false } });
    }
    expect(await shown(id)).toMatchObject({ status: 'PAID' });
    const { rows } = await platform.admin.query(
      `select count(*)::int as n from log.event where envelope->>'type' = 'invoice.paid' and envelope->'data'->>'invoiceId' = $1`,
      [id],
    );
    expect(rows).toEqual([{ n: 1 }]);
  });

  it('that is forged, stale or of another provider changes nothing', async () => {
    const id = await invoiceOf(100);
    const event = intentEvent('payment_intent.succeeded', {
      id: 'evt_x',
      intent: 'pi_x',
      invoiceId: id,
      status: 'succeeded',
      at: platform.now,
    });
    const forged = stripeDelivery(event, 'whsec_wrong', platform.now);
    const stale = stripeDelivery(event, SECRET, new Date(platform.now.getTime() - 301_000));
    for (const delivery of [forged, stale]) {
      expect((await platform.module.receivePaymentWebhook('STRIPE', delivery)).status).toBe(401);
    }
    expect((await platform.module.receivePaymentWebhook('BRAINTREE', forged)).status).toBe(404);
    expect(
      await deliver('payment_intent.succeeded', { id: 'evt_y', intent: 'pi_y', invoiceId: newId(), status: 'succeeded' }),
    ).toEqual({ status: 200, body: { taken: false } });
    expect(await shown(id)).toMatchObject({ status: 'ISSUED' });
  });
});

describe('attaching', () => {
  it('refuses card numbers, and providers without keys', async () => {
    expect(await attach('4242 4242 4242 4242')).toEqual(['BAD_USER_INPUT']);
    const { codes } = await platform.ask(
      tenantId,
      'mutation { attachPaymentMethod(input: {provider: BRAINTREE, token: "nonce"}) { provider } }',
      {},
      ['BILLING_WRITE', 'BILLING_READ'],
    );
    expect(codes).toEqual(['BAD_USER_INPUT']);
  });
});

describe('the schedule', () => {
  it('closes every period that is over by an hour, of every tenant, whatever happens to one of them', async () => {
    const tenants = Array.from({ length: 5 }, () => newId<TenantId>());
    platform.now = new Date('2027-03-10T00:00:00Z');
    for (const each of tenants) await platform.meter([decisionMade({ tenantId: each, at: new Date('2027-03-05T00:00:00Z') })]);
    const broken = tenants[2];
    await platform.admin.query('update billing.billing_account set plan_id = $2 where tenant_id = $1', [broken, newId()]);
    const issued = async () => {
      const { rows } = await platform.admin.query<{ id: TenantId }>(
        'select tenant_id as id from billing.invoice where tenant_id = any($1) order by 1',
        [tenants],
      );
      return rows.map(({ id }) => id);
    };
    platform.now = new Date('2027-04-01T00:59:59Z');
    await run();
    expect(await issued()).toEqual([]);
    platform.now = new Date('2027-04-01T01:00:01Z');
    await Promise.all([run(), run()]);
    expect(await issued()).toEqual(tenants.filter((each) => each !== broken).sort((a, b) => (a < b ? -1 : 1)));
    const fixed = await platform.admin.query(
      'update billing.billing_account set plan_id = (select plan_id from billing.billing_account where tenant_id = $2) where tenant_id = $1',
      [broken, tenants[0]],
    );
    expect(fixed.rowCount).toBe(1);
    platform.now = new Date('2027-05-01T02:00:00Z');
    await run();
    expect(await issued()).toHaveLength(10);
  });
});
