import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../test-support/running-gateway.ts';
import type { RawRequest } from './raw-endpoint.ts';

let running: RunningGateway;
const seen: RawRequest[] = [];

beforeAll(async () => {
  running = await startGateway('in process', {
    endpoints: {
      '/webhooks/usage/': {
        maxBytes: 1000,
        answer: async (request) => {
          seen.push(request);
          return { status: 202, headers: { 'retry-after': '3' }, body: { ok: true } };
        },
      },
    },
  });
});
afterAll(() => running.stop());

const post = (path: string, body: string | Buffer, method = 'POST') =>
  fetch(`${running.gateway.url}${path}`, { method, ...(method === 'GET' ? {} : { body }), headers: { 'webhook-id': 'm' } });

it('hands a request over byte for byte, without a credential, and answers as it is told', async () => {
  const body = Buffer.from([0, 1, 254, 255]);
  const response = await post('/webhooks/usage/abc?x=1', body);
  expect([response.status, response.headers.get('retry-after'), await response.json()]).toEqual([202, '3', { ok: true }]);
  expect(seen.at(-1)).toMatchObject({ rest: 'abc', headers: { 'webhook-id': 'm' } });
  expect(seen.at(-1)?.body.equals(body)).toBe(true);
});

it('answers what is too long itself', async () => {
  const before = seen.length;
  expect((await post('/webhooks/usage/abc', 'x'.repeat(1001))).status).toBe(413);
  expect(seen.length).toBe(before);
});

it('takes POST alone, and knows no other address', async () => {
  expect((await post('/webhooks/usage/abc', '', 'GET')).status).toBe(405);
  expect((await post('/webhooks/other', '')).status).toBe(404);
});
