import { newId } from '@switchyard/kernel/ids';
import { decrypt } from '@switchyard/kernel/secrets';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { adminOf, type Caller, openTestGraph, type TestGraph } from './test-support/tenant-graph.ts';

const REGISTER = `mutation ($input: RegisterToolInput!) { registerTool(input: $input) { signingSecret
  tool { name description inputSchema sideEffect idempotent compensation timeoutMs maxAttempts } } }`;
const UPDATE = `mutation ($input: UpdateAssistantInput!) {
  updateAssistant(input: $input) { useCase instructions tools version updatedAt } }`;

type Registered = { registerTool: { signingSecret: string; tool: { name: string } } };
type Updated = { updateAssistant: { version: number; instructions: string; tools: string[] } };

const cancelOrder = {
  name: 'orders.cancel',
  description: 'Cancels an order.',
  inputSchema: { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] },
  endpoint: 'https://shop.example/tools/cancel',
  sideEffect: true,
};

let graph: TestGraph;
let admin: Caller;
beforeAll(async () => {
  graph = await openTestGraph(inject('adminUrl'));
});
afterAll(() => graph.close());

describe('tools', () => {
  beforeAll(async () => {
    admin = adminOf(await graph.makeTenant('Tools'));
  });
  const register = (input: Record<string, unknown>) => graph.ask<Registered>(admin, REGISTER, { input });

  it('are registered with the defaults of the contract and a secret that is kept encrypted', async () => {
    const made = await register(cancelOrder);
    const { endpoint, ...shown } = cancelOrder;
    expect(made.data?.registerTool.tool).toEqual({
      ...shown,
      idempotent: false,
      compensation: null,
      timeoutMs: 10_000,
      maxAttempts: 4,
    });
    const secret = made.data?.registerTool.signingSecret ?? expect.fail();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const { rows } = await graph.admin.query('select endpoint, signing_secret from sessions.tool');
    expect(rows[0].endpoint).toBe(endpoint);
    expect(rows[0].signing_secret.includes(Buffer.from(secret))).toBe(false);
    expect(decrypt(Buffer.alloc(32, 2), rows[0].signing_secret)).toBe(secret);
  });

  it('are replaced by name, with a new secret; a repeated idempotency key gives the first secret again', async () => {
    const first = await register({ ...cancelOrder, name: 'undo', idempotencyKey: 'k' });
    expect((await register({ ...cancelOrder, name: 'undo', idempotencyKey: 'k' })).data).toEqual(first.data);
    const second = await register({ ...cancelOrder, name: 'undo', description: 'Other.', timeoutMs: 100, maxAttempts: 10 });
    expect(second.data?.registerTool.signingSecret).not.toBe(first.data?.registerTool.signingSecret);
    const tools = await graph.ask<{ tools: { name: string }[] }>(admin, '{ tools { name description timeoutMs maxAttempts } }');
    expect(tools.data?.tools.filter(({ name }) => !name.startsWith('switchyard.'))).toEqual([
      { name: 'orders.cancel', description: 'Cancels an order.', timeoutMs: 10_000, maxAttempts: 4 },
      { name: 'undo', description: 'Other.', timeoutMs: 100, maxAttempts: 10 },
    ]);
    expect((await register({ ...cancelOrder, name: 'refund', compensation: 'undo' })).data?.registerTool.tool).toMatchObject({
      compensation: 'undo',
    });
  });

  it.each([
    ['name', { name: 'Cancel' }],
    ['name', { name: `a${'b'.repeat(64)}` }],
    ['name', { name: 'switchyard.current_time' }],
    ['description', { description: '' }],
    ['endpoint', { endpoint: 'ftp://shop.example' }],
    ['endpoint', { endpoint: 'not a url' }],
    ['endpoint', { endpoint: 'https://user:secret@shop.example' }],
    ['timeoutMs', { timeoutMs: 99 }],
    ['timeoutMs', { timeoutMs: 120_001 }],
    ['maxAttempts', { maxAttempts: 0 }],
    ['maxAttempts', { maxAttempts: 11 }],
    ['compensation', { compensation: 'nobody' }],
    ['compensation', { compensation: 'orders.cancel' }],
    ['inputSchema', { inputSchema: true }],
    ['inputSchema', { inputSchema: [] }],
    ['inputSchema', { inputSchema: { type: 'string' } }],
    ['inputSchema', { inputSchema: { type: 'object', properties: { a: { type: 'strin' } } } }],
    ['inputSchema', { inputSchema: { type: 'object', properties: { a: { $ref: 'https://elsewhere.example/schema' } } } }],
    ['inputSchema.description', { inputSchema: { type: 'object', description: 'a\0b' } }],
    ['inputSchema', { inputSchema: { type: 'object', description: 'x'.repeat(64_000) } }],
  ])('are refused for their %s: %j', async (argument, change) => {
    const refused = await register({ ...cancelOrder, ...change });
    expect(refused.codes).toEqual(['BAD_USER_INPUT']);
    expect(refused.messages[0]).toMatch(argument === 'compensation' ? /undo/ : new RegExp(`\`${argument}\``));
  });
});

