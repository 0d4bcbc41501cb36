import { ERROR_CODES, type ErrorCode, HTTP_STATUS } from '@switchyard/kernel/errors';
import type { GraphAnswer, GraphCaller } from '@switchyard/testing/graph-caller';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type MountedPlatform, mountPlatform } from './test-support/mounted-platform.ts';

/** Each code of the contract, as it is met over HTTP by somebody who calls the real graph. */
let platform: MountedPlatform;
let tenant: GraphCaller;
let secret: string;

beforeAll(async () => {
  platform = await mountPlatform(inject('adminUrl'));
  const { createTenant } = await platform.operator.graph<{ createTenant: { secret: string } }>(
    'mutation { createTenant(input: { name: "T" }) { secret } }',
  );
  secret = createTenant.secret;
  tenant = platform.caller(secret);
});
afterAll(() => platform.close());

const ABSENT = '01930000-0000-7000-8000-000000000000';
const CREATE = 'mutation { startSession(input: { useCase: FAQ }) { id } }';
const START =
  'mutation ($metadata: JSON) { startSession(input: { useCase: FAQ, metadata: $metadata, idempotencyKey: "k" }) { id } }';

/** QUOTA_EXCEEDED and RATE_LIMITED have tests of their own, beside what refuses. */
const CASES: Readonly<Record<Exclude<ErrorCode, 'QUOTA_EXCEEDED' | 'RATE_LIMITED'>, () => Promise<GraphAnswer<unknown>>>> = {
  GRAPHQL_PARSE_FAILED: () => tenant.ask('{ viewer {'),
  GRAPHQL_VALIDATION_FAILED: () => tenant.ask('{ secrets }'),
  BAD_USER_INPUT: () => tenant.ask('{ sessions(first: 101) { edges { cursor } } }'),
  OPERATION_TOO_COSTLY: () =>
    tenant.ask(`{ ${Array.from({ length: 101 }, (_, n) => `a${n}: viewer { credential }`).join(' ')} }`),
  UNAUTHENTICATED: () => platform.caller('sk_nobody-has-this-key-00000000').ask('{ viewer { credential } }'),
  FORBIDDEN: () => tenant.ask('mutation { createTenant(input: { name: "Mine" }) { secret } }'),
  NOT_FOUND: () => tenant.ask(`mutation { sendMessage(input: { sessionId: "${ABSENT}", content: "Hello" }) { id } }`),
  CONFLICT: () =>
    tenant.ask('mutation { updateAssistant(input: { useCase: FAQ, instructions: "x", expectedVersion: 99 }) { version } }'),
  IDEMPOTENCY_CONFLICT: async () => {
    await tenant.graph(START, { metadata: { a: 1 } });
    return await tenant.ask(START, { metadata: { a: 2 } });
  },
  PERSISTED_QUERY_NOT_FOUND: () => raw({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }),
  UPSTREAM_UNAVAILABLE: () => withoutDatabase(() => tenant.ask(CREATE)),
  INTERNAL: () => withoutTable('sessions.session', () => tenant.ask(CREATE)),
};

it.each(Object.entries(CASES))('%s comes with its HTTP status, its code and nothing of our insides', async (code, meet) => {
  const { status, data, errors } = await meet();
  expect(status).toBe(HTTP_STATUS[code as ErrorCode]);
  expect(data).toBeNull();
  expect(errors[0]?.extensions.code).toBe(code);
  expect(JSON.stringify(errors)).not.toMatch(/stack|select |relation|switchyard_|pg_|node_modules|\.ts/);
});

it('have a case each', () => {
  expect(Object.keys(CASES).length + 2).toBe(ERROR_CODES.length);
});

it('an error beside data is answered with 200', async () => {
  const answer = await withoutTable('analytics.rollup', () =>
    tenant.ask('query ($range: TimeRange!) { viewer { credential tenant { kpis(range: $range) { sessions } } } }', {
      range: { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
    }),
  );
  expect(answer).toMatchObject({
    status: 200,
    data: { viewer: { credential: 'API_KEY' } },
    errors: [{ extensions: { code: 'INTERNAL' } }],
  });
});

it('several operations in one request are refused', async () => {
  const answer = await raw([{ query: '{ viewer { credential } }' }, { query: '{ viewer { credential } }' }]);
  expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
});

async function raw(body: unknown): Promise<GraphAnswer<unknown>> {
  const response = await fetch(platform.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: JSON.stringify(body),
  });
  const { data = null, errors = [] } = (await response.json()) as Partial<GraphAnswer<unknown>>;
  return { status: response.status, headers: response.headers, data, errors };
}

/** Nobody but a superuser gets a connection meanwhile, and those that were open are cut. */
async function withoutDatabase<T>(work: () => Promise<T>): Promise<T> {
  const { rows } = await platform.admin.query<{ name: string }>('select quote_ident(current_database()) as name');
  const limit = (connections: number) => platform.admin.query(`alter database ${rows[0]?.name} connection limit ${connections}`);
  await limit(0);
  await platform.admin.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  try {
    return await work();
  } finally {
    await limit(-1);
  }
}

async function withoutTable<T>(table: string, work: () => Promise<T>): Promise<T> {
  const [schema = '', name = ''] = table.split('.');
  await platform.admin.query(`alter table ${table} rename to absent`);
  try {
    return await work();
  } finally {
    await platform.admin.query(`alter table ${schema}.absent rename to ${name}`);
  }
}
