import { createServer } from 'node:net';
import { startToolServer, type ToolFault, type ToolServer } from '@switchyard/testing/tool-server';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { createToolAdapter } from './adapter.ts';
import { createEgress } from './egress.ts';
import type { GuardOptions } from './guards.ts';
import type { ToolInvocation, ToolTarget } from './tool.ts';

const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes....').toString('base64')}`;
const TOOLS = {
  /** Acts once per key. */
  idempotent: { sideEffect: true, idempotent: true },
  /** Acts as often as it is called. */
  once: { sideEffect: true, idempotent: false },
  /** Only reads. */
  look: { sideEffect: false, idempotent: false },
} as const;

const servers: ToolServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

const at = (endpoint: string): ToolTarget => ({ kind: 'HTTP', endpoint, signingSecret: SECRET });

type Setup = {
  readonly tool?: keyof typeof TOOLS;
  readonly invocation?: Partial<ToolInvocation>;
  readonly guards?: GuardOptions;
  readonly signingSecret?: string;
};

async function setUp({ tool = 'idempotent', invocation = {}, guards = {}, signingSecret = SECRET }: Setup = {}) {
  const server = await startToolServer({ signingSecret: SECRET, idempotent: TOOLS[tool].idempotent });
  servers.push(server);
  const adapter = createToolAdapter({
    egress: createEgress({ allowCidrs: ['127.0.0.0/8'] }),
    guards: { firstDelayMs: 5, ...guards },
  });
  const attempts: number[] = [];
  const call = (signal: AbortSignal = new AbortController().signal, change: Partial<ToolInvocation> = {}) =>
    adapter.invoke(
      {
        tenantId: 'tenant',
        tool: 'cancel_order',
        target: { kind: 'HTTP', endpoint: `${server.origin}/cancel?strict=1`, signingSecret },
        arguments: { order: 'A-1', note: 'naïve ☂' },
        idempotencyKey: 'key-1',
        timeoutMs: 500,
        maxAttempts: 4,
        ...TOOLS[tool],
        ...invocation,
        ...change,
      },
      { signal, onAttempt: async (number) => void attempts.push(number) },
    );
  return { server, adapter, call, attempts };
}

describe('a call', () => {
  it('posts the arguments as JSON with its key, signed as Standard Webhooks does it', async () => {
    const { server, call, attempts } = await setUp();
    expect(await call()).toEqual({ status: 'SUCCEEDED', result: { done: 1 }, error: null });
    expect(attempts).toEqual([1]);
    const [request] = server.requests;
    expect(request).toMatchObject({ path: '/cancel?strict=1', key: 'key-1', arguments: { order: 'A-1', note: 'naïve ☂' } });
    expect(request?.headers).toMatchObject({ 'webhook-id': 'key-1', 'content-type': 'application/json' });
    expect(() =>
      new Webhook(SECRET).verify(JSON.stringify({ order: 'A-1', note: 'naïve ☂' }), request?.headers ?? {}),
    ).not.toThrow();
  });

  it('is refused by a tool that knows another secret, and not repeated', async () => {
    const { call, attempts } = await setUp({ signingSecret: `whsec_${Buffer.from('other').toString('base64')}` });
    expect(await call()).toEqual({ status: 'FAILED', result: null, error: '401: not signed by the platform' });
    expect(attempts).toEqual([1]);
  });

  it('is not sent when its attempt could not be noted down', async () => {
    const { server, adapter } = await setUp();
    const invocation = {
      tenantId: 't',
      tool: 'x',
      target: at(`${server.origin}/x`),
      arguments: {},
      idempotencyKey: 'k',
    };
    const noting = adapter.invoke(
      { ...invocation, ...TOOLS.once, timeoutMs: 250, maxAttempts: 4 },
      { signal: new AbortController().signal, onAttempt: () => Promise.reject(new Error('the database is away')) },
    );
    await expect(noting).rejects.toThrow('the database is away');
    expect(server.requests).toHaveLength(0);
  });
});

