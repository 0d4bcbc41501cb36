import { readFileSync } from 'node:fs';
import type { GraphCaller } from '@switchyard/testing/graph-caller';
import { type McpTestServer, startMcpServer } from '@switchyard/testing/mcp-server';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type MountedPlatform, mountPlatform } from './test-support/mounted-platform.ts';

const SCHEMA = buildSchema(readFileSync(new URL('../../schema/api.graphql', import.meta.url), 'utf8'));
const MUTATIONS = Object.values(SCHEMA.getMutationType()?.getFields() ?? {});

type Json = { readonly [name: string]: unknown };
/** A text input of a mutation: the way to it, and what kind of text it is. */
type TextInput = { readonly path: readonly string[]; readonly scalar: string };

const UNUSABLE = { 'U+0000': 'a\0b', 'half of a surrogate pair': 'a\ud800b' };
const ABSENT_ID = '01930000-0000-7000-8000-000000000000';
const TOO_LONG = 'x'.repeat(200_000);
/** `JSON` is text too, within an object. */
const TEXT_SCALARS = ['String', 'ID', 'JSON', 'Decimal', 'DateTime'];

const OPERATORS = [
  ...['createTenant', 'createMeter', 'reportModelUsage', 'publishPlan', 'grantCredit', 'grantDiscount', 'setTax'],
  ...['closeBillingPeriod', 'issueCreditNote', 'recordPayment'],
];
/** Only with the keys of a payment provider. */
const WITHOUT_KEYS = ['attachPaymentMethod'];
/** No worker runs here, so that what they are about is not there. */
const OF_NOTHING = ['approveToolCall', 'rejectToolCall', 'reportModelUsage', 'issueCreditNote', 'recordPayment'];

let platform: MountedPlatform;
let tenant: GraphCaller;
let mcp: McpTestServer;
/** What each mutation takes without complaint, made anew for each call. */
let good: Readonly<Record<string, () => Promise<Json>>>;

