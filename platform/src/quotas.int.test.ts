import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type MountedPlatform, mountPlatform } from './test-support/mounted-platform.ts';

let platform: MountedPlatform;
beforeAll(async () => {
  platform = await mountPlatform(inject('adminUrl'));
});
afterAll(() => platform.close());

const STARTER =
  'mutation { changePlan(input: { planCode: "starter", when: NOW }) { plan { code } quotas { meter limit enforcement } } }';
const RECORD = `mutation ($id: String!, $quantity: Decimal!, $at: DateTime!) {
  recordUsage(input: { events: [{ id: $id, meter: "custom_units", quantity: $quantity, occurredAt: $at }] }) { accepted duplicates } }`;

async function tenant() {
  const made = 'mutation { createTenant(input: { name: "T" }) { secret } }';
  const { createTenant } = await platform.operator.graph<{ createTenant: { secret: string } }>(made);
  return platform.caller(createTenant.secret);
}

it('usage that does not fit into a hard limit is refused with 429 and what to do, and nothing of it is recorded', async () => {
  const caller = await tenant();
  await caller.graph(STARTER);
  const record = (id: string, quantity: string) => caller.ask(RECORD, { id, quantity, at: new Date().toISOString() });
  expect((await record('a', '999')).data).toEqual({ recordUsage: { accepted: 1, duplicates: 0 } });
  const refused = await record('b', '2');
  expect([refused.status, refused.errors[0]?.extensions]).toEqual([
    429,
    expect.objectContaining({ code: 'QUOTA_EXCEEDED', meter: 'custom_units', limit: '1000', remaining: '1', per: 'TENANT' }),
  ]);
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(refused.headers.get('ratelimit')).toMatch(/^"custom_units";r=1;t=\d+$/);
  expect(refused.headers.get('ratelimit-policy')).toMatch(/^"custom_units";q=1000;qu="custom_units";w=\d+$/);
  expect((await record('c', '1')).status).toBe(200);
  expect((await record('c', '1')).data).toEqual({ recordUsage: { accepted: 0, duplicates: 1 } });
});

it('messages are reserved before their episodes are queued: as many as the day allows, and not one more', async () => {
  const caller = await tenant();
  await caller.graph(STARTER);
  const { startSession } = await caller.graph<{ startSession: { id: string } }>(
    'mutation { startSession(input: { useCase: FAQ }) { id } }',
  );
  const SEND = 'mutation ($id: ID!) { sendMessage(input: { sessionId: $id, content: "Hello" }) { status } }';
  const answers = await Promise.all(Array.from({ length: 105 }, () => caller.ask(SEND, { id: startSession.id })));
  const codes = answers.map(({ status, errors }) => `${status} ${errors[0]?.extensions.code ?? 'OK'}`);
  expect(codes.filter((code) => code === '200 OK')).toHaveLength(100);
  expect(codes.filter((code) => code === '429 QUOTA_EXCEEDED')).toHaveLength(5);
}, 60_000);

it('a new tenant has no hard quota', async () => {
  const caller = await tenant();
  expect(
    await caller.graph(
      '{ billing { plan { code quotas { meter } limits { requestsPerMinute connections } } quotas { meter } budget { enforcement } } }',
    ),
  ).toEqual({
    billing: {
      plan: { code: 'pay-as-you-go', quotas: [], limits: { requestsPerMinute: 6_000, connections: 1_000 } },
      quotas: [],
      budget: null,
    },
  });
});
