import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningGateway, startGateway, TENANT, type Topology, until } from '../test-support/running-gateway.ts';

type Shown = {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { path?: readonly unknown[]; message: string }[];
};

/** Selections of an episode, with the variables that they use: what is asked of a query and of a subscription alike. */
const SELECTIONS: readonly (readonly [name: string, selection: string, variables?: Record<string, unknown>])[] = [
  ['fields of every subgraph', '{ id title cost { amount currency } askedBy routeDecisions { id tier } }'],
  ['aliases', '{ a: title b: title paid: cost { sum: amount } }'],
  [
    'one field twice, with other arguments',
    '{ usd: price(currency: "USD") { currency } eur: price(currency: "EUR") { currency } }',
  ],
  ['variables', '{ price(currency: $currency) { amount currency } }', { currency: 'CHF' }],
  [
    '@include and @skip',
    '{ id title @include(if: $yes) askedBy @skip(if: $yes) cost @include(if: $no) { amount } }',
    { yes: true, no: false },
  ],
  ['fragments, one within another', '{ ...Outer }'],
  [
    'inline fragments with directives',
    '{ ... on Episode @include(if: $yes) { cost { amount } } ... @skip(if: $yes) { title } id }',
    { yes: true },
  ],
  ['__typename everywhere', '{ __typename cost { __typename amount } routeDecisions { __typename } }'],
];
const FRAGMENTS =
  'fragment Outer on Episode { id ...Inner } fragment Inner on Episode { cost { amount } routeDecisions { tier } title }';
const TYPES: Readonly<Record<string, string>> = { talk: 'ID!', currency: 'String!', yes: 'Boolean!', no: 'Boolean!' };

/** `($a: A!)`, or nothing where there are none: a variable that is declared must be used. */
function declared(names: readonly string[]): string {
  return names.length === 0 ? '' : `(${names.map((name) => `$${name}: ${TYPES[name]}`).join(', ')})`;
}

