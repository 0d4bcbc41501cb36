import Stripe from 'stripe';
import { PaymentError, WebhookError } from './payment-error.ts';
import {
  type Charge,
  type ChargeRequest,
  type PaymentEvent,
  type PaymentProvider,
  WEBHOOK_TOLERANCE_S,
  type WebhookRequest,
} from './payments.ts';

export type StripeOptions = {
  readonly secretKey: string;
  /** Of the webhook endpoint: whsec_…. */
  readonly webhookSecret: string;
  /** Another server than Stripe's own, for tests. */
  readonly baseUrl?: string;
  /** How long a call may take. Default 20 s. */
  readonly timeoutMs?: number;
};

/** Stripe by its official SDK: customers, payment methods, payment intents and refunds. */
export function createStripe(options: StripeOptions): PaymentProvider {
  const stripe = new Stripe(options.secretKey, {
    ...serverOf(options.baseUrl),
    // Whoever calls us tries again, with the same key and a schedule; the SDK need not.
    maxNetworkRetries: 0,
    timeout: options.timeoutMs ?? 20_000,
    telemetry: false,
  });
  return {
    name: 'STRIPE',
    createCustomer: async ({ tenantId }) => {
      const customer = { metadata: { tenant_id: tenantId } };
      return (await told(stripe.customers.create(customer, { idempotencyKey: `customer:${tenantId}` }))).id;
    },
    attachPaymentMethod: async ({ customer, token }) => {
      return (await told(stripe.paymentMethods.attach(token, { customer }))).id;
    },
    charge: (request) => charge(stripe, request),
    findCharge: async ({ customer, invoiceId }) => {
      const charges: Charge[] = [];
      for await (const intent of stripe.paymentIntents.list({ customer, limit: 100 })) {
        if (intent.metadata.invoice_id === invoiceId) charges.push(chargeOf(intent, null));
      }
      return (
        charges.find(({ status }) => status === 'PAID') ??
        charges.find(({ status }) => status === 'PENDING') ??
        charges[0] ??
        null
      );
    },
    refund: async ({ reference, amount, idempotencyKey }) => {
      const refund = { payment_intent: reference, amount: amount.minorUnits };
      return (await told(stripe.refunds.create(refund, { idempotencyKey }))).id;
    },
    readWebhook: (request, now) => readWebhook(stripe, options.webhookSecret, request, now),
  };
}

function serverOf(baseUrl: string | undefined): { host?: string; port?: string; protocol?: 'http' | 'https' } {
  if (baseUrl === undefined) return {};
  const { hostname, port, protocol } = new URL(baseUrl);
  return { host: hostname, port, protocol: protocol === 'http:' ? 'http' : 'https' };
}

async function charge(stripe: Stripe, request: ChargeRequest): Promise<Charge> {
  const { tenantId, invoiceId, customer, paymentMethod, amount, description, idempotencyKey } = request;
  try {
    const intent = await stripe.paymentIntents.create(
      {
        amount: amount.minorUnits,
        currency: amount.currency.toLowerCase(),
        customer,
        payment_method: paymentMethod,
        // Nobody is there to answer a challenge: what needs one fails, and the tenant is asked for another method.
        off_session: true,
        confirm: true,
        description,
        metadata: { invoice_id: invoiceId, tenant_id: tenantId },
      },
      { idempotencyKey },
    );
    return chargeOf(intent, null);
  } catch (error) {
    if (error instanceof Stripe.errors.StripeCardError && error.payment_intent !== undefined) {
      return chargeOf(error.payment_intent, error.message);
    }
    throw paymentError(error);
  }
}

/** https://docs.stripe.com/payments/paymentintents/lifecycle */
function chargeOf(intent: Stripe.PaymentIntent, failure: string | null): Charge {
  const at = new Date(intent.created * 1000);
  if (intent.status === 'succeeded') return { reference: intent.id, status: 'PAID', failure: null, at };
  if (intent.status === 'processing') return { reference: intent.id, status: 'PENDING', failure: null, at };
  const reason = failure ?? intent.last_payment_error?.message ?? `The payment stands at ${intent.status}.`;
  return { reference: intent.id, status: 'FAILED', failure: reason, at };
}

async function told<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw paymentError(error);
  }
}

function paymentError(error: unknown): PaymentError {
  const { StripeInvalidRequestError, StripeCardError, StripeIdempotencyError } = Stripe.errors;
  if (error instanceof StripeInvalidRequestError || error instanceof StripeCardError || error instanceof StripeIdempotencyError) {
    return new PaymentError('REFUSED', error.message, error);
  }
  return new PaymentError('UNAVAILABLE', 'Stripe did not answer as expected.', error);
}

async function readWebhook(stripe: Stripe, secret: string, { headers, body }: WebhookRequest, now: Date): Promise<PaymentEvent> {
  const signature = headers['stripe-signature'];
  if (typeof signature !== 'string') throw new WebhookError('There is no stripe-signature.');
  const event = await verified(stripe, { body, signature, secret, now });
  const time = Number(/(?:^|,)t=(\d+)/.exec(signature)?.[1]);
  // The SDK refuses what is too old; what claims to come from the future is no better.
  if (time - now.getTime() / 1000 > WEBHOOK_TOLERANCE_S) throw new WebhookError('The webhook is signed in the future.');
  const occurredAt = new Date(event.created * 1000);
  if (
    event.type === 'payment_intent.succeeded' ||
    event.type === 'payment_intent.payment_failed' ||
    event.type === 'payment_intent.processing'
  ) {
    const intent = event.data.object;
    return {
      id: event.id,
      occurredAt,
      charge: { ...chargeOf(intent, null), at: occurredAt },
      invoiceId: intent.metadata.invoice_id ?? null,
    };
  }
  return { id: event.id, occurredAt, charge: null, invoiceId: null };
}

async function verified(
  stripe: Stripe,
  of: { readonly body: Buffer; readonly signature: string; readonly secret: string; readonly now: Date },
): Promise<Stripe.Event> {
  try {
    return await stripe.webhooks.constructEventAsync(
      of.body,
      of.signature,
      of.secret,
      WEBHOOK_TOLERANCE_S,
      undefined,
      of.now.getTime(),
    );
  } catch (error) {
    throw new WebhookError('The webhook is not signed by Stripe, or not just now.', { cause: error });
  }
}