describe('assistants', () => {
  beforeAll(async () => {
    admin = adminOf(await graph.makeTenant('Assistants'));
    await graph.ask(admin, REGISTER, { input: cancelOrder });
  });
  const update = (input: Record<string, unknown>, caller = admin) => graph.ask<Updated>(caller, UPDATE, { input });

  it('change what was given, count the version, and refuse a change to what has moved on', async () => {
    graph.clock.advance(1000);
    const named = await update({ useCase: 'ORDER', tools: ['orders.cancel', 'orders.cancel'], expectedVersion: 1 });
    expect(named.data?.updateAssistant).toMatchObject({
      version: 2,
      tools: ['orders.cancel'],
      updatedAt: graph.clock.now().toISOString(),
    });
    expect(named.data?.updateAssistant.instructions).toContain('orders');
    expect((await update({ useCase: 'ORDER', instructions: 'Old.', expectedVersion: 1 })).codes).toEqual(['CONFLICT']);
    const told = await update({ useCase: 'ORDER', instructions: 'New.', expectedVersion: 2 });
    expect(told.data?.updateAssistant).toMatchObject({ version: 3, tools: ['orders.cancel'], instructions: 'New.' });
  });

  it('let one of several concurrent changes win', async () => {
    const change = (text: string) => update({ useCase: 'LEAD', instructions: text, expectedVersion: 1 });
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map(change));
    expect(answers.flatMap((answer) => answer.codes)).toEqual(['CONFLICT', 'CONFLICT', 'CONFLICT']);
  });

  it('name the tools that are not there, and refuse to change nothing', async () => {
    const refused = await update({ useCase: 'FAQ', tools: ['orders.cancel', 'ghost'], expectedVersion: 1 });
    expect(refused).toMatchObject({ codes: ['BAD_USER_INPUT'], messages: [expect.stringContaining('"ghost"')] });
    expect(refused.messages[0]).not.toContain('orders.cancel');
    expect((await update({ useCase: 'FAQ', expectedVersion: 1 })).codes).toEqual(['BAD_USER_INPUT']);
    expect((await update({ useCase: 'FAQ', instructions: '', expectedVersion: 1 })).codes).toEqual(['BAD_USER_INPUT']);
    const reader: Caller = { ...admin, scopes: ['SESSIONS_READ'] };
    expect((await update({ useCase: 'FAQ', instructions: 'x', expectedVersion: 1 }, reader)).codes).toEqual(['FORBIDDEN']);
  });

  it('keep the tools of another tenant out', async () => {
    const other = adminOf(await graph.makeTenant('Other'));
    expect((await update({ useCase: 'FAQ', tools: ['orders.cancel'], expectedVersion: 1 }, other)).codes).toEqual([
      'BAD_USER_INPUT',
    ]);
    expect((await graph.ask(other, '{ tools { name sideEffect circuit } }')).data).toEqual({
      tools: [
        { name: 'switchyard.current_time', sideEffect: false, circuit: 'CLOSED' },
        { name: 'switchyard.search_knowledge', sideEffect: false, circuit: 'CLOSED' },
      ],
    });
    expect((await update({ useCase: 'FAQ', tools: ['switchyard.current_time'], expectedVersion: 1 }, other)).codes).toEqual([]);
  });
});

