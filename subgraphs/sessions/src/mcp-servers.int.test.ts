import { decrypt } from '@switchyard/kernel/secrets';
import { type McpTestServer, type McpTestTool, startMcpServer } from '@switchyard/testing/mcp-server';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { adminOf, type Caller, openTestGraph, type TestGraph } from './test-support/tenant-graph.ts';

const REGISTER = `mutation ($input: RegisterMcpServerInput!) { registerMcpServer(input: $input) {
  name description inputSchema resultSchema sideEffect idempotent requiresApproval timeoutMs circuit } }`;
const token = 'what-only-the-server-knows';
const inputSchema = { type: 'object' as const, properties: { id: { type: 'string' } }, required: ['id'] };
const outputSchema = { type: 'object' as const, properties: { done: { type: 'number' } } };
const GET: McpTestTool = { name: 'getOrder', description: 'Looks it up.', inputSchema, annotations: { readOnlyHint: true } };
const PAY: McpTestTool = { name: 'pay', inputSchema, outputSchema };
const CANCEL: McpTestTool = { name: 'cancel', inputSchema, annotations: { idempotentHint: true } };

let graph: TestGraph;
let server: McpTestServer;
let admin: Caller;
beforeAll(async () => {
  graph = await openTestGraph(inject('adminUrl'));
  server = await startMcpServer({ token: token, tools: [GET, PAY, CANCEL] });
});
afterAll(async () => {
  await server.stop();
  await graph.close();
});
beforeEach(async () => {
  admin = adminOf(await graph.makeTenant('MCP'));
  server.offer([GET, PAY, CANCEL]);
});

const register = (change: Record<string, unknown> = {}, caller = admin) =>
  graph.ask<{ registerMcpServer: { name: string }[] }>(caller, REGISTER, {
    input: { name: 'shop', url: server.url, token, ...change },
  });
const names = async (caller = admin) => {
  const { data } = await graph.ask<{ tools: { name: string }[] }>(caller, '{ tools { name } }');
  return data?.tools.map(({ name }) => name).filter((name) => !name.startsWith('switchyard.'));
};

describe('an MCP server', () => {
  it('has its tools registered under its name, with what their annotations and schemas say', async () => {
    const { data } = await register();
    const common = { inputSchema, requiresApproval: false, timeoutMs: 10_000, circuit: 'CLOSED' };
    expect(data?.registerMcpServer).toEqual([
      { ...common, name: 'shop.cancel', description: 'cancel', resultSchema: null, sideEffect: true, idempotent: true },
      { ...common, name: 'shop.getOrder', description: 'Looks it up.', resultSchema: null, sideEffect: false, idempotent: true },
      { ...common, name: 'shop.pay', description: 'pay', resultSchema: outputSchema, sideEffect: true, idempotent: false },
    ]);
    expect(await names()).toEqual(['shop.cancel', 'shop.getOrder', 'shop.pay']);
    expect(await names(adminOf(await graph.makeTenant('Other')))).toEqual([]);
  });

  it('has its token kept encrypted, and shown nowhere', async () => {
    await register();
    const { rows } = await graph.admin.query('select * from sessions.tool where tenant_id = $1', [admin.tenantId]);
    for (const row of rows) {
      expect(JSON.stringify(row)).not.toContain(token);
      expect(decrypt(Buffer.alloc(32, 2), row.bearer_token)).toBe(token);
    }
  });

  it('is asked again by registering it again: what it no longer has is gone, its terms are the new ones', async () => {
    await register();
    server.offer([GET, { ...PAY, description: 'Pays more.' }]);
    const again = await register({ requiresApproval: true });
    expect(again.data?.registerMcpServer).toMatchObject([
      { name: 'shop.getOrder', requiresApproval: true },
      { name: 'shop.pay', description: 'Pays more.', requiresApproval: true },
    ]);
    await register({ name: 'other' });
    expect(await names()).toEqual(['other.getOrder', 'other.pay', 'shop.getOrder', 'shop.pay']);
  });

  it('is registered once for one idempotency key, concurrently too', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => register({ idempotencyKey: 'k' })));
    expect(new Set(all.map((answer) => JSON.stringify(answer)))).toHaveProperty('size', 1);
    expect((await register({ idempotencyKey: 'k', name: 'other' })).codes).toEqual(['IDEMPOTENCY_CONFLICT']);
    expect(await names()).toHaveLength(3);
  });

  it.each([
    ['name', { name: 'Shop' }, /`name`/],
    ['name', { name: 'switchyard' }, /platform's own/],
    ['url', { url: 'ftp://shop.example' }, /`url`/],
    ['url', { url: 'http://169.254.169.254/mcp' }, /may not be reached/],
    ['token', { token: 'two words' }, /`token`/],
    ['url', { token: 'another' }, /could not be asked/],
    ['url', { url: 'http://127.0.0.1:1/' }, /could not be asked/],
  ])('is refused for its %s: %j', async (argument, change, message) => {
    const refused = await register(change);
    expect(refused.codes, argument).toEqual(['BAD_USER_INPUT']);
    expect(refused.messages[0]).toMatch(message);
    expect(await names()).toEqual([]);
  });

  it('is refused whole for a tool that cannot be used', async () => {
    server.offer([GET, { name: 'bad', inputSchema: { type: 'object', properties: { a: { type: 'strin' } } } }]);
    expect((await register()).codes).toEqual(['BAD_USER_INPUT']);
    server.offer([GET, { name: 'bad name', inputSchema }]);
    expect((await register()).codes).toEqual(['BAD_USER_INPUT']);
    expect(await names()).toEqual([]);
  });

  it('is not for those who may only read', async () => {
    expect((await register({}, { ...admin, scopes: ['SESSIONS_READ'] })).codes).toEqual(['FORBIDDEN']);
  });
});
