import { expect } from 'vitest';
import { createLocalProvider } from '../src/local.ts';
import type { ModelEvent, ModelMessage, ModelRequest, ModelTool, Passage } from '../src/model.ts';

export const ORDER_ID = { type: 'string', pattern: '^[A-Z]-[0-9]{4}$', description: 'Number of the order, such as A-1042' };
const tool = (
  name: string,
  description: string,
  properties: Record<string, object>,
  required: string[],
  sideEffect = true,
): ModelTool => ({
  name,
  description,
  inputSchema: { type: 'object', properties, required, additionalProperties: false },
  sideEffect,
});
const STATUS = tool(
  'orders.status',
  'Tells where an order is and when it arrives: track an order, delivery status.',
  { order_id: ORDER_ID },
  ['order_id'],
  false,
);
const CANCEL = tool('orders.cancel', 'Cancels an order that has not been shipped yet.', { order_id: ORDER_ID }, ['order_id']);
const REFUND = tool(
  'refund_order',
  'Pays the money for an order back.',
  { orderId: ORDER_ID, reason: { type: 'string' }, method: { enum: ['card', 'voucher'] } },
  ['orderId'],
);
const ADDRESS = tool(
  'change_delivery_address',
  'Changes where an order is delivered to.',
  { order_id: ORDER_ID, address: { type: 'string' } },
  ['order_id', 'address'],
);
export const LEAD = tool(
  'leads.create',
  'Records a sales lead: somebody who is interested in an offer, a demo or a quote and wants to be contacted.',
  {
    name: { type: 'string', description: 'Full name of the person' },
    email: { type: 'string', format: 'email', description: 'Where to answer' },
    company: { type: 'string', description: 'Company the person works for' },
    phone: { type: 'string' },
    message: { type: 'string' },
  },
  ['name', 'email'],
);
export const BOOK = tool(
  'book_demo',
  'Schedules a product demo.',
  {
    date: { type: 'string', format: 'date' },
    people: { type: 'integer', minimum: 1 },
    email: { type: 'string', format: 'email' },
  },
  ['date', 'people', 'email'],
);
export const ORDERS = [STATUS, CANCEL, REFUND, ADDRESS];

export const RETURNS: Passage = {
  documentId: 'doc-returns',
  title: 'Returns',
  text: 'You can return anything within 30 days of delivery. Made-to-measure curtains are excluded. Print the label under My orders and hand the parcel to the courier. Our shops sell plants, too.',
  url: 'https://help.example/returns',
  score: 0.8,
};

export function requestOf(messages: readonly ModelMessage[], more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: 'local',
    messages: [{ role: 'system', content: 'You help.' }, ...messages],
    tools: ORDERS,
    passages: [],
    useCase: 'ORDER',
    responseSchema: null,
    maxOutputTokens: 500,
    seed: 'seed',
    ...more,
  };
}
export const user = (content: string): ModelMessage => ({ role: 'user', content });
export const said = (content: string): ModelMessage => ({ role: 'assistant', content, toolCalls: [] });
export const done = (name: string, args: object, result: unknown, id = 'c1'): ModelMessage[] => [
  { role: 'assistant', content: '', toolCalls: [{ id, name, arguments: args }] },
  { role: 'tool', toolCallId: id, tool: name, content: typeof result === 'string' ? result : JSON.stringify(result) },
];

/** Monday, 2 March 2026. */
const clock = { now: () => new Date('2026-03-02T09:00:00Z') };

export async function replyTo(request: ModelRequest, signal = new AbortController().signal) {
  const events: ModelEvent[] = [];
  for await (const event of createLocalProvider({ clock }).stream(request, signal)) events.push(event);
  const text = events.map((event) => (event.kind === 'text' ? event.text : '')).join('');
  const calls = events.flatMap((event) =>
    event.kind === 'tool-call' ? [{ tool: event.call.name, arguments: event.call.arguments }] : [],
  );
  const finished = events.at(-1);
  if (finished?.kind !== 'finished') throw new Error('the stream did not finish');
  return { text, calls, reason: finished.reason, finished, events };
}

export type Expected = { call?: [string, object]; calls?: [string, object][]; says?: RegExp; abstains?: true };

export function check(reply: Awaited<ReturnType<typeof replyTo>>, expected: Expected): void {
  const { text, calls, reason } = reply;
  const wanted = expected.call === undefined ? (expected.calls ?? []) : [expected.call];
  expect({ calls, text }).toEqual({
    calls: wanted.map(([name, args]) => ({ tool: name, arguments: args })),
    text: expected.says === undefined ? '' : expect.stringMatching(expected.says),
  });
  expect(reason).toBe(expected.abstains ? 'abstained' : wanted.length > 0 ? 'tool-calls' : 'stop');
}

export const A1042 = { order_id: 'A-1042' };
export const ASKS_ORDER = /^Could you tell me the order number, such as A-1042\?$/;