beforeAll(async () => {
  platform = await mountPlatform(inject('adminUrl'));
  mcp = await startMcpServer({ token: 'a-token', tools: [] });
  const { createTenant } = await platform.operator.graph<{ createTenant: { secret: string; apiKey: { id: string } } }>(
    'mutation { createTenant(input: { name: "T" }) { secret apiKey { id } } }',
  );
  tenant = platform.caller(createTenant.secret);
  const id = async (mutation: string, variables: Json = {}): Promise<string> => {
    const made = await tenant.graph<Record<string, { id: string }>>(mutation, variables);
    return Object.values(made)[0]?.id ?? '';
  };
  const session = () => id('mutation { startSession(input: { useCase: FAQ }) { id } }');
  const episode = async () =>
    await id('mutation ($id: ID!) { sendMessage(input: { sessionId: $id, content: "Hello" }) { id } }', { id: await session() });
  const endedEpisode = async () => await id('mutation ($id: ID!) { cancelEpisode(id: $id) { id } }', { id: await episode() });
  const webhookSource = async () => {
    const made = 'mutation { createWebhookSource(input: { name: "w" }) { source { id } } }';
    return (await tenant.graph<{ createWebhookSource: { source: { id: string } } }>(made)).createWebhookSource.source.id;
  };
  /** Known to billing, as it is once it has used something. */
  const tenantId = async () => {
    const used = { id: 'first', meter: 'custom_units', quantity: '1', occurredAt: new Date().toISOString() };
    await tenant.graph('mutation ($e: UsageEventInput!) { recordUsage(input: { events: [$e] }) { accepted } }', { e: used });
    return (await tenant.graph<{ viewer: { tenant: { id: string } } }>('{ viewer { tenant { id } } }')).viewer.tenant.id;
  };
  const routing = async () => {
    const asked = '{ viewer { tenant { routingPolicy { version } canary { id status } } } }';
    type Routing = { routingPolicy: { version: number }; canary: { id: string; status: string } | null };
    return (await tenant.graph<{ viewer: { tenant: Routing } }>(asked)).viewer.tenant;
  };
  const nextPolicy = async () => ({
    errorCost: '0.05',
    tiers: ['local'],
    maxCostPerRequest: '1',
    expectedVersion: (await routing()).routingPolicy.version,
  });
  const endCanary = async () => {
    const { canary } = await routing();
    if (canary?.status === 'RUNNING')
      await tenant.graph('mutation ($id: ID!) { rollBackCanary(id: $id) { id } }', { id: canary.id });
  };
  const newCanary = async () => {
    await endCanary();
    const made = 'mutation ($policy: UpdateRoutingPolicyInput!) { startCanary(input: { policy: $policy }) { id } }';
    return await id(made, { policy: await nextPolicy() });
  };
  const document = { externalId: 'a', title: 'A', text: 'About a', url: 'https://a.example/' };
  const input = async (value: Json): Promise<Json> => ({ input: value });
  good = {
    createTenant: () => input({ name: 'T' }),
    createApiKey: () => input({ name: 'k', scopes: ['ADMIN'] }),
    revokeApiKey: async () => {
      const made = 'mutation { createApiKey(input: { name: "k", scopes: [ADMIN] }) { apiKey { id } } }';
      return { id: (await tenant.graph<{ createApiKey: { apiKey: { id: string } } }>(made)).createApiKey.apiKey.id };
    },
    registerTool: () =>
      input({ name: 't', description: 'd', inputSchema: { type: 'object' }, endpoint: 'https://t.example/', sideEffect: true }),
    registerMcpServer: () => input({ name: 'shop', url: mcp.url, token: 'a-token' }),
    updateAssistant: async () => {
      const { assistants } = await tenant.graph<{ assistants: { useCase: string; version: number }[] }>(
        '{ assistants { useCase version } }',
      );
      const { version } = assistants.find(({ useCase }) => useCase === 'LEAD') ?? { version: 1 };
      return await input({ useCase: 'LEAD', instructions: 'i', tools: [], expectedVersion: version });
    },
    importKnowledge: () => input({ documents: [document] }),
    deleteKnowledge: async () => ({ externalIds: ['none'] }),
    startSession: () => input({ useCase: 'FAQ' }),
    endSession: async () => ({ id: await session() }),
    sendMessage: async () => await input({ sessionId: await session(), content: 'Hello' }),
    cancelEpisode: async () => ({ id: await episode() }),
    // No worker runs here, so that no call waits: a well-formed id is one of nothing.
    approveToolCall: () => Promise.resolve({ id: ABSENT_ID }),
    rejectToolCall: () => Promise.resolve({ id: ABSENT_ID, reason: 'Not today' }),
    giveFeedback: async () => await input({ episodeId: await endedEpisode(), score: 1 }),
    route: () => input({ content: 'Hello' }),
    reportOutcome: async () =>
      await input({ routeDecisionId: await id('mutation { route(input: { content: "Hello" }) { id } }'), outcome: 'CORRECT' }),
    updateRoutingPolicy: async () => await input(await nextPolicy()),
    startCanary: async () => {
      await endCanary();
      return await input({ policy: await nextPolicy() });
    },
    promoteCanary: async () => ({ id: await newCanary() }),
    rollBackCanary: async () => ({ id: await newCanary() }),
    recordUsage: () =>
      input({
        events: [{ id: 'e', meter: 'custom_units', quantity: '1', occurredAt: new Date().toISOString(), dimensions: { a: 'b' } }],
      }),
    createMeter: () => input({ code: 'seats', description: 'Seats', unit: 'seat', aggregation: 'UNIQUE', uniqueBy: 'seat' }),
    setBudget: () => input({ amount: '1000000' }),
    createNotificationEndpoint: () => input({ url: 'https://t.example/' }),
    deleteNotificationEndpoint: async () => {
      const made = 'mutation { createNotificationEndpoint(input: { url: "https://t.example/" }) { endpoint { id } } }';
      const { createNotificationEndpoint } = await tenant.graph<{ createNotificationEndpoint: { endpoint: { id: string } } }>(
        made,
      );
      return { id: createNotificationEndpoint.endpoint.id };
    },
    createWebhookSource: () => input({ name: 'warehouse' }),
    rotateWebhookSecret: async () => ({ id: await webhookSource() }),
    deleteWebhookSource: async () => ({ id: await webhookSource() }),
    changePlan: () => input({ planCode: 'scale' }),
    attachPaymentMethod: () => input({ provider: 'STRIPE', token: 'pm_card' }),
    publishPlan: () =>
      input({
        code: 'p',
        name: 'P',
        currency: 'USD',
        baseFee: '1',
        prices: [{ meter: 'requests', model: 'PER_UNIT', tiers: [{ unitAmount: '1' }] }],
      }),
    grantCredit: async () => await input({ tenantId: await tenantId(), amount: '1', reason: 'r' }),
    grantDiscount: async () => await input({ tenantId: await tenantId(), code: `c${crypto.randomUUID()}`, percentOff: '1' }),
    setTax: async () => await input({ tenantId: await tenantId(), taxPercent: '1' }),
    closeBillingPeriod: async () => {
      const today = new Date();
      const periodEnd = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 1)).toISOString();
      return await input({ tenantId: await tenantId(), periodEnd });
    },
    // Nothing was invoiced here that could be corrected or paid.
    issueCreditNote: async () => await input({ tenantId: await tenantId(), invoiceId: ABSENT_ID, amount: '1', reason: 'r' }),
    recordPayment: async () => await input({ tenantId: await tenantId(), invoiceId: ABSENT_ID, reference: 'r' }),
    // No stream was cut here, so that there is no estimate.
    reportModelUsage: () =>
      input({ tenantId: ABSENT_ID, episodeId: ABSENT_ID, modelCallId: ABSENT_ID, inputTokens: 1, outputTokens: 1 }),
  };
});
afterAll(async () => {
  await mcp.stop();
  await platform.close();
});

