import braintree from 'braintree';
import { PaymentError, WebhookError } from './payment-error.ts';
import type { Charge, ChargeRequest, PaymentEvent, PaymentProvider, RefundRequest, WebhookRequest } from './payments.ts';

export type BraintreeOptions = {
  readonly merchantId: string;
  readonly publicKey: string;
  readonly privateKey: string;
  readonly environment: 'sandbox' | 'production';
  /** Another server than Braintree's own, for tests: http://host:port. */
  readonly baseUrl?: string;
  /** How long a call may take. Default 20 s. */
  readonly timeoutMs?: number;
};

type Gateway = braintree.BraintreeGateway;
type Transaction = braintree.Transaction;

/**
 * Braintree by its official SDK: customers in its vault, payment methods by nonce, transactions. Braintree has no idempotency
 * keys; a transaction carries ours as its order id, and is looked for before a new one is made.
 */
export function createBraintree(options: BraintreeOptions): PaymentProvider {
  const gateway = new braintree.BraintreeGateway({
    environment: environmentOf(options),
    merchantId: options.merchantId,
    publicKey: options.publicKey,
    privateKey: options.privateKey,
  });
  gateway.config.timeout = options.timeoutMs ?? 20_000;
  return {
    name: 'BRAINTREE',
    createCustomer: ({ tenantId }) => createCustomer(gateway, tenantId),
    attachPaymentMethod: async ({ customer, token }) => {
      const answer = await told(
        gateway.paymentMethod.create({ customerId: customer, paymentMethodNonce: token, options: { makeDefault: true } }),
      );
      if (!answer.success) throw new PaymentError('REFUSED', answer.message);
      return answer.paymentMethod.token;
    },
    charge: (request) => charge(gateway, request),
    findCharge: async ({ invoiceId }) => {
      const charges = (await transactionsOf(gateway, { startsWith: `${invoiceId}:` })).map(chargeOf);
      return (
        charges.find(({ status }) => status === 'PAID') ??
        charges.find(({ status }) => status === 'PENDING') ??
        charges[0] ??
        null
      );
    },
    refund: (request) => refund(gateway, request),
    readWebhook: (request) => readWebhook(gateway, request),
  };
}

function environmentOf({ environment, baseUrl }: BraintreeOptions): braintree.Environment {
  if (baseUrl === undefined)
    return environment === 'production' ? braintree.Environment.Production : braintree.Environment.Sandbox;
  const { hostname, port, protocol } = new URL(baseUrl);
  return new braintree.Environment(hostname, port, baseUrl, protocol === 'https:', hostname, port);
}

/** The tenant's id is the customer's: one that is there already is the right one. */
async function createCustomer(gateway: Gateway, tenantId: string): Promise<string> {
  try {
    return (await gateway.customer.find(tenantId)).id;
  } catch (error) {
    if (!isNamed(error, 'notFoundError')) throw unavailable(error);
  }
  const answer = await told(gateway.customer.create({ id: tenantId }));
  if (!answer.success) throw new PaymentError('REFUSED', answer.message);
  return answer.customer.id;
}

/** The order id of a transaction: the invoice first, so that all of an invoice's can be found by it. */
function orderIdOf({ invoiceId, idempotencyKey }: ChargeRequest): string {
  return `${invoiceId}:${idempotencyKey}`.slice(0, 255);
}

async function charge(gateway: Gateway, request: ChargeRequest): Promise<Charge> {
  const orderId = orderIdOf(request);
  const [earlier] = await transactionsOf(gateway, { is: orderId });
  if (earlier !== undefined) return chargeOf(earlier);
  const answer = await told(
    gateway.transaction.sale({
      amount: request.amount.text,
      orderId,
      customerId: request.customer,
      paymentMethodToken: request.paymentMethod,
      options: { submitForSettlement: true },
    }),
  );
  // A decline comes as a failure that has a transaction; without one, the request itself was wrong.
  const transaction = answer.transaction as Transaction | undefined;
  if (transaction === undefined)
    throw new PaymentError('REFUSED', answer.success ? 'Braintree made no transaction.' : answer.message);
  const made = chargeOf(transaction);
  return answer.success || made.status === 'FAILED' ? made : { ...made, status: 'FAILED', failure: answer.message };
}

type OrderId = { readonly is: string } | { readonly startsWith: string };

