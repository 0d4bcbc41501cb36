import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createToolAdapter } from './adapter.ts';
import { createEgress, type EgressOptions } from './egress.ts';

const SECRET = `whsec_${Buffer.from('secret').toString('base64')}`;

describe('egress', () => {
  let hits = 0;
  let port = 0;
  const server = createServer((request, response) => {
    hits += 1;
    if (request.url === '/redirect') response.writeHead(307, { location: `http://10.0.0.1:${port}/` });
    response.end('{}');
  });
  beforeAll(async () => {
    // On all addresses, so that only the check stands between a caller and it.
    await new Promise<void>((resolve) => server.listen(0, resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  const call = async (endpoint: string, options: EgressOptions = {}) => {
    hits = 0;
    const adapter = createToolAdapter({ egress: createEgress(options), guards: { firstDelayMs: 1 } });
    return await adapter.invoke(
      {
        tenantId: 't',
        tool: 'x',
        target: { kind: 'HTTP', endpoint, signingSecret: SECRET },
        arguments: {},
        idempotencyKey: 'k',
        sideEffect: true,
        idempotent: false,
        timeoutMs: 1000,
        maxAttempts: 2,
      },
      { signal: new AbortController().signal, onAttempt: async () => undefined },
    );
  };

  it.each([
    '127.0.0.1',
    '127.8.8.8',
    '0.0.0.0',
    '2130706433',
    '0x7f.1',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::1]',
    '169.254.169.254',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '[fec0::1]',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '[ff02::1]',
    '[4000::1]',
    'localhost',
    'LOCALHOST',
  ])('never reaches %s, and says why', async (host) => {
    const outcome = await call(`http://${host}:${port}/`);
    expect(outcome).toMatchObject({ status: 'FAILED', error: expect.stringContaining('may not be reached from here') });
    expect(hits).toBe(0);
  });

  it.each(['ftp://example.com/', 'file:///etc/passwd', 'http://user:password@example.com/', 'nonsense'])(
    'refuses %s',
    async (url) => {
      expect(await call(url)).toMatchObject({ status: 'FAILED', error: expect.stringContaining('The endpoint') });
    },
  );

  it('does not follow a redirect, wherever it leads', async () => {
    const outcome = await call(`http://127.0.0.1:${port}/redirect`, { allowCidrs: ['127.0.0.1/32'] });
    expect(outcome).toMatchObject({ status: 'FAILED', error: expect.stringContaining('redirect') });
    expect(hits).toBe(1);
  });

  it('reaches what the operator allowed by CIDR, by name too, and nothing beside it', async () => {
    expect(await call(`http://127.0.0.1:${port}/`, { allowCidrs: ['127.0.0.1/32'] })).toMatchObject({ status: 'SUCCEEDED' });
    expect(await call(`http://[::ffff:127.0.0.1]:${port}/`, { allowCidrs: ['127.0.0.1/32'] })).toMatchObject({
      status: 'SUCCEEDED',
    });
    expect(await call(`http://localhost:${port}/`, { allowCidrs: ['127.0.0.1/32'] })).toMatchObject({ status: 'SUCCEEDED' });
    expect(await call(`http://127.0.0.2:${port}/`, { allowCidrs: ['127.0.0.1/32'] })).toMatchObject({ status: 'FAILED' });
  });

  it('reaches an allowed origin exactly', async () => {
    const allowOrigins = [`http://127.0.0.1:${port}`];
    expect(await call(`http://127.0.0.1:${port}/`, { allowOrigins })).toMatchObject({ status: 'SUCCEEDED' });
    expect(await call(`http://localhost:${port}/`, { allowOrigins })).toMatchObject({ status: 'FAILED' });
    expect(await call(`http://127.0.0.1:${port + 1}/`, { allowOrigins })).toMatchObject({
      error: expect.stringContaining('may not be reached'),
    });
  });

  it('says at once when it is told nonsense', () => {
    expect(() => createEgress({ allowCidrs: ['10.0.0.0'] })).toThrow(/not a CIDR/);
    expect(() => createEgress({ allowOrigins: ['http://127.0.0.1:1/path'] })).toThrow(/not an origin/);
  });
});
