import { newId, type TenantId } from '@switchyard/kernel/ids';
import type { RequestContext } from '@switchyard/kernel/request-context';
import { signContext } from '@switchyard/runtime/context-token';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { RETRY_AFTER_S, sendDue } from './commands/send-notifications.ts';
import { type BillingPlatform, startBilling } from './test-support/billing-platform.ts';
import { modelCallFinished } from './test-support/events.ts';
import { putOnPlan } from './test-support/quota-plans.ts';

let platform: BillingPlatform;
let tenantId: TenantId;
const NOW = new Date('2026-11-20T12:00:00.000Z');

beforeAll(async () => {
  platform = await startBilling(inject('adminUrl'));
});
afterAll(() => platform.close());
beforeEach(async () => {
  tenantId = newId<TenantId>();
  platform.now = NOW;
  await platform.admin.query('delete from billing.notification');
});

const use = (inputTokens: number) => platform.meter([modelCallFinished({ tenantId, at: NOW, inputTokens, outputTokens: 0 })]);

async function subscribe(): Promise<() => Promise<unknown>> {
  const request: RequestContext = {
    requestId: newId(),
    tenantId,
    scopes: ['BILLING_READ'],
    credential: { kind: 'API_KEY', id: newId() },
  };
  const events = await platform.module.subgraph.subscribe({
    query: 'subscription { quotaCrossed { meter used remaining crossed enforcement } }',
    contextToken: await signContext(request, Buffer.alloc(32, 7)),
  });
  if (!(Symbol.asyncIterator in events)) throw new Error(JSON.stringify(events));
  return async () => (await events.next()).value?.data?.quotaCrossed;
}

it('a subscriber gets how the limits stand, then each share that is reached, once', async () => {
  await putOnPlan(platform.admin, tenantId, [{ meter: 'input_tokens', limit: '100', enforcement: 'SOFT' }]);
  await use(10);
  const next = await subscribe();
  const of = { meter: 'input_tokens', enforcement: 'SOFT' };
  expect(await next()).toEqual({ ...of, used: '10', remaining: '90', crossed: null });
  await use(45);
  expect(await next()).toEqual({ ...of, used: '55', remaining: '45', crossed: 50 });
  await use(5);
  await use(200);
  expect(await next()).toEqual({ ...of, used: '260', remaining: '0', crossed: 80 });
  expect(await next()).toEqual({ ...of, used: '260', remaining: '0', crossed: 100 });
  await use(200);
  const { rows } = await platform.admin.query('select percent from billing.quota_crossing where tenant_id = $1 order by 1', [
    tenantId,
  ]);
  expect(rows).toEqual([{ percent: 50 }, { percent: 80 }, { percent: 100 }]);
});

type Sent = { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string };

function sender(answers: (string | null)[]): { readonly sent: Sent[]; round(): Promise<number> } {
  const sent: Sent[] = [];
  const deliver = async (message: Sent) => {
    sent.push(message);
    return answers.shift() ?? null;
  };
  const { database, logger } = { database: platform.database, logger: { error: () => {} } as never };
  const options = { database, logger, deliver, clock: { now: () => platform.now }, secretsKey: Buffer.alloc(32, 8) };
  return { sent, round: () => sendDue(options) };
}

async function endpoint(url = 'https://tenant.example/hook'): Promise<{ id: string; secret: string }> {
  const CREATE = `mutation ($url: String!) { createNotificationEndpoint(input: { url: $url }) { endpoint { id } secret } }`;
  const { data } = await platform.ask(tenantId, CREATE, { url }, ['BILLING_WRITE']);
  const made = z.object({ createNotificationEndpoint: z.object({ endpoint: z.object({ id: z.string() }), secret: z.string() }) });
  const { endpoint, secret } = made.parse(data).createNotificationEndpoint;
  return { id: endpoint.id, secret };
}

