import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PaymentProvider, WebhookRequest } from './payments.ts';
import type { ScriptedServer } from './test-support/scripted-server.ts';

export type ProviderUnderTest = {
  readonly provider: PaymentProvider;
  readonly server: ScriptedServer;
  /** Times that money was taken, of an invoice. */
  taken(invoiceId: string): number;
  /** A genuine delivery that says that the invoice was paid. */
  delivery(invoiceId: string, at: Date): WebhookRequest;
  close(): Promise<void>;
};

/** What every provider's adapter does. */
export function paymentsContract(name: string, start: () => Promise<ProviderUnderTest>): void {
  describe(`payments through ${name}`, () => {
    let under: ProviderUnderTest;
    let invoiceId: string;
    let customer: string;
    const tenantId = randomUUID();
    const amount = { minorUnits: 1234, text: '12.34', currency: 'USD' };

    beforeAll(async () => {
      under = await start();
      customer = await under.provider.createCustomer({ tenantId });
    });
    afterAll(() => under.close());
    beforeEach(() => {
      invoiceId = randomUUID();
      under.server.faults.length = 0;
    });
    const charge = (attempt = 1) => {
      const paymentMethod = 'pm_1';
      const idempotencyKey = `${invoiceId}-${attempt}`;
      return under.provider.charge({
        tenantId,
        invoiceId,
        customer,
        paymentMethod,
        amount,
        description: 'INV-1',
        idempotencyKey,
      });
    };

    it('a tenant has one customer, and a method by its token', async () => {
      expect(await under.provider.createCustomer({ tenantId })).toBe(customer);
      expect(await under.provider.attachPaymentMethod({ customer, token: 'pm_card' })).toContain('pm_card');
    });

    it('a charge takes the money once, however often its key is sent', async () => {
      const first = await charge();
      expect(first).toMatchObject({ status: 'PAID', failure: null });
      expect(await charge()).toMatchObject({ reference: first.reference, status: 'PAID' });
      expect(under.taken(invoiceId)).toBe(1);
    });

    it('a charge whose answer is lost is known by asking again: nothing is taken twice', async () => {
      under.server.faults.push('cut-after');
      await charge().catch((error: unknown) => expect(error).toMatchObject({ code: 'UNAVAILABLE' }));
      expect(await charge()).toMatchObject({ status: 'PAID' });
      expect(under.taken(invoiceId)).toBe(1);
      expect(await under.provider.findCharge({ customer, invoiceId })).toMatchObject({ status: 'PAID' });
    });

    it.each(['error', 'cut-before'] as const)(
      'a charge that met %s can be tried again, and takes the money once',
      async (fault) => {
        under.server.faults.push(fault);
        await charge().catch((error: unknown) => expect(error).toMatchObject({ code: 'UNAVAILABLE' }));
        expect(await charge()).toMatchObject({ status: 'PAID' });
        expect(under.taken(invoiceId)).toBe(1);
      },
    );

    it('a decline is an outcome with its reason, and another attempt may succeed', async () => {
      under.server.faults.push('decline');
      expect(await charge()).toMatchObject({ status: 'FAILED', failure: expect.stringMatching(/declined/) });
      expect(await under.provider.findCharge({ customer, invoiceId })).toMatchObject({ status: 'FAILED' });
      expect(await charge(2)).toMatchObject({ status: 'PAID' });
      expect(await under.provider.findCharge({ customer, invoiceId })).toMatchObject({ status: 'PAID' });
    });

    it('a charge that is on its way is PENDING', async () => {
      under.server.faults.push('pending');
      expect(await charge()).toMatchObject({ status: 'PENDING' });
    });

    it('nothing is found of an invoice that was never charged', async () => {
      expect(await under.provider.findCharge({ customer, invoiceId })).toBeNull();
    });

    it('a refund is made', async () => {
      const { reference } = await charge();
      expect(await under.provider.refund({ reference, amount, idempotencyKey: `refund-${invoiceId}` })).not.toBe('');
    });

    it('a genuine webhook tells of its invoice, and is the same event when it is delivered again', async () => {
      const at = new Date('2026-11-20T12:00:00Z');
      const event = await under.provider.readWebhook(under.delivery(invoiceId, at), at);
      expect(event).toMatchObject({ invoiceId, occurredAt: at, charge: { status: 'PAID' } });
      const again = await under.provider.readWebhook(under.delivery(invoiceId, at), new Date(at.getTime() + 299_000));
      expect(again.id).toBe(event.id);
    });

    it('a webhook that was changed in any byte, or signed by another, is not believed', async () => {
      const at = new Date('2026-11-20T12:00:00Z');
      const { headers, body } = under.delivery(invoiceId, at);
      for (let index = 0; index < body.length; index += 7) {
        const changed = Buffer.from(body);
        changed[index] = (changed[index] ?? 0) ^ 1;
        const told = await under.provider.readWebhook({ headers, body: changed }, at).catch((error: unknown) => error);
        expect(told).toMatchObject({ name: 'WebhookError' });
      }
      await expect(under.provider.readWebhook({ headers: {}, body: Buffer.from('{}') }, at)).rejects.toMatchObject({
        name: 'WebhookError',
      });
    });
  });
}