/** Newest first. */
async function transactionsOf(gateway: Gateway, orderId: OrderId): Promise<Transaction[]> {
  const found: Transaction[] = [];
  const stream = gateway.transaction.search((search) => {
    if ('is' in orderId) search.orderId().is(orderId.is);
    else search.orderId().startsWith(orderId.startsWith);
  });
  try {
    for await (const transaction of stream as AsyncIterable<Transaction>) found.push(transaction);
  } catch (error) {
    throw unavailable(error);
  }
  return found.filter(({ type }) => type === 'sale').sort((a, b) => timeOf(b).getTime() - timeOf(a).getTime());
}

const PENDING = [
  'authorized',
  'authorizing',
  'submitted_for_settlement',
  'settling',
  'settlement_pending',
  'settlement_confirmed',
];

/** https://developer.paypal.com/braintree/docs/reference/general/statuses: money has moved once it is settled. */
function chargeOf(transaction: Transaction): Charge {
  const { id: reference, status } = transaction;
  const at = timeOf(transaction);
  if (status === 'settled') return { reference, status: 'PAID', failure: null, at };
  if (PENDING.includes(status)) return { reference, status: 'PENDING', failure: null, at };
  const failure = transaction.processorResponseText || `The transaction is ${status}.`;
  return { reference, status: 'FAILED', failure, at };
}

function timeOf({ updatedAt, createdAt }: Transaction): Date {
  return new Date(updatedAt || createdAt);
}

/** Before it is settled a transaction can only be taken back whole: it is voided. */
async function refund(gateway: Gateway, { reference, amount, idempotencyKey }: RefundRequest): Promise<string> {
  const transaction = await told(gateway.transaction.find(reference));
  if (transaction.status === 'voided') return transaction.id;
  const earlier = await refundMadeBefore(gateway, transaction, idempotencyKey);
  if (earlier !== null) return earlier;
  const isWhole = Number(transaction.amount) === Number(amount.text);
  const answer =
    PENDING.includes(transaction.status) && isWhole
      ? await told(gateway.transaction.void(reference))
      : await told(refundsOf(gateway).refund(reference, { amount: amount.text, orderId: idempotencyKey }));
  if (!answer.success) throw new PaymentError('REFUSED', answer.message);
  return answer.transaction.id;
}

type Refunds = {
  refund(id: string, options: { amount: string; orderId: string }): Promise<braintree.ValidatedResponse<Transaction>>;
};

/** The SDK takes options here, which its types do not know yet. */
function refundsOf(gateway: Gateway): Refunds {
  return gateway.transaction as unknown as Refunds;
}

async function refundMadeBefore(gateway: Gateway, { refundIds }: Transaction, idempotencyKey: string): Promise<string | null> {
  for (const id of refundIds ?? []) {
    const { orderId } = await told(gateway.transaction.find(id));
    if (orderId === idempotencyKey) return id;
  }
  return null;
}

async function told<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw isNamed(error, 'notFoundError')
      ? new PaymentError('REFUSED', 'Braintree does not know it.', error)
      : unavailable(error);
  }
}

function unavailable(error: unknown): PaymentError {
  return new PaymentError('UNAVAILABLE', 'Braintree did not answer as expected.', error);
}

function isNamed(error: unknown, type: string): boolean {
  return typeof error === 'object' && error !== null && 'type' in error && error.type === type;
}

/**
 * Braintree signs without a time, and may deliver again for a day: a tolerance would refuse honest deliveries. A replay is
 * harmless instead: the notification's id is made of what it says, and what it says never moves an invoice backwards.
 */
async function readWebhook(gateway: Gateway, { body }: WebhookRequest): Promise<PaymentEvent> {
  const form = new URLSearchParams(body.toString('utf8'));
  const [signature, payload] = [form.get('bt_signature') ?? '', form.get('bt_payload') ?? ''];
  const notification = await verified(gateway, signature, payload);
  const occurredAt = new Date(notification.timestamp);
  const transaction = 'transaction' in notification ? (notification.transaction as Transaction | undefined) : undefined;
  if (transaction === undefined)
    return { id: `${notification.kind}:${notification.timestamp}`, occurredAt, charge: null, invoiceId: null };
  const invoiceId = transaction.orderId?.split(':')[0] ?? null;
  const id = `${notification.kind}:${transaction.id}:${notification.timestamp}`;
  return { id, occurredAt, charge: { ...chargeOf(transaction), at: occurredAt }, invoiceId };
}

async function verified(gateway: Gateway, signature: string, payload: string): Promise<braintree.WebhookNotification> {
  try {
    return await gateway.webhookNotification.parse(signature, payload);
  } catch (error) {
    throw new WebhookError('The webhook is not signed by Braintree.', { cause: error });
  }
}
