import { describe, expect, it } from 'vitest';
import {
  A1042,
  ASKS_ORDER,
  check,
  done,
  type Expected,
  LEAD,
  ORDER_ID,
  ORDERS,
  RETURNS,
  replyTo,
  requestOf,
  said,
  user,
} from '../test-support/local-conversations.ts';
import type { ModelMessage, ModelRequest } from './model.ts';
import { countRequestTokens } from './tokens.ts';

describe('conversations', () => {
  const table: [string, ModelMessage[], Expected, Partial<ModelRequest>?][] = [
    [
      'takes what was asked for from the next message',
      [user('Please cancel my order'), said('Could you tell me the order number, such as A-1042?'), user('It is A-1042')],
      { call: ['orders.cancel', A1042] },
    ],
    [
      'lets the newest message win',
      [user('Where is A-1043?'), said('Order A-1043 is shipped.'), user('And where is A-1042?')],
      { call: ['orders.status', A1042] },
    ],
    [
      'remembers which order the conversation is about',
      [user('Where is A-1042?'), said('Order A-1042 is shipped.'), user('Then cancel it please')],
      { call: ['orders.cancel', A1042] },
    ],
    [
      'asks which one is meant before it changes anything',
      [user('Where are A-1042 and A-1043?'), said('Both are on their way.'), user('Cancel my order')],
      { says: ASKS_ORDER },
    ],
    [
      'does what was confirmed',
      [user('Can I still cancel A-1042?'), said('Shall I cancel A-1042?'), user('Yes please')],
      { call: ['orders.cancel', A1042] },
    ],
    [
      'does not do what was declined',
      [user('Can I still cancel A-1042?'), said('Shall I cancel A-1042?'), user('No, leave it')],
      { says: /nothing was changed/ },
    ],
    [
      'does not take a yes to another question for a request',
      [user('Can I still cancel A-1042?'), said('You can. Do you like the lamp?'), user('Yes')],
      { abstains: true },
    ],
    [
      'does not take another question for an answer',
      [user('Cancel my order'), said('Could you tell me the order number, such as A-1042?'), user('Who is your boss?')],
      { abstains: true },
    ],
    [
      'collects a lead over several messages',
      [
        user('I would like a demo for my team'),
        said('Could you tell me your name and your email address?'),
        user('Ada Byron'),
        said('Could you tell me your email address?'),
        user('ada@example.com'),
      ],
      { call: ['leads.create', { name: 'Ada Byron', email: 'ada@example.com', message: 'I would like a demo for my team' }] },
      { useCase: 'LEAD', tools: [LEAD] },
    ],
    [
      'tells a status in words',
      [
        user('Where is A-1042?'),
        ...done('orders.status', A1042, {
          order_id: 'A-1042',
          items: ['desk lamp', 'LED bulb'],
          status: 'shipped',
          eta: 'tomorrow',
        }),
      ],
      { says: /^Order A-1042 is shipped\. Items: desk lamp and LED bulb\. Expected arrival: tomorrow\.$/ },
    ],
    [
      'tells that something was done',
      [user('Cancel A-1042'), ...done('orders.cancel', A1042, { order_id: 'A-1042', status: 'cancelled' })],
      { says: /^Done\. Order A-1042 is cancelled\.$/ },
    ],
    [
      'tells why something was not done',
      [
        user('Cancel A-1042'),
        ...done('orders.cancel', A1042, { error: 'order A-1042 is shipped and can no longer be cancelled' }),
      ],
      { says: /^I could not do that: order A-1042 is shipped and can no longer be cancelled\.$/ },
    ],
    [
      'tells the tool’s own refusal without its status code',
      [user('Cancel A-1042'), ...done('orders.cancel', A1042, 'Error: 409: order A-1042 is shipped')],
      { says: /^I could not do that: order A-1042 is shipped\.$/ },
    ],
    [
      'keeps what broke on the way to itself',
      [
        user('Cancel A-1042'),
        ...done('orders.cancel', A1042, 'Error: The connection was not made: connect ECONNREFUSED 10.0.0.7:80.'),
      ],
      { says: /^I could not do that: the system that does this cannot be reached just now\.$/ },
    ],
    [
      'leaves a result that was cut to a model that can read it',
      [
        user('Where is A-1042?'),
        ...done('orders.status', A1042, '{"order_id":"A-1042","items":["la… (cut: 9000 characters in all)'),
      ],
      { abstains: true },
    ],
    [
      'does not claim what is not known to be done',
      [
        user('Cancel A-1042'),
        ...done('orders.cancel', A1042, { status: 'UNKNOWN', result: null, error: 'the connection was cut' }),
      ],
      { says: /^It is not certain whether this was done\./ },
    ],
    [
      'calls a second tool when the message asks for two things',
      [
        user('Tell me the status of A-1042 and cancel it'),
        ...done('orders.status', A1042, { order_id: 'A-1042', status: 'preparing' }),
      ],
      { call: ['orders.cancel', A1042] },
    ],
    [
      'ends after the second',
      [
        user('Tell me the status of A-1042 and cancel it'),
        ...done('orders.status', A1042, { order_id: 'A-1042', status: 'preparing' }),
        ...done('orders.cancel', A1042, { order_id: 'A-1042', status: 'cancelled' }, 'c2'),
      ],
      { says: /^Order A-1042 is preparing\. Done\. Order A-1042 is cancelled\.$/ },
    ],
    [
      'changes nothing after a tool failed',
      [
        user('Tell me the status of A-1042 and cancel it'),
        ...done('orders.status', A1042, { error: 'there is no order A-1042' }),
      ],
      { says: /^I could not do that: there is no order A-1042\.$/ },
    ],
  ];
  it.each(table)('%s', async (_, messages, expected, more) => check(await replyTo(requestOf(messages, more)), expected));
});

