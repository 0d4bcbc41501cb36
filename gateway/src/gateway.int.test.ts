import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  OPERATOR_KEY,
  type RunningGateway,
  startGateway,
  TENANT,
  type Topology,
  until,
} from '../test-support/running-gateway.ts';

type Answer = {
  data?: Record<string, unknown> | null;
  errors?: { message: string; path?: unknown; extensions: Record<string, unknown> }[];
};

const TOPOLOGIES: readonly Topology[] = ['in process', 'over HTTP'];

describe.each(TOPOLOGIES)('a graph whose subgraphs are %s', (topology) => {
  let running: RunningGateway;
  beforeAll(async () => {
    running = await startGateway(topology);
  });
  afterAll(() => running.stop());

  const ask = async (body: unknown, headers?: Record<string, string>) => {
    const response = await running.post(body, headers);
    return { status: response.status, answer: (await response.json()) as Answer, headers: response.headers };
  };
  const watch = (query: string, variables: Record<string, unknown> = {}, authorization = `Bearer ${running.key}`) =>
    running.socket(authorization).iterate<Record<string, unknown>>({ query, variables });

  test('answers a query over all subgraphs, each of which learns who asks', async () => {
    const { status, answer } = await ask({
      query:
        'query ($id: ID!) { episode(id: $id) { title cost { amount } askedBy routeDecisions { id tier } } viewer { tenant } }',
      variables: { id: 'abc' },
    });
    expect(status).toBe(200);
    expect(answer).toEqual({
      data: {
        episode: {
          title: 'Episode abc',
          cost: { amount: '3.00' },
          askedBy: TENANT,
          routeDecisions: [{ id: 'decision-of-abc', tier: 'local' }],
        },
        viewer: { tenant: TENANT },
      },
    });
  });

  test('names each request, by the caller’s own id where it gave one', async () => {
    const own = await ask({ query: '{ viewer { requestId } }' }, { 'x-request-id': 'mine-1' });
    expect(own.headers.get('x-request-id')).toBe('mine-1');
    expect(own.answer.data).toEqual({ viewer: { requestId: 'mine-1' } });
    const made = await ask({ query: '{ viewer { requestId } }' });
    expect(made.answer.data).toEqual({ viewer: { requestId: made.headers.get('x-request-id') } });
  });

  test.each([
    ['what is no GraphQL', { query: '{ viewer {' }, 400, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', { query: '{ nothing }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['a variable out of its type', { query: 'query ($id: ID!) { episode(id: $id) { id } }' }, 400, 'BAD_USER_INPUT'],
    [
      'a time that is none',
      { query: 'query ($t: DateTime) { episodes(since: $t) { edges { node { id } } } }', variables: { t: 'soon' } },
      400,
      'BAD_USER_INPUT',
    ],
    [
      'a time that is none, written out',
      { query: '{ episodes(since: "soon") { edges { node { id } } } }' },
      400,
      'BAD_USER_INPUT',
    ],
    [
      'an operation that is not in the document',
      { query: 'query A { viewer { tenant } }', operationName: 'B' },
      400,
      'BAD_USER_INPUT',
    ],
    ['an id that is not there, in a mutation', { query: 'mutation { rename(id: "lost", title: "x") { id } }' }, 404, 'NOT_FOUND'],
    ['a subscription without a stream', { query: 'subscription { events(talkId: "t") { id } }' }, 400, 'BAD_USER_INPUT'],
    ['several operations at once', [{ query: '{ viewer { tenant } }' }], 400, 'BAD_USER_INPUT'],
    ['no query', {}, 400, 'BAD_USER_INPUT'],
    ['no JSON', 'query', 400, 'BAD_USER_INPUT'],
    [
      'a persisted query that is not known',
      { extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } },
      200,
      'PERSISTED_QUERY_NOT_FOUND',
    ],
  ])('%s is answered with the status and code of the contract', async (_, body, status, code) => {
    const got = await ask(body);
    expect([got.status, got.answer.errors?.map((error) => error.extensions.code)]).toEqual([status, [code]]);
  });

  test('an unexpected error reaches the client as INTERNAL, without detail and without Apollo’s own words', async () => {
    const { status, answer } = await ask({ query: '{ broken }' });
    expect(status).toBe(200);
    expect(answer.errors).toEqual([
      { message: 'Something went wrong on our side. It has been logged.', path: ['broken'], extensions: { code: 'INTERNAL' } },
    ]);
    expect(running.log.join('')).toContain('10.1.2.3');
  });

  test('a missing scope is FORBIDDEN, and says which', async () => {
    const reader = running.keys.issue({ tenantId: TENANT, scopes: ['SESSIONS_READ'] });
    const { status, answer } = await ask(
      { query: 'mutation { rename(id: "a", title: "x") { id } }' },
      { authorization: `Bearer ${reader}` },
    );
    expect(status).toBe(403);
    expect(answer.errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN', requiredScope: 'SESSIONS_WRITE' });
  });

  test('a non-null field that another subgraph has no value for is an error, not a silent null', async () => {
    const { answer } = await ask({ query: '{ episode(id: "unpriced") { cost { amount } } }' });
    expect(answer.data).toEqual({ episode: null });
    expect(answer.errors?.[0]).toMatchObject({ path: ['episode', 'cost'], extensions: { code: 'INTERNAL' } });
  });

  test('the operator has a key of its own, and belongs to no tenant', async () => {
    const { answer } = await ask({ query: '{ viewer { tenant } }' }, { authorization: `Bearer ${OPERATOR_KEY}` });
    expect(answer.data).toEqual({ viewer: { tenant: null } });
  });

  test('delivers fields of every subgraph with each event, through fragments, aliases and variables', async () => {
    const events = watch(
      `subscription ($talk: ID!, $currency: String!, $no: Boolean!) {
        happened: events(talkId: $talk) {
          __typename
          ...Changed
          ... on AnswerDelta { piece: text }
        }
      }
      fragment Changed on EpisodeChanged {
        run: episode { id cost { amount } price(currency: $currency) { currency } routeDecisions { id } title @include(if: $no) }
      }`,
      { talk: 'talk-1', currency: 'USD', no: false },
    );
    const first = events.next();
    await until(() => running.graph.watchers('talk-1') === 1);
    running.graph.publish('talk-1', { id: '1', episode: { id: 'abcd', title: 'x' } });
    expect((await first).value).toEqual({
      data: {
        happened: {
          __typename: 'EpisodeChanged',
          run: {
            id: 'abcd',
            cost: { amount: '4.00' },
            price: { currency: 'USD' },
            routeDecisions: [{ id: 'decision-of-abcd' }],
          },
        },
      },
    });
    running.graph.publish('talk-1', { id: '2', text: 'Hello' });
    expect((await events.next()).value).toEqual({ data: { happened: { __typename: 'AnswerDelta', piece: 'Hello' } } });
    await events.return?.();
    await until(() => running.graph.watchers('talk-1') === 0);
  });

  test('an error of one subgraph costs an event that subgraph’s fields only', async () => {
    const events = watch(
      'subscription { events(talkId: "talk-2") { id ... on EpisodeChanged { episode { id askedBy title cost { amount } } } } }',
    );
    const first = events.next();
    await until(() => running.graph.watchers('talk-2') === 1);
    running.graph.publish('talk-2', { id: '1', episode: { id: 'unpriced', title: 'x' } });
    expect((await first).value).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL' } }] });
    running.graph.publish('talk-2', { id: '2', episode: { id: 'ab', title: 'x' } });
    expect((await events.next()).value).toMatchObject({ data: { events: { id: '2', episode: { cost: { amount: '2.00' } } } } });
    await events.return?.();
  });

  test('a subscription to what is not there says so', async () => {
    const { value } = await watch('subscription { events(talkId: "lost") { id } }').next();
    expect(value).toMatchObject({ errors: [{ message: 'There is no talk lost.', extensions: { code: 'NOT_FOUND' } }] });
  });

  test('queries and mutations run over a socket too', async () => {
    const { value } = await watch('{ episode(id: "abc") { cost { amount } } }').next();
    expect(value).toEqual({ data: { episode: { cost: { amount: '3.00' } } } });
    const refused = await watch('mutation { rename(id: "lost", title: "x") { id } }').next();
    expect(refused.value).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });

  test('delivers the same over Server-Sent Events, and stops the source when the reader leaves', async () => {
    const leaving = new AbortController();
    const response = await fetch(`${running.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${running.key}` },
      body: JSON.stringify({
        query: 'subscription { events(talkId: "talk-3") { id ... on EpisodeChanged { episode { cost { amount } } } } }',
      }),
      signal: leaving.signal,
    });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    await until(() => running.graph.watchers('talk-3') === 1);
    running.graph.publish('talk-3', { id: '1', episode: { id: 'abc', title: 'x' } });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe(
      'event: next\nid: 1\ndata: {"data":{"events":{"id":"1","episode":{"cost":{"amount":"3.00"}}}}}\n\n',
    );
    leaving.abort();
    await until(() => running.graph.watchers('talk-3') === 0);
  });
});