describe.each(MUTATIONS.map((field) => [field.name, field] as const))('%s', (name, field) => {
  const call = async (path: readonly string[], value: unknown): Promise<string> => {
    const variables = withValue((await good[name]?.()) ?? {}, path, value);
    const caller = OPERATORS.includes(name) ? platform.operator : tenant;
    const { errors } = await caller.ask(documentOf(field), variables as Json);
    return errors[0]?.extensions.code ?? 'OK';
  };

  it('takes what is good', async () => {
    const refused = WITHOUT_KEYS.includes(name) ? 'BAD_USER_INPUT' : 'OK';
    expect(await call([], undefined)).toBe(OF_NOTHING.includes(name) ? 'NOT_FOUND' : refused);
  });

  it.each(textInputs(field).map((input) => [input.path.join('.'), input] as const))(
    'refuses bad text in %s',
    async (_, input) => {
      const of = (text: string) => (input.scalar === 'JSON' ? { type: 'object', description: text } : text);
      for (const [what, text] of Object.entries(UNUSABLE)) {
        expect(await call(input.path, of(text)), what).toBe('BAD_USER_INPUT');
        if (input.scalar === 'JSON') expect(await call(input.path, { type: 'object', [text]: 1 }), what).toBe('BAD_USER_INPUT');
      }
      // An id that cannot be one is of nothing that there is.
      // What recordUsage rejects, it rejects by itself, within its answer.
      const refusals =
        input.scalar === 'ID' || ['deleteKnowledge', 'recordUsage'].includes(name)
          ? ['BAD_USER_INPUT', 'NOT_FOUND', 'OK']
          : ['BAD_USER_INPUT'];
      expect(refusals).toContain(await call(input.path, of(TOO_LONG)));
    },
  );
});