describe('questions', () => {
  const ask = (content: string, more: Partial<ModelRequest> = {}) =>
    replyTo(requestOf([user(content)], { useCase: 'FAQ', tools: [], passages: [RETURNS], ...more }));

  it('answers with the sentences that speak of what is asked, and says where they stand', async () => {
    const { text, finished } = await ask('How many days do I have to return something?');
    expect(text).toBe('You can return anything within 30 days of delivery.');
    expect(finished.citations).toEqual([{ documentId: 'doc-returns', title: 'Returns', score: 0.8 }]);
  });

  it('answers from the best passage, whatever their order', async () => {
    const worse = { ...RETURNS, documentId: 'other', text: 'Something else.', score: 0.6 };
    const { finished } = await ask('How many days do I have to return something?', { passages: [worse, RETURNS] });
    expect(finished.citations[0]?.documentId).toBe('doc-returns');
  });

  it('is silent below the threshold, and without knowledge', async () => {
    check(await ask('How many days?', { passages: [{ ...RETURNS, score: 0.54 }] }), { abstains: true });
    check(await ask('How many days?', { passages: [] }), { abstains: true });
  });

  it('answers a question on how things are done from the knowledge, though a tool could be meant', async () => {
    const cancelling = { ...RETURNS, text: 'Open My orders and choose Cancel to cancel an order.' };
    check(await ask('How do I cancel my order?', { useCase: 'ORDER', tools: ORDERS, passages: [cancelling] }), {
      says: /^Open My orders/,
    });
  });

  it('puts the answer into the JSON that is asked for', async () => {
    const responseSchema = {
      type: 'object',
      properties: { answer: { type: 'string' }, sources: { type: 'array', items: { type: 'string' } } },
      required: ['answer', 'sources'],
      additionalProperties: false,
    };
    const { text } = await ask('How many days do I have to return something?', { responseSchema });
    expect(JSON.parse(text)).toEqual({ answer: 'You can return anything within 30 days of delivery.', sources: ['Returns'] });
  });

  it('fills JSON with what the message says', async () => {
    const responseSchema = {
      type: 'object',
      properties: { email: { type: 'string', format: 'email' }, order_id: ORDER_ID },
      required: ['email', 'order_id'],
    };
    const { text } = await ask('Order A-1042, answer to ada@example.com', { responseSchema, passages: [] });
    expect(JSON.parse(text)).toEqual({ email: 'ada@example.com', order_id: 'A-1042' });
  });

  it('abstains from JSON that it would have to guess', async () => {
    const responseSchema = { type: 'object', properties: { sentiment: { enum: ['good', 'bad'] } }, required: ['sentiment'] };
    check(await ask('The lamp is lovely', { responseSchema }), { abstains: true });
  });

  it('fills JSON from the result of a tool', async () => {
    const responseSchema = { type: 'object', properties: { status: { type: 'string' } }, required: ['status'] };
    const messages = [user('Where is A-1042?'), ...done('orders.status', A1042, { order_id: 'A-1042', status: 'shipped' })];
    const { text } = await replyTo(requestOf(messages, { responseSchema }));
    expect(JSON.parse(text)).toEqual({ status: 'shipped' });
  });

  it('counts its own tokens exactly', async () => {
    const request = requestOf([user('How many days do I have to return something?')], { passages: [RETURNS], tools: [] });
    const { finished } = await replyTo(request);
    expect(finished.usage).toEqual({ inputTokens: countRequestTokens(request), outputTokens: 11, estimated: false });
  });

  it('streams word by word, and stops at the limit', async () => {
    const { events, text, reason } = await ask('How many days do I have to return something?', { maxOutputTokens: 4 });
    expect(events.filter(({ kind }) => kind === 'text').length).toBeGreaterThan(2);
    expect(text).toBe('You can return anything');
    expect(reason).toBe('length');
  });

  it('ends when it is cancelled', async () => {
    await expect(replyTo(requestOf([user('Hello')]), AbortSignal.abort())).rejects.toMatchObject({ kind: 'cancelled' });
  });
});