describe('knowledge', () => {
  const IMPORT = 'mutation ($input: ImportKnowledgeInput!) { importKnowledge(input: $input) { added replaced unchanged } }';
  const DELETE = 'mutation ($ids: [String!]!) { deleteKnowledge(externalIds: $ids) }';
  const LIST = `query ($first: Int, $after: String, $search: String) { knowledge(first: $first, after: $after, search: $search) {
    edges { cursor node { id externalId title text url updatedAt } } pageInfo { hasNextPage hasPreviousPage endCursor } } }`;
  type Listed = {
    knowledge: { edges: { node: { externalId: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
  };
  const document = (externalId: string, text = 'About zebras.') => ({ externalId, title: `Title ${externalId}`, text });
  const importAll = (documents: unknown[], more = {}) => graph.ask(admin, IMPORT, { input: { documents, ...more } });
  const list = (variables: Record<string, unknown> = {}) => graph.ask<Listed>(admin, LIST, variables);
  const externalIds = (answer: { data: Listed | null }) => answer.data?.knowledge.edges.map((edge) => edge.node.externalId);

  beforeAll(async () => {
    admin = adminOf(await graph.makeTenant('Knowledge'));
  });

  it('is imported, replaced, left alone and deleted by external id', async () => {
    expect((await importAll([document('a'), document('b'), document('c')], { idempotencyKey: 'k' })).data).toEqual({
      importKnowledge: { added: 3, replaced: 0, unchanged: 0 },
    });
    const again = await importAll([document('a'), document('b'), document('c')], { idempotencyKey: 'k' });
    expect(again.data).toEqual({ importKnowledge: { added: 3, replaced: 0, unchanged: 0 } });
    expect((await importAll([document('a'), { ...document('b'), url: 'https://x.example/b' }])).data).toEqual({
      importKnowledge: { added: 0, replaced: 1, unchanged: 1 },
    });
    expect((await graph.ask(admin, DELETE, { ids: ['c', 'none'] })).data).toEqual({ deleteKnowledge: 1 });
    expect(externalIds(await list())?.sort()).toEqual(['a', 'b']);
  });

  it('is listed and searched in pages whose cursors fit no other list', async () => {
    await importAll(['d', 'e', 'f'].map((id) => document(id, `Zebras and ${'zebras '.repeat(id.charCodeAt(0))}`)));
    for (const search of [undefined, 'zebras']) {
      const whole = externalIds(await list({ search }));
      expect(whole).toHaveLength(5);
      const first = await list({ first: 2, search });
      const { endCursor } = first.data?.knowledge.pageInfo ?? expect.fail();
      const rest = await list({ first: 100, after: endCursor, search });
      expect([...(externalIds(first) ?? []), ...(externalIds(rest) ?? [])]).toEqual(whole);
      expect(first.data?.knowledge.pageInfo.hasNextPage).toBe(true);
      expect(rest.data?.knowledge.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
      expect((await list({ after: endCursor, search: 'lions' })).codes).toEqual(['BAD_USER_INPUT']);
    }
  });

  it.each([
    ['two documents of one id', [document('x'), document('x')]],
    ['an empty text', [document('x', ' ')]],
    ['a text of 100,001 characters', [document('x', 'x'.repeat(100_001))]],
    ['an id of 256 characters', [document('x'.repeat(256))]],
    ['a url that no browser opens', [{ ...document('x'), url: 'javascript:alert(1)' }]],
    ['1,001 documents', Array.from({ length: 1001 }, (_, index) => document(String(index)))],
    ['more than 10,000,000 characters', Array.from({ length: 101 }, (_, index) => document(String(index), 'x'.repeat(100_000)))],
  ])('refuses %s, and then keeps nothing of the import', async (_what, documents) => {
    expect((await importAll([document(newId()), ...documents])).codes).toEqual(['BAD_USER_INPUT']);
    expect(externalIds(await list())).toHaveLength(5);
  });

  it('takes 1,000 documents at once', async () => {
    const documents = Array.from({ length: 1000 }, (_, index) => document(`many-${index}`, `Text ${index}. `.repeat(200)));
    expect((await importAll(documents)).data).toEqual({ importKnowledge: { added: 1000, replaced: 0, unchanged: 0 } });
  });
});