describe('a 2xx', () => {
  it.each([
    ['no JSON', '<html>', 'The answer is not JSON: <html>'],
    ['text that no database keeps', '{"a":"\\u0000"}', 'The answer is not JSON: {"a":"\\u0000"}'],
    ['half a surrogate pair', '["\\ud800"]', 'The answer is not JSON: ["\\ud800"]'],
    ['more than 1 MiB', JSON.stringify('x'.repeat(1024 * 1024)), 'The answer is longer than 1048576 bytes.'],
  ])('with %s is done, with a null result and an error text', async (_what, body, error) => {
    const { server, call } = await setUp();
    server.script({ kind: 'answer', body });
    expect(await call()).toEqual({ status: 'SUCCEEDED', result: null, error });
    expect(server.ledger).toHaveLength(1);
  });

  it('that is written twice counts once', async () => {
    const { server, call } = await setUp();
    server.script({ kind: 'twice' });
    expect(await call()).toEqual({ status: 'SUCCEEDED', result: { done: 1 }, error: null });
    expect(server.requests).toHaveLength(1);
  });

  it('without a body is done without a result', async () => {
    const { server, call } = await setUp();
    server.script({ kind: 'answer', body: '' });
    expect(await call()).toEqual({ status: 'SUCCEEDED', result: null, error: null });
  });
});

describe('a 4xx', () => {
  it.each(['idempotent', 'once', 'look'] as const)('is a final refusal for a tool that is %s', async (tool) => {
    const { server, call, attempts } = await setUp({ tool });
    server.script({ kind: 'status', status: 422, body: JSON.stringify({ detail: 'The order has been shipped.' }) });
    expect(await call()).toEqual({ status: 'FAILED', result: null, error: '422: The order has been shipped.' });
    expect(attempts).toEqual([1]);
  });

  it('tells no more of its message than 2,000 characters', async () => {
    const { server, call } = await setUp();
    server.script({ kind: 'status', status: 400, body: 'x'.repeat(50_000) });
    expect((await call()).error).toHaveLength('400: '.length + 2000 + 1);
  });
});