it.each([
  ['mutation { startSession(input: { useCase: FAQ, endUserId: "a\\u0000b" }) { id } }', 'endUserId'],
  ['mutation { startSession(input: { useCase: FAQ, metadata: { a: { b: "a\\ud800b" } } }) { id } }', 'b'],
  ['{ sessions(endUserId: "a\\u0000b") { edges { node { id } } } }', 'endUserId'],
  ['{ knowledge(search: "a\\u0000b") { edges { node { id } } } }', 'search'],
  ['{ usageRecords(meter: "a\\u0000b") { edges { node { id } } } }', 'meter'],
  ['{ routeDecisions(tier: "a\\u0000b") { edges { node { id } } } }', 'tier'],
])('refuses %s', async (query, argument) => {
  const { errors } = await tenant.ask(query);
  expect(errors[0]?.extensions).toMatchObject({ code: expect.stringMatching(/^(BAD_USER_INPUT|GRAPHQL_PARSE_FAILED)$/) });
  if (errors[0]?.extensions.code === 'BAD_USER_INPUT') expect(errors[0].extensions).toMatchObject({ argument });
});

it.each([
  ['a time before the first year', 'DateTime', '0000-01-01T00:00:00Z'],
  ['a time after the last year', 'DateTime', '9999-12-31T23:59:59-12:00'],
])('refuses %s', async (_, _type, from) => {
  for (const query of ['usage(range: $range) { at }', 'kpis(range: $range) { sessions }']) {
    const range = { from, to: '9999-12-31T00:00:00Z' };
    const { errors } = await tenant.ask(`query ($range: TimeRange!) { ${query} }`, { range });
    expect(errors[0]?.extensions.code, query).toBe('BAD_USER_INPUT');
  }
});

it.each([
  ['sendMessage', 'maxCost'],
  ['route', 'maxCost'],
  ['reportOutcome', 'actualCost'],
])('%s takes or refuses the largest decimal, and does not break on it', async (name, argument) => {
  const field = MUTATIONS.find((mutation) => mutation.name === name) as GraphQLField<unknown, unknown>;
  const variables = withValue((await good[name]?.()) ?? {}, ['input', argument], '9'.repeat(28));
  const { errors } = await tenant.ask(documentOf(field), variables as Json);
  expect(['OK', 'BAD_USER_INPUT']).toContain(errors[0]?.extensions.code ?? 'OK');
});

/** `mutation ($input: X!) { name(input: $input) { __typename } }` */
function documentOf(field: GraphQLField<unknown, unknown>): string {
  const declared = field.args.map((argument) => `$${argument.name}: ${argument.type}`).join(', ');
  const given = field.args.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
  const selection = ['Int!', 'ID!'].includes(String(field.type)) ? '' : ' { __typename }';
  return `mutation (${declared}) { ${field.name}(${given})${selection} }`;
}

function textInputs(field: GraphQLField<unknown, unknown>): TextInput[] {
  return field.args.flatMap((argument) => textsIn(argument.type, [argument.name]));
}

function textsIn(type: GraphQLInputType, path: readonly string[]): TextInput[] {
  if (isNonNullType(type)) return textsIn(type.ofType, path);
  if (isListType(type)) return textsIn(type.ofType, [...path, '0']);
  if (isEnumType(type)) return [];
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).flatMap((field) => textsIn(field.type, [...path, field.name]));
  }
  return TEXT_SCALARS.includes(type.name) ? [{ path, scalar: type.name }] : [];
}

/** A copy with another value at the end of the way; `0` on the way is a list's first place. */
function withValue(whole: unknown, [step, ...rest]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value === undefined ? whole : value;
  if (step === '0') return [withValue((whole as unknown[] | undefined)?.[0], rest, value)];
  return { ...(whole as Json), [step]: withValue((whole as Json | undefined)?.[step], rest, value) };
}
