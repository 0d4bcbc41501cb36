import { notFound } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import type { RequestContext } from '@switchyard/kernel/request-context';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { signContext } from './context-token.ts';
import { createLogger } from './logger.ts';
import { SCALARS } from './scalars.ts';
import { createSubgraph } from './subgraph.ts';

const KEY = Buffer.alloc(32, 7);
const ASKER: RequestContext = {
  requestId: 'request-1',
  tenantId: '0199a3c4-7c1e-7000-8000-000000000001' as TenantId,
  scopes: ['ADMIN'],
  credential: { kind: 'API_KEY', id: 'key-1' },
};

const SDL = `
  scalar DateTime
  type Query {
    tenant: ID
    missing: String
    broken: String
    count: Int
    echo(n: Int!, at: DateTime): String
  }
  type Subscription { ticks: Int! broken: Int! }
`;

function setUp() {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', service: 'test', destination: { write: (line) => void lines.push(line) } });
  const subgraph = createSubgraph({
    name: 'test',
    sdl: SDL,
    contextKey: KEY,
    logger,
    createContext: (request) => request,
    resolvers: {
      DateTime: SCALARS.DateTime,
      Query: {
        tenant: (_: unknown, __: unknown, context: RequestContext) => context.tenantId,
        missing: () => {
          throw notFound('session', 'abc');
        },
        broken: () => {
          throw new Error('password=hunter2 at 10.0.0.3');
        },
        count: () => 'many',
        echo: (_: unknown, { n, at }: { n: number; at?: string }) => `${n} ${at}`,
      },
      Subscription: {
        ticks: {
          async *subscribe() {
            yield { ticks: 1 };
            yield { ticks: 'none' };
            throw notFound('session', 'gone');
          },
        },
        broken: {
          subscribe: () => {
            throw new GraphQLError('table "secret" does not exist');
          },
        },
      },
    },
  });
  const ask = async (query: string, variables: Record<string, unknown> = {}): Promise<ExecutionResult> =>
    subgraph.execute({ query, variables, contextToken: await signContext(ASKER, KEY) });
  return { subgraph, ask, lines };
}

function codesOf(result: ExecutionResult): unknown[] {
  return (result.errors ?? []).map((error) => error.extensions.code);
}

test('an error thrown on purpose reaches the client with its code and words', async () => {
  const result = await setUp().ask('{ missing }');
  expect(result.errors?.[0]?.toJSON()).toMatchObject({
    message: 'There is no session abc.',
    path: ['missing'],
    extensions: { code: 'NOT_FOUND' },
  });
});

test('an unexpected error is logged whole and reaches the client as INTERNAL without detail', async () => {
  const { ask, lines } = setUp();
  const result = await ask('{ broken count }');
  expect(codesOf(result)).toEqual(['INTERNAL', 'INTERNAL']);
  expect(JSON.stringify(result)).not.toMatch(/hunter2|10\.0\.0\.3|many/);
  expect(lines.join('')).toContain('hunter2');
});

test.each([
  ['a variable of the wrong type', 'query ($n: Int!) { echo(n: $n) }', { n: 'x' }, 'BAD_USER_INPUT'],
  ['a missing variable', 'query ($n: Int!) { echo(n: $n) }', {}, 'BAD_USER_INPUT'],
  ['a time that is none, as a variable', 'query ($at: DateTime) { echo(n: 1, at: $at) }', { at: 'soon' }, 'BAD_USER_INPUT'],
  ['a time that is none, written out', '{ echo(n: 1, at: "soon") }', {}, 'BAD_USER_INPUT'],
  ['an unknown field', '{ nothing }', {}, 'GRAPHQL_VALIDATION_FAILED'],
  ['what is no GraphQL', '{ echo(', {}, 'GRAPHQL_PARSE_FAILED'],
])('%s is refused with the code that says so', async (_, query, variables, code) => {
  const { ask, lines } = setUp();
  expect(codesOf(await ask(query, variables))).toEqual([code]);
  expect(lines).toEqual([]);
});

test('each event of a subscription, and its end, follow the same rules', async () => {
  const { subgraph } = setUp();
  const events = await subgraph.subscribe({ query: 'subscription { ticks }', contextToken: await signContext(ASKER, KEY) });
  if (!(Symbol.asyncIterator in events)) throw new Error(JSON.stringify(events));
  const seen: ExecutionResult[] = [];
  for await (const event of events) seen.push(event);
  expect(seen.map((event) => event.data?.ticks ?? codesOf(event))).toEqual([1, ['INTERNAL'], ['NOT_FOUND']]);
});

test('a subscription that cannot begin says so without detail', async () => {
  const { subgraph } = setUp();
  const result = await subgraph.subscribe({ query: 'subscription { broken }', contextToken: await signContext(ASKER, KEY) });
  expect(codesOf(result as ExecutionResult)).toEqual(['INTERNAL']);
});

test.each([
  ['missing', async () => undefined],
  ['not a token', async () => 'abc'],
  ['unsigned', async () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`],
  ['signed with another key', () => signContext(ASKER, Buffer.alloc(32, 8))],
  [
    'expired',
    () =>
      new SignJWT({ ...ASKER })
        .setProtectedHeader({ alg: 'HS256' })
        .setAudience('switchyard-subgraph')
        .setExpirationTime('-1s')
        .sign(KEY),
  ],
  [
    'meant for someone else',
    () => new SignJWT({ ...ASKER }).setProtectedHeader({ alg: 'HS256' }).setAudience('other').setExpirationTime('1m').sign(KEY),
  ],
])('a context that is %s is refused', async (_, token) => {
  const { subgraph } = setUp();
  expect(codesOf(await subgraph.execute({ query: '{ tenant }', contextToken: await token() }))).toEqual(['UNAUTHENTICATED']);
});

test('a signed context arrives as it was', async () => {
  expect(await setUp().ask('{ tenant }')).toEqual({ data: { tenant: ASKER.tenantId } });
});
