import { describe, expect, test, vi } from 'vitest';
import { RawSocket } from '../test-support/raw-socket.ts';
import { type RunningGateway, startGateway, until } from '../test-support/running-gateway.ts';
import { SUPERGRAPH, supergraphWith } from '../test-support/small-graph.ts';

const WATCH = `subscription ($talk: ID!) {
  events(talkId: $talk) { id ... on EpisodeChanged { episode { title cost { amount } } } }
}`;

async function watch(running: RunningGateway, query: string, talk: string): Promise<RawSocket> {
  const socket = RawSocket.open(running.gateway.url);
  socket.say({ type: 'connection_init', payload: { authorization: `Bearer ${running.key}` } });
  await socket.hears('connection_ack');
  socket.say({ id: 'op', type: 'subscribe', payload: { query, variables: { talk } } });
  await until(() => running.graph.watchers(talk) === 1);
  return socket;
}

describe('a new supergraph', () => {
  test('is used by running subscriptions, in the same connection and without a gap, and by what begins later', async () => {
    const running = await startGateway('in process');
    const socket = await watch(running, WATCH, 'kept');
    running.graph.publish('kept', { id: '1', episode: { id: 'ab', title: 'x' } });
    expect(await socket.hears('next')).toMatchObject({
      payload: { data: { events: { episode: { cost: { amount: '2.00' } } } } },
    });
    running.gateway.reload(supergraphWith({ talks: (sdl) => sdl.replace('broken: String', 'broken: String  added: String') }));
    running.graph.publish('kept', { id: '2', episode: { id: 'abc', title: 'x' } });
    expect(await socket.hears('next')).toMatchObject({
      payload: { data: { events: { id: '2', episode: { cost: { amount: '3.00' } } } } },
    });
    expect(running.graph.watchers('kept')).toBe(1);
    const answer = await running.post({ query: '{ __type(name: "Query") { fields { name } } }' });
    expect(await answer.text()).toContain('"added"');
    await running.stop();
  });

  test('that takes a field of theirs away ends subscriptions with the place to resume, and leaves the others alone', async () => {
    const running = await startGateway('in process');
    const [ended, kept] = [
      await watch(running, WATCH, 'ended'),
      await watch(running, WATCH.replace('cost { amount }', ''), 'kept'),
    ];
    running.graph.publish('ended', { id: 'e1', episode: { id: 'ab', title: 'x' } });
    await ended.hears('next');
    running.gateway.reload(supergraphWith({ costs: (sdl) => sdl.replace('cost: Money! ', '') }));
    const { payload } = await ended.hears('error');
    expect(payload).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED', resumeAfter: 'e1' } }]);
    running.graph.publish('kept', { id: 'k1', episode: { id: 'ab', title: 'x' } });
    expect(await kept.hears('next')).toMatchObject({ payload: { data: { events: { id: 'k1' } } } });
    await running.stop();
  });

  test('that wants less of the owner of the event makes the subscription go on from a new source, behind the last event', async () => {
    const running = await startGateway('in process');
    const socket = await watch(running, WATCH.replace('cost { amount }', ''), 'moved');
    running.graph.publish('moved', { id: 'm1', episode: { id: 'ab', title: 'x' } });
    await socket.hears('next');
    running.gateway.reload(
      supergraphWith({
        talks: (sdl) => sdl.replace('id: ID! title: String!', 'id: ID!'),
        costs: (sdl) => sdl.replace('askedBy: ID', 'askedBy: ID title: String'),
      }),
    );
    const resumes = async () => (await running.registry.getSingleMetric('graphql_subscription_resumes_total')?.get())?.values;
    await vi.waitFor(async () =>
      expect(await resumes()).toContainEqual(expect.objectContaining({ labels: { cause: 'reload' }, value: 1 })),
    );
    expect(running.graph.watchers('moved')).toBe(1);
    running.graph.publish('moved', { id: 'm2', episode: { id: 'ab', title: 'x' } });
    expect(await socket.hears('next')).toMatchObject({ payload: { data: { events: { id: 'm2', episode: {} } } } });
    await running.stop();
  });

  test('that does not load changes nothing', async () => {
    const running = await startGateway('in process');
    expect(() => running.gateway.reload('type Query { nothing: String }')).toThrow();
    running.gateway.reload(SUPERGRAPH);
    expect((await running.post({ query: '{ viewer { tenant } }' })).status).toBe(200);
    await running.stop();
  });
});
