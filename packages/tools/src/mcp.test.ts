import { type McpTestServer, type McpTestTool, startMcpServer } from '@switchyard/testing/mcp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createToolAdapter } from './adapter.ts';
import { createEgress } from './egress.ts';
import { createMcpCatalog } from './mcp-client.ts';
import type { ToolInvocation, ToolOutcome } from './tool.ts';

const TOKEN = 'a-token-of-the-tenant';
const inputSchema = { type: 'object' as const, properties: { id: { type: 'string' } }, required: ['id'] };
const TOOLS: readonly McpTestTool[] = [
  { name: 'getOrder', description: 'Looks an order up.', inputSchema, annotations: { readOnlyHint: true } },
  { name: 'cancel', inputSchema, annotations: { idempotentHint: true, destructiveHint: true } },
  { name: 'pay', title: 'Pays.', inputSchema, outputSchema: { type: 'object', properties: { done: { type: 'number' } } } },
  { name: 'slow', inputSchema, execution: { taskSupport: 'required' } },
];
const egress = createEgress({ allowCidrs: ['127.0.0.0/8'] });

let server: McpTestServer;
beforeEach(async () => {
  server = await startMcpServer({ token: TOKEN, tools: TOOLS });
});
afterEach(() => server.stop());

describe('the tools of an MCP server', () => {
  it('are listed over all pages, with what their annotations say of them', async () => {
    const listed = await createMcpCatalog({ egress }).list({ endpoint: server.url, token: TOKEN });
    expect(listed).toEqual([
      {
        name: 'getOrder',
        description: 'Looks an order up.',
        inputSchema,
        outputSchema: null,
        sideEffect: false,
        idempotent: true,
      },
      { name: 'cancel', description: 'cancel', inputSchema, outputSchema: null, sideEffect: true, idempotent: true },
      {
        name: 'pay',
        description: 'Pays.',
        inputSchema,
        outputSchema: TOOLS[2]?.outputSchema,
        sideEffect: true,
        idempotent: false,
      },
    ]);
  });

  it.each([
    ['with another token', 401, 'wrong'],
    ['without a token', 401, null],
  ])('are not listed %s', async (_, status, token) => {
    const listing = createMcpCatalog({ egress }).list({ endpoint: server.url, token });
    await expect(listing).rejects.toMatchObject({ name: 'McpUnavailable', message: expect.stringMatching(/could not be asked/) });
    expect(status).toBe(401);
  });

  it('are not listed from an address that may not be reached, by number or by name', async () => {
    const closed = createMcpCatalog({ egress: createEgress() });
    for (const endpoint of [server.url, server.url.replace('127.0.0.1', 'localhost')])
      await expect(closed.list({ endpoint, token: TOKEN })).rejects.toThrow(/may not be reached/);
    expect(server.ledger).toEqual([]);
  });
});

describe('a call of a tool of an MCP server', () => {
  const call = async (tool: string, change: Partial<ToolInvocation> = {}): Promise<ToolOutcome & { attempts: number }> => {
    let attempts = 0;
    const adapter = createToolAdapter({ egress, guards: { firstDelayMs: 1 } });
    const { readOnlyHint, idempotentHint } = TOOLS.find(({ name }) => name === tool)?.annotations ?? {};
    const outcome = await adapter.invoke(
      {
        tenantId: 'tenant',
        tool: `shop.${tool}`,
        target: { kind: 'MCP', endpoint: server.url, tool, token: TOKEN },
        arguments: { id: 'A-1' },
        idempotencyKey: 'key-1',
        sideEffect: readOnlyHint !== true,
        idempotent: idempotentHint === true,
        timeoutMs: 2_000,
        maxAttempts: 3,
        ...change,
      },
      {
        signal: new AbortController().signal,
        onAttempt: async (number) => {
          attempts = number;
        },
      },
    );
    return { ...outcome, attempts };
  };

  it('acts once and gives the structured result', async () => {
    expect(await call('pay')).toEqual({ status: 'SUCCEEDED', result: { done: 1 }, error: null, attempts: 1 });
    expect(server.ledger).toEqual([{ tool: 'pay', arguments: { id: 'A-1' }, key: 'key-1' }]);
  });

  it.each([
    ['text that is JSON', { content: [{ type: 'text' as const, text: '{"a":1}' }] }, { a: 1 }],
    ['text that is none', { content: [{ type: 'text' as const, text: 'Done.' }] }, 'Done.'],
    ['nothing', { content: [] }, null],
  ])('takes a result of %s', async (_, answer, result) => {
    server.offer([{ name: 'say', inputSchema, answer: () => answer }]);
    expect(await call('say')).toMatchObject({ status: 'SUCCEEDED', result });
  });

  it('tells what the tool says of its own failure, and does not repeat it', async () => {
    server.offer([
      { name: 'say', inputSchema, answer: () => ({ content: [{ type: 'text', text: 'no such order' }], isError: true }) },
    ]);
    expect(await call('say')).toMatchObject({ status: 'FAILED', error: 'no such order', attempts: 1 });
  });

  it('is repeated when nothing was taken: 429, and a server that is not there', async () => {
    server.script({ kind: 'status', status: 429, retryAfter: '0' });
    expect(await call('pay')).toMatchObject({ status: 'SUCCEEDED', attempts: 2 });
    const away = { target: { kind: 'MCP' as const, endpoint: 'http://127.0.0.1:1/', tool: 'pay', token: null } };
    expect(await call('pay', away)).toMatchObject({ status: 'FAILED', attempts: 3, mayRepeat: true });
    expect(server.ledger).toHaveLength(1);
  });

  it.each([{ kind: 'cut' as const }, { kind: 'end' as const }, { kind: 'hang' as const }])(
    'whose answer is lost ($kind) is UNKNOWN and not repeated, unless the tool is idempotent',
    async (fault) => {
      server.script(fault);
      expect(await call('pay', { timeoutMs: 400 })).toMatchObject({ status: 'UNKNOWN', attempts: 1 });
      expect(server.ledger).toHaveLength(1);
      server.script(fault);
      expect(await call('cancel', { timeoutMs: 400 })).toMatchObject({ status: 'SUCCEEDED', result: { done: 2 }, attempts: 2 });
      expect(server.ledger).toHaveLength(2);
    },
  );

  it('is refused for good by a 4xx, and by a redirect to another place', async () => {
    server.script({ kind: 'status', status: 404 });
    expect(await call('pay')).toMatchObject({ status: 'FAILED', attempts: 1 });
    server.script({ kind: 'status', status: 307, location: 'http://127.0.0.2:9/' });
    expect(await call('pay')).toMatchObject({ status: 'FAILED', attempts: 1 });
    expect(server.ledger).toEqual([]);
  });

  it('is not made to an address that may not be reached', async () => {
    const adapter = createToolAdapter({ egress: createEgress() });
    const target = { kind: 'MCP' as const, endpoint: server.url.replace('127.0.0.1', 'localhost'), tool: 'pay', token: TOKEN };
    const terms = { sideEffect: true, idempotent: false, timeoutMs: 500, maxAttempts: 3 };
    const outcome = await adapter.invoke(
      { tenantId: 't', tool: 'shop.pay', target, arguments: {}, idempotencyKey: 'k', ...terms },
      { signal: new AbortController().signal, onAttempt: async () => undefined },
    );
    expect(outcome).toMatchObject({ status: 'FAILED', error: expect.stringContaining('may not be reached') });
    expect(server.ledger).toEqual([]);
  });
});
