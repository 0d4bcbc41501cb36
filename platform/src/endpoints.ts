import { MAX_PAYMENT_WEBHOOK_BYTES, MAX_WEBHOOK_BYTES } from '@switchyard/billing/module';
import type { RawEndpoints } from '@switchyard/gateway/raw-endpoint';
import type { Modules } from './modules.ts';

/** What the gateway's process answers beside the graph. */
export function endpointsOf({ billing }: Modules): RawEndpoints {
  return {
    '/webhooks/usage/': {
      maxBytes: MAX_WEBHOOK_BYTES,
      answer: async ({ rest, headers, body }) => {
        const answer = await billing.receiveUsageWebhook({ source: rest, headers, body });
        const after = answer.retryAfterSeconds;
        return { ...answer, headers: after === undefined ? {} : { 'retry-after': String(after) } };
      },
    },
    '/webhooks/stripe': {
      maxBytes: MAX_PAYMENT_WEBHOOK_BYTES,
      answer: (request) => billing.receivePaymentWebhook('STRIPE', request),
    },
    '/webhooks/braintree': {
      maxBytes: MAX_PAYMENT_WEBHOOK_BYTES,
      answer: (request) => billing.receivePaymentWebhook('BRAINTREE', request),
    },
  };
}
