import type { IncomingHttpHeaders } from 'node:http';

/** The providers that invoices can be paid through. */
export const PROVIDERS = ['STRIPE', 'BRAINTREE'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** An amount as providers count it and as people read it: 1234 and "12.34". */
export type Amount = { readonly minorUnits: number; readonly text: string; readonly currency: string };

export type ChargeRequest = {
  readonly tenantId: string;
  readonly invoiceId: string;
  readonly customer: string;
  readonly paymentMethod: string;
  readonly amount: Amount;
  /** On the payer's statement and in the provider's dashboard. */
  readonly description: string;
  /** The same key never takes money twice, however often it is sent. */
  readonly idempotencyKey: string;
};

/**
 * What became of an attempt to take money. PENDING: the provider has it and will tell by webhook. FAILED: no money was taken,
 * and `failure` says why, for people.
 */
export type Charge = {
  /** The provider's own id of it. */
  readonly reference: string;
  readonly status: 'PAID' | 'PENDING' | 'FAILED';
  readonly failure: string | null;
  readonly at: Date;
};

export type RefundRequest = { readonly reference: string; readonly amount: Amount; readonly idempotencyKey: string };

/** What a provider told by webhook, verified. */
export type PaymentEvent = {
  /** The same event has the same id, however often it is delivered. */
  readonly id: string;
  readonly occurredAt: Date;
  /** Null where the event is about something that no invoice follows. */
  readonly charge: Charge | null;
  /** The invoice that we named when we charged. */
  readonly invoiceId: string | null;
};

export type WebhookRequest = { readonly headers: IncomingHttpHeaders; readonly body: Buffer };

/**
 * One way to be paid. Only amounts that were rated here are sent: no prices, no metering, no subscriptions of the provider.
 * No card data either: payment methods come as tokens that the provider's own form made.
 * Every call throws a PaymentError when its outcome is not known or it can never work.
 */
export type PaymentProvider = {
  readonly name: ProviderName;
  /** @returns the provider's id of the customer; the same tenant gets the same one. */
  createCustomer(of: { readonly tenantId: string }): Promise<string>;
  /** @param token made by the provider's form. @returns what charges name. */
  attachPaymentMethod(of: { readonly customer: string; readonly token: string }): Promise<string>;
  charge(request: ChargeRequest): Promise<Charge>;
  /** What the provider knows of an invoice: its successful or pending charge, else the newest failed one, else null. */
  findCharge(of: { readonly customer: string; readonly invoiceId: string }): Promise<Charge | null>;
  /** @returns the provider's id of the refund. */
  refund(request: RefundRequest): Promise<string>;
  /** @throws WebhookError for what the provider did not sign, or not just now. */
  readWebhook(request: WebhookRequest, now: Date): Promise<PaymentEvent>;
};

/** Seconds that a webhook's time may differ from ours. */
export const WEBHOOK_TOLERANCE_S = 300;