describe('429 and a connection that was never made', () => {
  it.each(['idempotent', 'once', 'look'] as const)('are tried again, for a tool that is %s', async (tool) => {
    const { server, call, attempts } = await setUp({ tool });
    server.script({ kind: 'status', status: 429 }, { kind: 'status', status: 429 });
    expect(await call()).toMatchObject({ status: 'SUCCEEDED' });
    expect(attempts).toEqual([1, 2, 3]);
    expect(server.ledger).toHaveLength(1);
  });

  it('waits as long as Retry-After says', async () => {
    const { server, call } = await setUp();
    server.script({ kind: 'status', status: 429, retryAfter: '1' });
    await call();
    const [first, second] = server.requests.map((request) => request.atMs);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('gives up when Retry-After is longer than it would ever wait', async () => {
    const { server, call, attempts } = await setUp({ tool: 'once' });
    server.script({ kind: 'status', status: 429, retryAfter: '3600' });
    expect(await call()).toMatchObject({ status: 'FAILED' });
    expect(attempts).toEqual([1]);
  });

  it('fails, and is not unknown, when the tool never took it', async () => {
    const { server, call, attempts } = await setUp({ tool: 'once' });
    await server.stop();
    const outcome = await call();
    expect(outcome).toMatchObject({ status: 'FAILED', error: expect.stringContaining('ECONNREFUSED') });
    expect(attempts).toEqual([1, 2, 3, 4]);
  });

  it('a TLS handshake with what speaks no TLS is a connection never made', async () => {
    const { server, call, attempts } = await setUp({ tool: 'once' });
    const outcome = await call(undefined, { target: at(server.origin.replace('http:', 'https:')) });
    expect(outcome).toMatchObject({ status: 'FAILED', error: expect.stringContaining('The connection was not made') });
    expect(attempts).toEqual([1, 2, 3, 4]);
  });

  it('a name that does not exist is a connection never made', async () => {
    const { call } = await setUp({ tool: 'once' });
    expect(await call(undefined, { target: at('http://nowhere.invalid/'), timeoutMs: 2000 })).toMatchObject({ status: 'FAILED' });
  });
});

const NO_ANSWER = [
  ['408', { kind: 'status', status: 408 }, 0],
  ['500', { kind: 'status', status: 500 }, 0],
  ['503', { kind: 'status', status: 503 }, 0],
  ['a time-out before it acted', { kind: 'hang', acts: false }, 0],
  ['a time-out after it acted', { kind: 'hang', acts: true }, 1],
  ['an answer after the time-out', { kind: 'late', afterMs: 900 }, 1],
  ['a cut before it acted', { kind: 'cut', acts: false }, 0],
  ['a cut after it acted', { kind: 'cut', acts: true }, 1],
  ['a cut in the middle of the answer', { kind: 'cut-body' }, 1],
  ['an answer that is no HTTP', { kind: 'not-http' }, 1],
] as const;

describe.each(NO_ANSWER)('%s', (_name, fault, effects) => {
  it('is tried again on an idempotent tool, which acts once', async () => {
    const { server, call, attempts } = await setUp();
    server.script(fault);
    expect(await call()).toEqual({ status: 'SUCCEEDED', result: { done: 1 }, error: null });
    expect(attempts).toEqual([1, 2]);
    expect(new Set(server.requests.map((request) => request.key)).size).toBe(1);
    expect(server.ledger).toHaveLength(1);
  });

  it('is tried again on a tool without side effect', async () => {
    const { server, call } = await setUp({ tool: 'look' });
    server.script(fault);
    expect(await call()).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('leaves a tool that is not idempotent UNKNOWN, and is never repeated', async () => {
    const { server, call, attempts } = await setUp({ tool: 'once' });
    server.script(fault);
    expect(await call()).toMatchObject({ status: 'UNKNOWN', result: null, error: expect.any(String) });
    expect(attempts).toEqual([1]);
    expect(server.ledger).toHaveLength(effects);
  });
});

describe('when every attempt is used up', () => {
  const always = Array.from({ length: 4 }, () => ({ kind: 'status', status: 500 }) as const);

  it('an idempotent tool with a side effect is UNKNOWN', async () => {
    const { server, call, attempts } = await setUp();
    server.script(...always);
    expect(await call()).toMatchObject({ status: 'UNKNOWN', error: '500: no' });
    expect(attempts).toEqual([1, 2, 3, 4]);
  });

  it('a tool without side effect has FAILED', async () => {
    const { server, call } = await setUp({ tool: 'look' });
    server.script(...always);
    expect(await call()).toMatchObject({ status: 'FAILED' });
  });

  it('one attempt without an answer keeps it UNKNOWN, though the last was not taken', async () => {
    const { server, call } = await setUp({ invocation: { maxAttempts: 2 } });
    server.script({ kind: 'hang', acts: true }, { kind: 'status', status: 429 });
    expect(await call()).toMatchObject({ status: 'UNKNOWN' });
  });
});

describe('a cancelled call', () => {
  it('has FAILED when nothing was sent', async () => {
    const { server, call, attempts } = await setUp();
    expect(await call(AbortSignal.abort())).toMatchObject({ status: 'FAILED' });
    expect([attempts.length, server.requests.length]).toEqual([0, 0]);
  });

  it('is UNKNOWN at once when it was sent, and sends nothing more', async () => {
    const { server, call, attempts } = await setUp({ invocation: { timeoutMs: 10_000 } });
    server.script({ kind: 'hang', acts: true });
    const controller = new AbortController();
    const began = Date.now();
    const outcome = call(controller.signal);
    await expect.poll(() => server.requests.length).toBe(1);
    controller.abort();
    expect(await outcome).toMatchObject({ status: 'UNKNOWN' });
    expect(Date.now() - began).toBeLessThan(5000);
    expect(attempts).toEqual([1]);
  });

  it('stops while it waits for its next attempt', async () => {
    const { server, call, attempts } = await setUp({ tool: 'once' });
    server.script({ kind: 'status', status: 429, retryAfter: '1' });
    const controller = new AbortController();
    const outcome = call(controller.signal);
    await expect.poll(() => server.requests.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    controller.abort();
    expect(await outcome).toMatchObject({ status: 'FAILED' });
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(attempts).toEqual([1]);
    expect(server.requests).toHaveLength(1);
  });
});

describe('the guards of a tool', () => {
  it('open its circuit after calls in a row without an answer, for this tenant and tool alone, and close it after one success', async () => {
    const { server, adapter, call, attempts } = await setUp({ tool: 'once', guards: { failuresToOpen: 2, openForMs: 200 } });
    server.script({ kind: 'status', status: 500 }, { kind: 'status', status: 500 });
    await call();
    expect(adapter.circuit('tenant', 'cancel_order')).toBe('CLOSED');
    await call();
    expect(adapter.circuit('tenant', 'cancel_order')).toBe('OPEN');
    expect(await call()).toMatchObject({ status: 'FAILED', error: expect.stringContaining('left alone') });
    expect(attempts).toHaveLength(2);
    expect(await call(undefined, { tenantId: 'another' })).toMatchObject({ status: 'SUCCEEDED' });
    expect(await call(undefined, { tool: 'another' })).toMatchObject({ status: 'SUCCEEDED' });
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(await call()).toMatchObject({ status: 'SUCCEEDED' });
    expect(adapter.circuit('tenant', 'cancel_order')).toBe('CLOSED');
  });

  it('do not take refusals for an outage', async () => {
    const { server, adapter, call } = await setUp({ guards: { failuresToOpen: 1 } });
    server.script({ kind: 'status', status: 400 });
    await call();
    expect(adapter.circuit('tenant', 'cancel_order')).toBe('CLOSED');
  });

  it('let so many calls run at once, queue so many, and refuse the rest unsent', async () => {
    const { server, call } = await setUp({ tool: 'once', guards: { maxConcurrent: 1, maxQueued: 1 } });
    server.script({ kind: 'late', afterMs: 100 });
    const outcomes = await Promise.all([call(), call(), call()]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['FAILED', 'SUCCEEDED', 'SUCCEEDED']);
    expect(server.ledger).toHaveLength(2);
  });
});

it('a server that accepts and says nothing is given up when the time is over', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { call } = await setUp({ tool: 'once', invocation: { timeoutMs: 100 } });
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : 0;
  expect(await call(undefined, { target: at(`http://127.0.0.1:${port}/`) })).toMatchObject({ status: 'UNKNOWN' });
  silent.close();
});

it('does not say FAILED of a call that an earlier worker may have made, because nothing could be sent this time', async () => {
  const { call } = await setUp({ tool: 'idempotent', invocation: { maxAttempts: 1 } });
  const away = { target: at('http://127.0.0.1:1/') };
  expect(await call(undefined, { ...away, mayHaveActed: true })).toMatchObject({ status: 'UNKNOWN', mayRepeat: true });
  expect(await call(undefined, { ...away, mayHaveActed: false })).toMatchObject({ status: 'FAILED', mayRepeat: true });
});

describe.each(['idempotent', 'once'] as const)('under random faults, what is said of a tool that is %s', (tool) => {
  it('is what its ledger holds', async () => {
    const faults: (ToolFault | null)[] = [
      { kind: 'status', status: 500 },
      { kind: 'status', status: 429 },
      { kind: 'cut', acts: true },
      { kind: 'cut', acts: false },
      { kind: 'cut-body' },
      { kind: 'late', afterMs: 1500 },
      { kind: 'twice' },
      { kind: 'garbage' },
      { kind: 'not-http' },
    ];
    let state = 42;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const { server, call } = await setUp({
      tool,
      invocation: { timeoutMs: 1000, maxAttempts: 10 },
      guards: { failuresToOpen: 1000, firstDelayMs: 1 },
    });
    server.script(...Array.from({ length: 400 }, () => (random(100) < 40 ? (faults[random(faults.length)] ?? null) : null)));
    const keys = Array.from({ length: 150 }, (_, index) => `key-${index}`);
    const outcomes = await Promise.all(keys.map(async (key) => [key, await call(undefined, { idempotencyKey: key })] as const));
    for (const [key, outcome] of outcomes) {
      const effects = server.ledger.filter((effect) => effect.key === key).length;
      if (outcome.status === 'SUCCEEDED') expect(effects, key).toBe(1);
      if (outcome.status === 'FAILED') expect(effects, key).toBe(0);
      if (outcome.status === 'UNKNOWN') expect(effects, key).toBeLessThanOrEqual(1);
    }
    const share = (status: string) => outcomes.filter(([, outcome]) => outcome.status === status).length / outcomes.length;
    expect(share('SUCCEEDED')).toBeGreaterThan(tool === 'idempotent' ? 0.9 : 0.3);
    if (tool === 'once') expect(share('UNKNOWN')).toBeGreaterThan(0);
  });
});
