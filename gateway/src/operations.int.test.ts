import { createServer } from 'node:http';
import { createMetricsServer } from '@switchyard/runtime/metrics';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type RunningGateway, startGateway, until } from '../test-support/running-gateway.ts';
import { SLOW_READER } from './sockets.ts';

describe('the public door', () => {
  let running: RunningGateway;
  let healthy = true;
  beforeAll(async () => {
    const database = async () => {
      if (!healthy) throw new Error('password authentication failed for user "app"');
    };
    running = await startGateway('over HTTP', { probes: { database }, limits: { maxBodyBytes: 20_000 } });
  });
  afterAll(() => running.stop());

  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${running.gateway.url}${path}`, { headers });
  const codeOf = async (body: unknown) => {
    const response = await running.post(body);
    const { errors } = (await response.json()) as { errors?: { extensions: Record<string, unknown> }[] };
    return [response.status, errors?.[0]?.extensions.code, errors?.[0]?.extensions.limit];
  };

  test('is ready while its subgraphs and its database are, and says which is not, without detail', async () => {
    expect((await get('/health/live')).status).toBe(200);
    const ready = await get('/health/ready');
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ready', checks: { 'subgraph talks': 'ok', 'subgraph costs': 'ok', 'subgraph routes': 'ok', database: 'ok' } },
    ]);
    healthy = false;
    const notReady = await get('/health/ready');
    expect([notReady.status, await notReady.json()]).toMatchObject([
      503,
      { checks: { database: 'failed', 'subgraph talks': 'ok' } },
    ]);
    healthy = true;
  });

  test.each([
    ['tokens', { query: `{ ${'viewer { tenant } '.repeat(1_001)} }` }, 'tokens'],
    ['aliases', { query: `{ ${Array.from({ length: 101 }, (_, i) => `a${i}: viewer { tenant }`).join(' ')} }` }, 'aliases'],
    ['fields', { query: doubled(12) }, 'fields'],
    ['body', { query: '{ viewer { tenant } }', variables: { x: 'x'.repeat(20_000) } }, 'bodyBytes'],
  ])('an operation over the limit of %s is OPERATION_TOO_COSTLY', async (_, body, limit) => {
    expect(await codeOf(body)).toEqual([400, 'OPERATION_TOO_COSTLY', limit]);
  });

  test('explorers: Sandbox at /, and GraphiQL whose parts all come from here', async () => {
    expect(await (await get('/')).text()).toContain('embeddable-sandbox');
    const page = await (await get('/graphiql')).text();
    const addresses = [...page.matchAll(/(?:src|href)="([^"]+)"|from "([^"]+)"/g)].map((match) => match[1] ?? match[2] ?? '');
    expect(addresses.length).toBeGreaterThan(2);
    for (const address of addresses) {
      expect(address).toMatch(/^\/graphiql\/static\//);
      expect((await get(address)).status).toBe(200);
    }
  });

  test('GET /graphql is refused, and nothing else is there', async () => {
    expect((await get('/graphql?query={viewer{tenant}}')).status).toBe(405);
    expect((await get('/graphql/')).status).toBe(404);
    expect((await get('/metrics')).status).toBe(404);
  });

  test('a form of a foreign site is refused', async () => {
    const response = await running.post('{"query":"{ viewer { tenant } }"}', { 'content-type': 'text/plain' });
    expect(response.status).toBe(400);
  });

  test('introspection is answered', async () => {
    const response = await running.post({
      query: '{ __schema { queryType { name } } __type(name: "Money") { fields { name } } }',
    });
    expect(await response.json()).toMatchObject({ data: { __schema: { queryType: { name: 'Query' } } } });
  });

  test('metrics count connections and requests by type and code', async () => {
    const metrics = await createMetricsServer({ registry: running.registry, host: '127.0.0.1', port: 0 });
    const client = running.socket(`Bearer ${running.key}`);
    await client.iterate({ query: '{ viewer { tenant } }' }).next();
    const idle = client.iterate({ query: 'subscription { events(talkId: "counted") { id } }' });
    void idle.next();
    await until(() => running.graph.watchers('counted') === 1);
    await running.post({ query: '{ nothing }' });
    const text = await (await fetch(metrics.url)).text();
    expect(text).toContain('ws_active_connections 1\n');
    expect(text).toContain('ws_backpressure_drops{policy="CLOSE"} 0');
    expect(text).toContain('ws_send_errors 0');
    expect(text).toMatch(/graphql_requests_total\{transport="http",operation="unknown",code="GRAPHQL_VALIDATION_FAILED"\} \d/);
    expect(text).toMatch(/graphql_requests_total\{transport="ws",operation="query",code="OK"\} 1/);
    expect(text).toContain('graphql_active_subscriptions{transport="ws",field="events"} 1');
    await idle.return?.();
    await client.dispose();
    await until(() => running.graph.watchers('counted') === 0);
    await metrics.stop();
  });
});

test('stopping finishes what runs, tells sockets to go, and takes nothing new', async () => {
  const running = await startGateway('in process');
  const closed = Promise.withResolvers<number>();
  const client = running.socket(`Bearer ${running.key}`, {
    on: { closed: (event) => closed.resolve((event as { code: number }).code) },
  });
  client
    .iterate({ query: 'subscription { events(talkId: "t") { id } }' })
    .next()
    .catch(() => {});
  await until(() => running.graph.watchers('t') === 1);
  const slow = running.post({ query: '{ slow(ms: 400) }' });
  await until(() => running.graph.slowRequests() === 1);

  const stopping = running.gateway.stop(2_000);
  expect(await closed.promise).toBe(1001);
  await expect(running.post({ query: '{ viewer { tenant } }' })).rejects.toThrow();
  expect(await (await slow).json()).toEqual({ data: { slow: 'done' } });
  await stopping;
  expect(running.graph.watchers('t')).toBe(0);
});

test('a request that takes too long does not hold the stop up', async () => {
  const running = await startGateway('in process');
  const slow = running.post({ query: '{ slow(ms: 60000) }' });
  slow.catch(() => {});
  await until(() => running.graph.slowRequests() === 1);
  const startedAt = Date.now();
  await running.gateway.stop(300);
  expect(Date.now() - startedAt).toBeLessThan(2_000);
  await expect(slow).rejects.toThrow();
});

test('a subgraph that is gone is UPSTREAM_UNAVAILABLE, for its own fields only, and takes readiness with it', async () => {
  const running = await startGateway('over HTTP');
  await running.servers[Object.keys(running.graph.subgraphs).indexOf('costs')]?.stop(0);
  const response = await running.post({
    query: '{ viewer { tenant } episode(id: "abc") { title price(currency: "USD") { amount } } }',
  });
  expect(await response.json()).toMatchObject({
    data: { episode: { title: 'Episode abc', price: null } },
    errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }],
  });
  expect((await running.post({ query: '{ rates { amount } }' })).status).toBe(503);
  expect((await fetch(`${running.gateway.url}/health/ready`)).status).toBe(503);
  await running.stop();
});

describe.each(['in process', 'over HTTP'] as const)('of subgraphs that are %s', (topology) => {
  test('a reader that stays behind is closed with a code of its own and the place to resume', async () => {
    const running = await startGateway(topology, { times: { slowAfterMs: 1_000 } });
    const socket = new WebSocket(`${running.gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const closed = new Promise<readonly unknown[]>((resolve) =>
      socket.once('close', (code, why) => resolve([code, String(why)])),
    );
    const say = (message: unknown) => socket.send(JSON.stringify(message));
    socket.once('open', () => say({ type: 'connection_init', payload: { authorization: `Bearer ${running.key}` } }));
    socket.once('message', () => {
      const query = 'subscription { events(talkId: "fast") { ... on AnswerDelta { text } } }';
      say({ id: '1', type: 'subscribe', payload: { query } });
    });
    await until(() => running.graph.watchers('fast') === 1);
    socket.pause();
    const cut = async () => {
      const { values } = (await running.registry.getSingleMetric('ws_backpressure_drops')?.get()) ?? { values: [] };
      return values.find(({ labels }) => labels.policy === 'CLOSE')?.value === 1;
    };
    const text = 'x'.repeat(200_000);
    for (let id = 0; !(await cut()); id += 1) {
      if (id < 60) running.graph.publish('fast', { id: String(id), text });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const said: string[] = [];
    socket.on('message', (message) => void said.push(String(message)));
    socket.resume();
    const last = () => said.findLast((message) => message.includes('"type":"ping"')) ?? '{}';
    const [code, why] = await closed;
    const { payload } = JSON.parse(last()) as { payload?: { reconnect: { resumeAfter: Record<string, string> } } };
    const seen = said.filter((message) => message.includes('"type":"next"')).length;
    expect([code, why]).toEqual([SLOW_READER, `Slow reader: resume after ${payload?.reconnect.resumeAfter['1']}`]);
    expect(Number(payload?.reconnect.resumeAfter['1'])).toBeLessThanOrEqual(seen);
    await until(() => running.graph.watchers('fast') === 0);
    await running.stop();
  });
});

test('a port that is taken is said so', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  await expect(startGateway('in process', { port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  other.close();
});

/** Fragments that each spread the next one twice: 2^levels fields once written out. */
function doubled(levels: number): string {
  const fragments = Array.from({ length: levels }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`);
  return `{ ...F0 } ${fragments.join(' ')} fragment F${levels} on Query { viewer { tenant } }`;
}
