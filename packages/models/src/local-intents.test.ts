import { describe, it } from 'vitest';
import {
  A1042,
  ASKS_ORDER,
  BOOK,
  check,
  type Expected,
  LEAD,
  replyTo,
  requestOf,
  user,
} from '../test-support/local-conversations.ts';

describe('orders', () => {
  const table: [string, Expected][] = [
    ['Where is my order A-1042?', { call: ['orders.status', A1042] }],
    ['where is my parcel? the number is #a-1042', { call: ['orders.status', A1042] }],
    ['Could you please track A-1042 for me', { call: ['orders.status', A1042] }],
    ['When will order A-1042 arrive?', { call: ['orders.status', A1042] }],
    ['What is the status of A-1042?', { call: ['orders.status', A1042] }],
    ['Has my order A-1042 been cancelled?', { call: ['orders.status', A1042] }],
    ['A-1042', { call: ['orders.status', A1042] }],
    ['Where is my order?', { says: ASKS_ORDER }],
    ['Track my package please', { says: ASKS_ORDER }],
    ['Cancel order A-1042', { call: ['orders.cancel', A1042] }],
    ['Please cancel A-1042.', { call: ['orders.cancel', A1042] }],
    ['Hi, I would like to cancel my order, it is A-1042. Thanks!', { call: ['orders.cancel', A1042] }],
    ['Can you call off order A-1042?', { call: ['orders.cancel', A1042] }],
    ['I want my order A-1042 cancelled', { call: ['orders.cancel', A1042] }],
    ['I need to cancel my order', { says: ASKS_ORDER }],
    [
      'Cancel A-1042 and A-1043 please',
      {
        calls: [
          ['orders.cancel', A1042],
          ['orders.cancel', { order_id: 'A-1043' }],
        ],
      },
    ],
    ['Cancel A-1043, sorry, I mean A-1042', { call: ['orders.cancel', A1042] }],
    ['Please cancel A-1042, not A-1043', { call: ['orders.cancel', A1042] }],
    ["Don't cancel A-1042, I just want to know where it is", { call: ['orders.status', A1042] }],
    ['Where is A-1042? I do not want to cancel it.', { call: ['orders.status', A1042] }],
    ['Can I still cancel my order A-1042?', { says: /^Shall I cancel A-1042\?$/ }],
    ['How do I cancel my order?', { abstains: true }],
    ['What happens if I cancel order A-1042?', { abstains: true }],
    ['Cancel A-1042 if it has not been shipped yet', { abstains: true }],
    ['I cancelled A-1042 yesterday, why was it sent?', { abstains: true }],
    ['Please cancel my newsletter subscription', { abstains: true }],
    ['I want to return the chair from order A-1042', { abstains: true }],
    ['I want my money back for A-1042', { call: ['refund_order', { orderId: 'A-1042' }] }],
    [
      'Please refund A-1042 to my card because the lamp is broken',
      { call: ['refund_order', { orderId: 'A-1042', method: 'card', reason: 'the lamp is broken' }] },
    ],
    ['When do I get my refund for A-1042?', { abstains: true }],
    [
      'Change the delivery address of A-1042 to 12 Elm Street, Springfield',
      { call: ['change_delivery_address', { ...A1042, address: '12 Elm Street, Springfield' }] },
    ],
    ['I would like to change the address of my order A-1042', { says: /^Could you tell me the address in full\?$/ }],
    [
      "I don't want to cancel A-1042, please change the address to 5 Oak Lane",
      { call: ['change_delivery_address', { ...A1042, address: '5 Oak Lane' }] },
    ],
    ['Please change my password', { abstains: true }],
    ['What is the capital of Australia?', { abstains: true }],
    ['Tell me a joke', { abstains: true }],
    ['Wo ist meine Bestellung?', { abstains: true }],
    ['', { abstains: true }],
    ['Hello!', { says: /^Hello!/ }],
    ['Thanks a lot', { says: /welcome/ }],
  ];
  it.each(table)('%s', async (message, expected) => check(await replyTo(requestOf([user(message)])), expected));
});

describe('leads', () => {
  const ada = { name: 'Ada Byron', email: 'ada@example.com' };
  const table: [string, Expected][] = [
    [
      'I would like a quote for 40 desks. My name is Ada Byron and my email is ada@example.com.',
      {
        call: [
          'leads.create',
          { ...ada, message: 'I would like a quote for 40 desks. My name is Ada Byron and my email is ada@example.com.' },
        ],
      },
    ],
    [
      "Please call me back, I'm Ada Byron from Lovelace Ltd, ada@example.com, +44 20 7946 0958",
      {
        call: [
          'leads.create',
          {
            ...ada,
            company: 'Lovelace Ltd',
            phone: '+44 20 7946 0958',
            message: "Please call me back, I'm Ada Byron from Lovelace Ltd, ada@example.com, +44 20 7946 0958",
          },
        ],
      },
    ],
    ['I am interested in your desks', { says: /^Could you tell me your name and your email address\?$/ }],
    ['We want to buy 40 desks, write to ada@example.com', { says: /^Could you tell me your name\?$/ }],
    ["I'm not interested in an offer", { abstains: true }],
    ['Who founded the company?', { abstains: true }],
  ];
  it.each(table)('%s', async (message, expected) => {
    check(await replyTo(requestOf([user(message)], { useCase: 'LEAD', tools: [LEAD] })), expected);
  });

  it.each([
    ['Book a demo for 12 people next Friday, mail me at ada@example.com', '2026-03-06', 12],
    ['Please schedule a demo on 2026-04-01 for three people: ada@example.com', '2026-04-01', 3],
    ["I'd like to book a demo tomorrow, we are 5 people, ada@example.com", '2026-03-03', 5],
    ['Can you book us a demo for 8 people on March 20th? ada@example.com', '2026-03-20', 8],
    ['Book a demo in two weeks for 4 people, ada@example.com', '2026-03-16', 4],
  ])('%s', async (message, date, people) => {
    const reply = await replyTo(requestOf([user(message)], { useCase: 'LEAD', tools: [LEAD, BOOK] }));
    check(reply, { call: ['book_demo', { date, people, email: 'ada@example.com' }] });
  });
});