it('an endpoint is sent what was reached, signed, under one id, until it takes it', async () => {
  await putOnPlan(platform.admin, tenantId, [{ meter: 'input_tokens', limit: '100' }]);
  const { secret } = await endpoint();
  await use(50);
  const { sent, round } = sender(['503: later', 'no answer', null]);
  expect(await round()).toBe(1);
  expect(await round()).toBe(0);
  for (const seconds of [RETRY_AFTER_S[0], RETRY_AFTER_S[1]]) {
    platform.now = new Date(platform.now.getTime() + seconds * 1000 - 1);
    expect(await round()).toBe(0);
    platform.now = new Date(platform.now.getTime() + 1);
    expect(await round()).toBe(1);
  }
  platform.now = new Date(platform.now.getTime() + 86_400_000);
  expect(await round()).toBe(0);
  expect(new Set(sent.map(({ headers, body }) => `${headers['webhook-id']} ${body}`)).size).toBe(1);
  const [first] = sent;
  const signed = `v1,${new Webhook(secret).sign(first?.headers['webhook-id'] ?? '', NOW, first?.body ?? '').split(',')[1]}`;
  expect(first).toMatchObject({ url: 'https://tenant.example/hook', headers: { 'webhook-signature': signed } });
  expect(JSON.parse(first?.body ?? '')).toEqual({
    type: 'quota.crossed',
    timestamp: NOW.toISOString(),
    data: {
      meter: 'input_tokens',
      period: 'BILLING_PERIOD',
      percent: 50,
      limit: '100',
      used: '50',
      enforcement: 'HARD',
      windowStart: '2026-11-01T00:00:00.000Z',
      resetsAt: '2026-12-01T00:00:00.000Z',
    },
  });
});

it('a notification is given up after its last attempt, and left to another process by one that crashed', async () => {
  await putOnPlan(platform.admin, tenantId, [{ meter: 'input_tokens', limit: '100' }]);
  await endpoint();
  await use(50);
  const crashed = sender([]);
  const crash = {
    ...crashed,
    round: () =>
      sendDue({
        database: platform.database,
        clock: { now: () => platform.now },
        secretsKey: Buffer.alloc(32, 8),
        logger: {} as never,
        deliver: () => Promise.reject(new Error('killed')),
      }),
  };
  await expect(crash.round()).rejects.toThrow('killed');
  const { sent, round } = sender(Array(RETRY_AFTER_S.length).fill('no'));
  expect(await round()).toBe(0);
  platform.now = new Date(platform.now.getTime() + 60_000);
  for (let attempt = 0; attempt < RETRY_AFTER_S.length + 2; attempt++) {
    await round();
    platform.now = new Date(platform.now.getTime() + 86_400_000);
  }
  expect(sent).toHaveLength(RETRY_AFTER_S.length);
});

it('nothing is sent that was not committed, nor to an endpoint that was deleted', async () => {
  await putOnPlan(platform.admin, tenantId, [{ meter: 'input_tokens', limit: '100' }]);
  const { id } = await endpoint();
  const crash = platform.database.crossTenant('consumer', async (tx) => {
    await platform.module.consumers.metering.handle([modelCallFinished({ tenantId, at: NOW, inputTokens: 80 })], tx);
    throw new Error('killed');
  });
  await expect(crash).rejects.toThrow('killed');
  const { sent, round } = sender([]);
  await round();
  await use(80);
  const DELETE = 'mutation ($id: ID!) { deleteNotificationEndpoint(id: $id) }';
  expect((await platform.ask(tenantId, DELETE, { id }, ['BILLING_WRITE'])).codes).toEqual([]);
  await round();
  expect(sent).toEqual([]);
});

it('refuses an endpoint that is no URL of the web', async () => {
  const CREATE = `mutation ($url: String!) { createNotificationEndpoint(input: { url: $url }) { secret } }`;
  for (const url of ['', 'ftp://a.example/', 'https://u:p@a.example/', 'x'.repeat(3000)]) {
    expect((await platform.ask(tenantId, CREATE, { url }, ['BILLING_WRITE'])).codes).toEqual(['BAD_USER_INPUT']);
  }
});
