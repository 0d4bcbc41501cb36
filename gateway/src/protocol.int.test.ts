import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RawSocket } from '../test-support/raw-socket.ts';
import { type RunningGateway, startGateway, TENANT, until } from '../test-support/running-gateway.ts';

const WATCH = 'subscription ($talk: ID!) { events(talkId: $talk) { id } }';

let running: RunningGateway;
beforeAll(async () => {
  running = await startGateway('in process', {
    limits: { maxBodyBytes: 20_000 },
    times: { initWithinMs: 500, keepAliveMs: 300, idleAfterMs: 1_500 },
    limitsOf: async () => ({ maxConnections: 3, maxOperations: 2, maxQueue: 50 }),
  });
});
afterAll(() => running.stop());

const open = (protocols?: readonly string[]) => RawSocket.open(running.gateway.url, protocols);
const introduced = async (payload: Record<string, unknown> = {}) => {
  const socket = open();
  socket.say({ type: 'connection_init', payload: { authorization: `Bearer ${running.key}`, ...payload } });
  return { socket, ack: await socket.hears('connection_ack') };
};

describe('the close code is', () => {
  test('4400 for what is no message', async () => {
    const socket = open();
    socket.say('{"type":"nonsense"}');
    expect((await socket.closed)[0]).toBe(4400);
  });

  test('4400 for a drop policy that is none, with the ones there are', async () => {
    const socket = open();
    socket.say({ type: 'connection_init', payload: { authorization: `Bearer ${running.key}`, dropPolicy: 'SOME' } });
    expect(await socket.closed).toEqual([4400, '`dropPolicy` must be one of INTERMEDIATE, OLDEST, NEWEST.']);
  });

  test('4401 for an operation before connection_init', async () => {
    const socket = open();
    socket.say({ id: '1', type: 'subscribe', payload: { query: '{ viewer { tenant } }' } });
    expect((await socket.closed)[0]).toBe(4401);
  });

  test('4406 for a client that does not speak the protocol', async () => {
    expect((await open([]).closed)[0]).toBe(4406);
  });

  test('4408 when connection_init does not come in time', async () => {
    expect((await open().closed)[0]).toBe(4408);
  });

  test('4409 for an id that is in use', async () => {
    const { socket } = await introduced();
    for (const talk of ['a', 'b']) socket.say({ id: '1', type: 'subscribe', payload: { query: WATCH, variables: { talk } } });
    expect((await socket.closed)[0]).toBe(4409);
  });

  test('4429 for a second connection_init', async () => {
    const { socket } = await introduced();
    socket.say({ type: 'connection_init', payload: {} });
    expect((await socket.closed)[0]).toBe(4429);
  });

  test('4500 for a fault of our own', async () => {
    const broken = await startGateway('in process', {
      limitsOf: async () => {
        const limits = { maxConnections: 3, maxOperations: 2, maxQueue: 50 };
        const broken = () => {
          throw new Error('a fault of our own');
        };
        return Object.defineProperty(limits, 'maxConnections', { get: broken });
      },
    });
    const socket = RawSocket.open(broken.gateway.url);
    socket.say({ type: 'connection_init', payload: { authorization: `Bearer ${broken.key}` } });
    expect((await socket.closed)[0]).toBe(4500);
    await broken.stop();
  });

  test('1009 for a message that is too long', async () => {
    const { socket } = await introduced();
    socket.say({ type: 'ping', payload: { long: 'x'.repeat(20_000) } });
    expect((await socket.closed)[0]).toBe(1009);
  });

  test('1000 for a socket that was idle for too long, and not for one that waits for events', async () => {
    const [idle, watching] = [await introduced(), await introduced()];
    watching.socket.say({ id: '1', type: 'subscribe', payload: { query: WATCH, variables: { talk: 'quiet' } } });
    expect(await idle.socket.closed).toEqual([1000, 'Idle']);
    running.graph.publish('quiet', { id: '7' });
    expect(await watching.socket.hears('next')).toMatchObject({ payload: { data: { events: { id: '7' } } } });
    watching.socket.close();
  });

  test('1013 for one connection more than the tenant may have, which an event stream counts for as well', async () => {
    const { key } = running;
    const others = [await introduced(), await introduced()];
    const stream = await running.post({ query: WATCH, variables: { talk: 's' } }, { accept: 'text/event-stream' });
    const over = open();
    over.say({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } });
    expect(await over.closed).toEqual([1013, 'Too many connections: this tenant may have 3']);
    const refused = await running.post({ query: WATCH, variables: { talk: 's' } }, { accept: 'text/event-stream' });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    for (const { socket } of others) socket.close();
    await stream.body?.cancel();
    await until(() => running.graph.watchers('s') === 0);
  });
});

test('a peer that does not answer pings is cut off, and one that pings is answered', async () => {
  const { socket } = await introduced();
  socket.say({ type: 'ping', payload: { at: 1 } });
  expect(await socket.hears('pong')).toEqual({ type: 'pong', payload: { at: 1 } });
  socket.say({ id: '1', type: 'subscribe', payload: { query: WATCH, variables: { talk: 'deaf' } } });
  await until(() => running.graph.watchers('deaf') === 1);
  socket.socket.pause();
  await until(() => running.graph.watchers('deaf') === 0);
  expect(running.log.at(-1)).toContain('"code":1006');
  socket.socket.resume();
  expect((await socket.closed)[0]).toBe(1006);
});

test('a socket learns what it was granted, and may run so many operations at a time', async () => {
  const { socket, ack } = await introduced({ dropPolicy: 'NEWEST', maxQueue: 7 });
  expect(ack).toEqual({ type: 'connection_ack', payload: { dropPolicy: 'NEWEST', maxQueue: 7, maxOperations: 2 } });
  for (const id of ['1', '2', '3']) socket.say({ id, type: 'subscribe', payload: { query: WATCH, variables: { talk: 'many' } } });
  expect(await socket.hears('error')).toMatchObject({ id: '3', payload: [{ extensions: { code: 'RATE_LIMITED', limit: 2 } }] });
  socket.say({ id: '1', type: 'complete' });
  await until(() => running.graph.watchers('many') === 1);
  socket.say({
    id: '4',
    type: 'subscribe',
    payload: { query: WATCH, variables: { talk: 'many' }, extensions: { maxQueue: 51 } },
  });
  expect(await socket.hears('error')).toMatchObject({ id: '4', payload: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  socket.close();
});

test('a key that loses a scope ends its subscriptions with 4403, and gets no event after that', async () => {
  const secret = running.keys.issue({ tenantId: TENANT, scopes: ['SESSIONS_READ', 'BILLING_READ'] });
  const socket = open();
  socket.say({ type: 'connection_init', payload: { authorization: `Bearer ${secret}` } });
  await socket.hears('connection_ack');
  socket.say({ id: '1', type: 'subscribe', payload: { query: WATCH, variables: { talk: 'scope' } } });
  await until(() => running.graph.watchers('scope') === 1);
  running.keys.change(secret, { scopes: ['SESSIONS_READ'] });
  expect((await socket.closed)[0]).toBe(4403);
  await until(() => running.graph.watchers('scope') === 0);
});
