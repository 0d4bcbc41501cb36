import { newId, type TenantId } from '@switchyard/kernel/ids';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { OPERATOR_KEY, type RunningGateway, startGateway } from '../test-support/running-gateway.ts';
import { countInMemory, createRequestLimits, limitHeaders } from './request-limits.ts';

let running: RunningGateway;
let key: string;
const now = new Date('2026-11-20T12:00:18.200Z');
const QUERY = { query: '{ __typename }' };

beforeAll(async () => {
  running = await startGateway('in process', {
    clock: { now: () => now },
    requestLimits: {
      limitsOf: async () => ({ requestsPerMinute: 3, connections: 1_000, subscriptionsPerConnection: 100 }),
      counter: countInMemory(),
    },
  });
});
afterAll(() => running.stop());
beforeEach(() => {
  key = running.keys.issue({ tenantId: newId<TenantId>() });
});

const post = (as = key) => running.post(QUERY, { authorization: `Bearer ${as}` });
const limitsOf = (response: Response) =>
  ['ratelimit', 'ratelimit-policy', 'retry-after'].map((name) => response.headers.get(name));

it('answers as many requests a minute as the plan says, each with what is left', async () => {
  const headers = [limitsOf(await post()), limitsOf(await post()), limitsOf(await post())];
  expect(headers).toEqual([2, 1, 0].map((left) => [`"requests";r=${left};t=42`, '"requests";q=3;w=60', null]));
});

it('refuses one more with 429, when to come back, and which limit it was', async () => {
  for (let n = 0; n < 3; n++) await post();
  const response = await post();
  expect(response.status).toBe(429);
  expect(limitsOf(response)).toEqual(['"requests";r=0;t=42', '"requests";q=3;w=60', '42']);
  const { errors } = (await response.json()) as { errors: { extensions: unknown }[] };
  expect(errors[0]?.extensions).toEqual({
    code: 'RATE_LIMITED',
    quota: 'meter',
    meter: 'requests',
    period: 'MINUTE',
    per: 'TENANT',
    limit: '3',
    remaining: '0',
    resetsAt: '2026-11-20T12:01:00.000Z',
    retryAfterSeconds: 42,
    windowSeconds: 60,
  });
});

it('counts each tenant by itself, all of its keys together, and the operator not at all', async () => {
  const tenantId = newId<TenantId>();
  const keys = [running.keys.issue({ tenantId }), running.keys.issue({ tenantId })];
  for (const as of [...keys, ...keys]) await post(as);
  expect((await post(keys[0])).status).toBe(429);
  expect((await post()).status).toBe(200);
  for (let n = 0; n < 5; n++) expect((await post(OPERATOR_KEY)).status).toBe(200);
});

it('refuses an operation over a socket in its error, and leaves the socket open', async () => {
  const client = running.socket(`Bearer ${key}`);
  const ask = () =>
    new Promise<unknown>((resolve) => {
      client.subscribe(QUERY, { next: (result) => resolve(result.data), error: resolve, complete: () => {} });
    });
  const answers = [await ask(), await ask(), await ask(), await ask()];
  expect(answers.slice(0, 3)).toEqual(Array(3).fill({ __typename: 'Query' }));
  expect(answers[3]).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 42 } }]);
  await client.dispose();
});

it('begins anew with each minute', async () => {
  let at = now;
  const limitsOf = async () => ({ requestsPerMinute: 1, connections: 1, subscriptionsPerConnection: 1 });
  const limits = createRequestLimits({ limitsOf, counter: countInMemory(), now: () => at });
  const tenantId = newId<TenantId>();
  await limits.take(tenantId);
  await expect(limits.take(tenantId)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  at = new Date('2026-11-20T12:01:00.000Z');
  expect(await limits.take(tenantId)).toMatchObject({ ratelimit: '"requests";r=0;t=60' });
});

it('writes a limit of any meter as structured fields', () => {
  const extensions = {
    code: 'QUOTA_EXCEEDED',
    meter: 'custom_units',
    limit: '1000.5',
    remaining: '7.25',
    windowSeconds: 86_400,
    retryAfterSeconds: 60,
  };
  expect(limitHeaders([{ message: '', extensions }])).toEqual({
    'retry-after': '60',
    ratelimit: '"custom_units";r=7;t=60',
    'ratelimit-policy': '"custom_units";q=1000;qu="custom_units";w=86400',
  });
  expect(limitHeaders([{ message: '', extensions: { code: 'CONFLICT' } }])).toEqual({});
});
