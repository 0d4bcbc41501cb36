import { createHash, createHmac, randomUUID } from 'node:crypto';
import { type Asked, type Fault, type ScriptedServer, startScriptedServer, type Told } from './scripted-server.ts';

export type Sale = {
  id: string;
  type: 'sale' | 'credit';
  status: string;
  amount: string;
  orderId: string;
  at: Date;
  refundIds: string[];
};

/** The part of Braintree's XML that the adapter speaks, with memory: customers, payment methods, transactions, their search. */
export async function startBraintreeServer(): Promise<ScriptedServer & { readonly sales: Sale[] }> {
  const sales: Sale[] = [];
  const customers = new Set<string>();
  const xml = (body: string, status = 200): Told => ({
    status,
    type: 'application/xml',
    body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
  });
  const found = (ids: readonly string[]) =>
    xml(
      `<search-results><page-size type="integer">50</page-size><ids type="array">${ids.map((id) => `<item>${id}</item>`).join('')}</ids></search-results>`,
    );
  const add = (sale: Omit<Sale, 'id' | 'at' | 'refundIds'>): Sale => {
    const made = { ...sale, id: randomUUID().slice(0, 8), at: new Date(), refundIds: [] };
    sales.push(made);
    return made;
  };
  const routes: readonly (readonly [
    RegExp,
    (asked: Asked, body: Record<string, Record<string, unknown>>, fault: Fault | null) => Told,
  ])[] = [
    [
      /^GET .*\/customers\//,
      ({ path }) => {
        const id = path.split('/').at(-1) ?? '';
        return customers.has(id) ? xml(`<customer><id>${id}</id></customer>`) : xml('', 404);
      },
    ],
    [
      /^POST .*\/customers$/,
      (_, body) => {
        const id = String(body.customer?.id);
        customers.add(id);
        return xml(`<customer><id>${id}</id></customer>`, 201);
      },
    ],
    [
      /^POST .*\/payment_methods$/,
      (_, body) =>
        xml(`<credit-card><token>token-${String(body.payment_method?.payment_method_nonce)}</token></credit-card>`, 201),
    ],
    [
      /^POST .*\/transactions\/advanced_search_ids$/,
      (_, body) => {
        const { is, starts_with: start } = (body.search?.order_id ?? {}) as { is?: string; starts_with?: string };
        return found(
          sales
            .filter(({ orderId }) => (is === undefined ? orderId.startsWith(start ?? '') : orderId === is))
            .map(({ id }) => id),
        );
      },
    ],
    [
      /^POST .*\/transactions\/advanced_search$/,
      (_, body) => {
        const ids = (body.search?.ids ?? []) as string[];
        return xml(
          `<credit-card-transactions type="collection">${sales
            .filter(({ id }) => ids.includes(id))
            .map(transactionXml)
            .join('')}</credit-card-transactions>`,
        );
      },
    ],
    [
      /^POST .*\/transactions\/[^/]+\/refund$/,
      ({ path }, body) => {
        const sale = sales.find(({ id }) => id === path.split('/').at(-2));
        const made = add({
          type: 'credit',
          status: 'submitted_for_settlement',
          amount: String(body.transaction?.amount),
          orderId: String(body.transaction?.order_id),
        });
        sale?.refundIds.push(made.id);
        return xml(transactionXml(made), 201);
      },
    ],
    [
      /^PUT .*\/transactions\/[^/]+\/void$/,
      ({ path }) => {
        const sale = sales.find(({ id }) => id === path.split('/').at(-2));
        if (sale !== undefined) sale.status = 'voided';
        return sale === undefined ? xml('', 404) : xml(transactionXml(sale));
      },
    ],
    [
      /^GET .*\/transactions\//,
      ({ path }) => {
        const sale = sales.find(({ id }) => id === path.split('/').at(-1));
        return sale === undefined ? xml('', 404) : xml(transactionXml(sale));
      },
    ],
    [
      /^POST .*\/transactions$/,
      (_, body, fault) => {
        const status = fault === 'decline' ? 'processor_declined' : fault === 'pending' ? 'submitted_for_settlement' : 'settled';
        const made = add({
          type: 'sale',
          status,
          amount: String(body.transaction?.amount),
          orderId: String(body.transaction?.order_id),
        });
        if (fault !== 'decline') return xml(transactionXml(made), 201);
        return xml(`<api-error-response><message>Do Not Honor</message>${transactionXml(made)}</api-error-response>`, 422);
      },
    ],
  ];
  const answer = (asked: Asked, fault: Fault | null): Told => {
    const route = routes.find(([pattern]) => pattern.test(`${asked.method} ${asked.path}`));
    const body = (asked.body === '' ? {} : JSON.parse(asked.body)) as Record<string, Record<string, unknown>>;
    return route?.[1](asked, body, fault) ?? xml('', 404);
  };
  const server = await startScriptedServer(({ method, path }) => method === 'POST' && path.endsWith('/transactions'), answer);
  return { ...server, sales };
}

function transactionXml({ id, type, status, amount, orderId, at, refundIds }: Sale): string {
  const time = at.toISOString();
  return `<transaction><id>${id}</id><type>${type}</type><status>${status}</status><amount>${amount}</amount><order-id>${orderId}</order-id>
    <created-at type="datetime">${time}</created-at><updated-at type="datetime">${time}</updated-at>
    <refund-ids type="array">${refundIds.map((each) => `<item>${each}</item>`).join('')}</refund-ids></transaction>`;
}

/** A delivery as Braintree makes it. */
export function braintreeDelivery(kind: string, sale: Sale, keys: { publicKey: string; privateKey: string }) {
  const text = `<notification><kind>${kind}</kind><timestamp type="datetime">${sale.at.toISOString()}</timestamp><subject>${transactionXml(sale)}</subject></notification>`;
  const payload = `${Buffer.from(text).toString('base64')}\n`;
  const signature = createHmac('sha1', createHash('sha1').update(keys.privateKey).digest()).update(payload).digest('hex');
  const form = new URLSearchParams({ bt_signature: `${keys.publicKey}|${signature}`, bt_payload: payload });
  return { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: Buffer.from(form.toString()) };
}
