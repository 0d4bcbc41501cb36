import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

type Order = {
  readonly items: readonly string[];
  status: 'preparing' | 'shipped' | 'delivered' | 'cancelled';
  readonly eta: string;
};
type Reply = { readonly status: number; readonly body: unknown };

/** The shop that the demo's assistant works for: a tool server of the tenant's, as any tenant would run one. It keeps its orders in memory. */
export type DemoShop = {
  readonly origin: string;
  readonly tools: readonly DemoTool[];
  /** From then on a call of this tool must carry a signature made with this secret. */
  trust(tool: string, signingSecret: string): void;
  close(): Promise<void>;
};

export type DemoTool = {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly sideEffect: boolean;
  readonly idempotent: boolean;
};

const ORDER_ID = { type: 'string', pattern: '^[A-Z]-[0-9]{4}$', description: 'Number of the order, such as A-1042' };

const TOOLS: readonly DemoTool[] = [
  {
    name: 'orders.status',
    description: 'Tells where an order is and when it arrives: track an order, delivery status.',
    inputSchema: { type: 'object', properties: { order_id: ORDER_ID }, required: ['order_id'], additionalProperties: false },
    sideEffect: false,
    idempotent: true,
  },
  {
    name: 'orders.cancel',
    description: 'Cancels an order that has not been shipped yet.',
    inputSchema: { type: 'object', properties: { order_id: ORDER_ID }, required: ['order_id'], additionalProperties: false },
    sideEffect: true,
    idempotent: true,
  },
  {
    name: 'leads.create',
    description: 'Records a sales lead: somebody who is interested in an offer, a demo or a quote and wants to be contacted.',
    inputSchema: {
      type: 'object',
      properties: {
        name: { type: 'string', description: 'Full name of the person' },
        email: { type: 'string', format: 'email', description: 'Where to answer' },
        company: { type: 'string', description: 'Company the person works for' },
      },
      required: ['name', 'email'],
      additionalProperties: false,
    },
    sideEffect: true,
    idempotent: true,
  },
];

export async function startDemoShop(): Promise<DemoShop> {
  const orders = new Map<string, Order>([
    ['A-1042', { items: ['desk lamp', 'LED bulb E27'], status: 'shipped', eta: 'tomorrow' }],
    ['A-1043', { items: ['office chair'], status: 'preparing', eta: 'in three days' }],
    ['B-2001', { items: ['bookshelf'], status: 'delivered', eta: 'last Friday' }],
  ]);
  const secrets = new Map<string, string>();
  const done = new Map<string, Reply>();
  let leads = 0;

  const act = (tool: string, body: Record<string, unknown>): Reply => {
    if (tool === 'leads.create') {
      leads += 1;
      return { status: 200, body: { lead_id: `L-${100 + leads}`, status: 'recorded', contact_within: 'one working day' } };
    }
    const id = String(body.order_id);
    const order = orders.get(id);
    if (order === undefined) return { status: 404, body: { error: `there is no order ${id}` } };
    if (tool === 'orders.status') return { status: 200, body: { order_id: id, ...order } };
    if (order.status !== 'preparing')
      return { status: 409, body: { error: `order ${id} is ${order.status} and can no longer be cancelled` } };
    order.status = 'cancelled';
    return { status: 200, body: { order_id: id, status: order.status } };
  };

  const reply = async (request: IncomingMessage): Promise<Reply> => {
    const tool = decodeURIComponent((request.url ?? '/').slice('/tools/'.length));
    const secret = secrets.get(tool);
    if (secret === undefined) return { status: 404, body: { error: `there is no tool ${tool}` } };
    const text = await textOf(request);
    try {
      new Webhook(secret).verify(text, request.headers as Record<string, string>);
    } catch {
      return { status: 401, body: { error: 'the signature does not fit' } };
    }
    // One Idempotency-Key acts once, however often it comes: that is what `idempotent: true` promises.
    const key = `${tool} ${String(request.headers['idempotency-key'])}`;
    const known = done.get(key) ?? act(tool, JSON.parse(text) as Record<string, unknown>);
    done.set(key, known);
    return known;
  };

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    void reply(request)
      .catch((): Reply => ({ status: 400, body: { error: 'the arguments are no JSON' } }))
      .then(({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tools: TOOLS,
    trust: (tool, signingSecret) => void secrets.set(tool, signingSecret),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
