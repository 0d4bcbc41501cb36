import { createHmac, randomUUID } from 'node:crypto';
import { type Asked, type Fault, type ScriptedServer, startScriptedServer, type Told } from './scripted-server.ts';

type Intent = {
  id: string;
  object: 'payment_intent';
  amount: number;
  created: number;
  status: string;
  customer: string;
  metadata: Record<string, string>;
};

/** The part of Stripe's API that the adapter speaks, with memory: customers, payment intents with idempotency keys, refunds. */
export async function startStripeServer(): Promise<ScriptedServer & { readonly intents: Intent[]; readonly refunds: string[] }> {
  const intents: Intent[] = [];
  const refunds: string[] = [];
  const byKey = new Map<string, Told>();
  const json = (body: unknown, status = 200): Told => ({ status, type: 'application/json', body: JSON.stringify(body) });
  const routes: readonly (readonly [RegExp, (asked: Asked, form: URLSearchParams, fault: Fault | null) => Told])[] = [
    [/^POST \/v1\/customers$/, (_, form) => json({ id: `cus_${form.get('metadata[tenant_id]')}`, object: 'customer' })],
    [/^POST \/v1\/payment_methods\/.+\/attach$/, ({ path }) => json({ id: path.split('/')[3], object: 'payment_method' })],
    [
      /^GET \/v1\/payment_intents\?/,
      () => json({ object: 'list', data: intents.toReversed(), has_more: false, url: '/v1/payment_intents' }),
    ],
    [
      /^POST \/v1\/payment_intents$/,
      (_, form, fault) => {
        const status = fault === 'decline' ? 'requires_payment_method' : fault === 'pending' ? 'processing' : 'succeeded';
        const metadata = { invoice_id: form.get('metadata[invoice_id]') ?? '', tenant_id: form.get('metadata[tenant_id]') ?? '' };
        const made: Intent = {
          id: `pi_${randomUUID()}`,
          object: 'payment_intent',
          amount: Number(form.get('amount')),
          created: Math.floor(Date.now() / 1000),
          status,
          customer: form.get('customer') ?? '',
          metadata,
        };
        intents.push(made);
        if (fault !== 'decline') return json(made);
        return json(
          { error: { type: 'card_error', code: 'card_declined', message: 'Your card was declined.', payment_intent: made } },
          402,
        );
      },
    ],
    [
      /^POST \/v1\/refunds$/,
      (_, form) => {
        const id = `re_${form.get('payment_intent')}`;
        refunds.push(`${form.get('payment_intent')} ${form.get('amount')}`);
        return json({ id, object: 'refund' });
      },
    ],
  ];
  const answer = (asked: Asked, fault: Fault | null): Told => {
    const key = asked.headers['idempotency-key'];
    const kept = typeof key === 'string' ? byKey.get(key) : undefined;
    if (kept !== undefined) return kept;
    const route = routes.find(([pattern]) => pattern.test(`${asked.method} ${asked.path}`));
    const told =
      route?.[1](asked, new URLSearchParams(asked.body), fault) ??
      json({ error: { type: 'invalid_request_error', message: 'no such thing' } }, 404);
    if (typeof key === 'string') byKey.set(key, told);
    return told;
  };
  const server = await startScriptedServer(({ method, path }) => method === 'POST' && path === '/v1/payment_intents', answer);
  return { ...server, intents, refunds };
}

/** A delivery as Stripe makes it. */
export function stripeDelivery(event: unknown, secret: string, at: Date) {
  const body = Buffer.from(JSON.stringify(event));
  const time = Math.floor(at.getTime() / 1000);
  const signature = createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex');
  return { headers: { 'stripe-signature': `t=${time},v1=${signature}` }, body };
}

export function intentEvent(type: string, of: { id: string; intent: string; invoiceId: string; status: string; at: Date }) {
  const created = Math.floor(of.at.getTime() / 1000);
  const object = { id: of.intent, object: 'payment_intent', created, status: of.status, metadata: { invoice_id: of.invoiceId } };
  return { id: of.id, object: 'event', type, created, data: { object } };
}