describe.each<Topology>(['in process', 'over HTTP'])('a subscription over subgraphs that are %s', (topology) => {
  let running: RunningGateway;
  let talks = 0;
  beforeAll(async () => {
    running = await startGateway(topology);
  });
  afterAll(() => running.stop());

  const watch = async (query: string, variables: Record<string, unknown>, key = running.key) => {
    const talk = `talk-${++talks}`;
    const events = running.socket(`Bearer ${key}`).iterate<Record<string, unknown>>({ query, variables: { ...variables, talk } });
    const next = events.next();
    await until(() => running.graph.watchers(talk) === 1);
    return { talk, events, next: next.then(({ value }) => value as Shown) };
  };

  test.each(SELECTIONS.map(([name, selection, variables = {}]) => ({ name, selection, variables })))(
    'shows the same of an episode as a query does: $name',
    async ({ selection, variables }) => {
      const fragments = selection.includes('...Outer') ? FRAGMENTS : '';
      for (const id of ['abc', 'unpriced']) {
        const asked = await running.post({
          query: `query ${declared(Object.keys(variables))} { episode(id: "${id}") ${selection} } ${fragments}`,
          variables,
        });
        const answer = (await asked.json()) as Shown;
        const { talk, events, next } = await watch(
          `subscription ${declared(['talk', ...Object.keys(variables)])} { events(talkId: $talk) { ... on EpisodeChanged { episode ${selection} } } } ${fragments}`,
          variables,
        );
        running.graph.publish(talk, { id: '1', episode: { id, title: `Episode ${id}` } });
        const shown = await next;
        // A non-null field without a value costs what is around it: here the event itself, there the episode.
        if (answer.data?.episode === null) expect(shown.data?.events ?? null).toBeNull();
        else expect(shown.data?.events).toEqual({ episode: answer.data?.episode });
        expect(shown.errors?.length).toBe(answer.errors?.length);
        await events.return?.();
      }
    },
  );

  test('shows of each type of an interface what was asked of it', async () => {
    const { talk, events, next } = await watch(
      `subscription ($talk: ID!) { events(talkId: $talk) {
        __typename id ...OfDelta ... on EpisodeChanged { run: episode { title } } ... on Event { again: id }
      } } fragment OfDelta on AnswerDelta { said: text }`,
      {},
    );
    running.graph.publish(talk, { id: '1', text: 'Hi' });
    expect((await next).data).toEqual({ events: { __typename: 'AnswerDelta', id: '1', again: '1', said: 'Hi' } });
    running.graph.publish(talk, { id: '2', episode: { id: 'ab', title: 'T' } });
    const second = (await events.next()).value as Shown;
    expect(second.data).toEqual({ events: { __typename: 'EpisodeChanged', id: '2', again: '2', run: { title: 'T' } } });
    await events.return?.();
  });

  test('loses to an error of one subgraph the fields of that one alone', async () => {
    const query = `subscription ($talk: ID!) { events(talkId: $talk) { id ... on EpisodeChanged {
      episode { title price(currency: "USD") { amount } routeDecisions { tier } } } } }`;
    const { talk, events, next } = await watch(query, {});
    running.graph.publish(talk, { id: '1', episode: { id: 'explosive', title: 'T' } });
    expect(await next).toMatchObject({
      data: { events: { id: '1', episode: { title: 'T', price: null, routeDecisions: [{ tier: 'local' }] } } },
      errors: [{ message: 'Something went wrong on our side. It has been logged.' }],
    });
    await events.return?.();
  });

  test('asks once for what many watchers of the same want, and never for two tenants or two sets of scopes together', async () => {
    const talk = `talk-${++talks}`;
    const query =
      'subscription ($talk: ID!) { events(talkId: $talk) { id ... on EpisodeChanged { episode { askedBy price(currency: "USD") { amount } } } } }';
    const other = '0199a3c4-7c1e-7000-8000-000000000002' as typeof TENANT;
    const keys = [
      ...Array.from({ length: 20 }, () => running.key),
      running.keys.issue({ tenantId: other }),
      running.keys.issue({ tenantId: TENANT, scopes: ['SESSIONS_READ'] }),
    ];
    const watched = keys.map((key) =>
      running.socket(`Bearer ${key}`).iterate<Record<string, unknown>>({ query, variables: { talk } }),
    );
    const nexts = watched.map((events) => events.next());
    await until(() => running.graph.watchers(talk) === keys.length);
    const before = { ...running.graph.fetched };
    running.graph.publish(talk, { id: '1', episode: { id: 'shared', title: 'T' } });
    const seen = (await Promise.all(nexts)).map(({ value }) => (value as Shown).data?.events as { episode: { askedBy: string } });
    expect(seen.map(({ episode }) => episode.askedBy)).toEqual(keys.map((_, index) => (index === 20 ? other : TENANT)));
    // In process the event is one object, so that it is one for sure; over sockets it comes to each reader in its own time.
    const [calls, entities] = [running.graph.fetched.calls - before.calls, running.graph.fetched.entities - before.entities];
    expect(calls).toBeGreaterThanOrEqual(3);
    if (topology === 'in process') expect([calls, entities]).toEqual([3, 3]);
    else expect(calls).toBeLessThan(keys.length);
    await Promise.all(watched.map((events) => events.return?.()));
  });

  test('does not let the fetch of one episode fail for another one’s fault', async () => {
    const query =
      'subscription ($talk: ID!) { events(talkId: $talk) { id ... on EpisodeChanged { episode { price(currency: "USD") { amount } } } } }';
    const [good, bad] = [await watch(query, {}), await watch(query, {})];
    running.graph.publish(bad.talk, { id: '1', episode: { id: 'explosive', title: 'T' } });
    running.graph.publish(good.talk, { id: '1', episode: { id: 'fine', title: 'T' } });
    expect((await good.next).data).toEqual({ events: { id: '1', episode: { price: { amount: '1.00' } } } });
    expect((await bad.next).errors).toHaveLength(1);
    await Promise.all([good.events.return?.(), bad.events.return?.()]);
  });
});
