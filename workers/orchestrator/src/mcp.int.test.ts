import type { TenantId } from '@switchyard/kernel/ids';
import { type McpTestServer, startMcpServer } from '@switchyard/testing/mcp-server';
import { createToolAdapter } from '@switchyard/tools/adapter';
import { createEgress } from '@switchyard/tools/egress';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Orchestrator } from './orchestrator.ts';
import { call, type Script, say, stop, toolResults } from './test-support/scripted-provider.ts';
import { openStage, type Stage } from './test-support/stage.ts';

const inputSchema = { type: 'object' as const, properties: { id: { type: 'string' } }, required: ['id'] };

let stage: Stage;
let tenant: TenantId;
let server: McpTestServer;
let worker: Orchestrator;

beforeAll(async () => {
  stage = await openStage(inject('adminUrl'));
  tenant = await stage.makeTenant();
  const pay = { name: 'pay', inputSchema, outputSchema: { type: 'object' as const, required: ['done'] } };
  server = await startMcpServer({ token: 'secret', tools: [{ name: 'cancelOrder', inputSchema }, pay] });
  await stage.ask(
    tenant,
    `mutation { registerMcpServer(input: {name: "shop", url: "${server.url}", token: "secret"}) { name } }`,
  );
  const tools = '["shop.cancelOrder", "shop.pay", "switchyard.current_time", "switchyard.search_knowledge"]';
  await stage.ask(
    tenant,
    `mutation { updateAssistant(input: {useCase: ORDER, tools: ${tools}, expectedVersion: 1}) { version } }`,
  );
  const document = '{externalId: "a", title: "Zebra crossings", text: "Zebras cross on Mondays."}';
  await stage.ask(tenant, `mutation { importKnowledge(input: {documents: [${document}]}) { added } }`);
});
afterEach(() => worker.stop(0));
afterAll(async () => {
  await server.stop();
  await stage.close();
});

async function answered(script: Script) {
  const builtIn = stage.module.builtInTools;
  const tools = createToolAdapter({ egress: createEgress({ allowCidrs: ['127.0.0.0/8'] }), builtIn });
  worker = await stage.work({ models: { small: script }, more: { tools } });
  return await stage.ended(tenant, await stage.send(tenant, await stage.startSession(tenant, 'ORDER'), 'Go.'));
}

/** Makes these calls, then says what came of them. */
const makes =
  (...calls: readonly [tool: string, args: unknown][]): Script =>
  (request) => {
    const results = toolResults(request);
    if (results.length > 0) return say(results.join(' | '));
    return [...calls.map(([tool, args], index) => call(String(index), tool, args)), stop('tool-calls')];
  };

describe('an episode', () => {
  it('calls the tools of an MCP server like any other: checked arguments, own key, result to the model', async () => {
    const episode = await answered(makes(['shop.cancelOrder', { id: 'A-1' }], ['shop.pay', { id: 'A-1' }], ['shop.pay', {}]));
    expect(episode).toMatchObject({ status: 'SUCCEEDED', answer: { content: expect.stringContaining('do not fit') } });
    expect(episode.toolCalls.map(({ tool, status, result }) => ({ tool, status, result }))).toEqual([
      { tool: 'shop.cancelOrder', status: 'SUCCEEDED', result: { done: 1 } },
      { tool: 'shop.pay', status: 'SUCCEEDED', result: { done: 2 } },
    ]);
    expect(server.ledger.map(({ tool, key }) => ({ tool, key }))).toEqual([
      { tool: 'cancelOrder', key: episode.toolCalls[0]?.idempotencyKey },
      { tool: 'pay', key: episode.toolCalls[1]?.idempotencyKey },
    ]);
  });

  it('says UNKNOWN of an MCP call whose answer was lost', async () => {
    server.script({ kind: 'cut' });
    const { toolCalls } = await answered(makes(['shop.pay', { id: 'A-2' }]));
    expect(toolCalls).toMatchObject([{ status: 'UNKNOWN', attempts: 1 }]);
    expect(server.ledger.filter(({ key }) => key === toolCalls[0]?.idempotencyKey)).toHaveLength(1);
  });

  it("calls the platform's own tools: the time, and the tenant's knowledge", async () => {
    const { toolCalls } = await answered(
      makes(
        ['switchyard.current_time', { timeZone: 'Europe/Berlin' }],
        ['switchyard.current_time', { timeZone: 'Moon/Base' }],
        ['switchyard.search_knowledge', { query: 'zebras' }],
      ),
    );
    expect(toolCalls.map(({ status }) => status)).toEqual(['SUCCEEDED', 'FAILED', 'SUCCEEDED']);
    expect(toolCalls[0]?.result).toMatchObject({ timeZone: 'Europe/Berlin', utc: expect.stringContaining('T') });
    expect(toolCalls[1]?.error).toContain('no time zone Moon/Base');
    expect(toolCalls[2]?.result).toMatchObject({ passages: [{ title: 'Zebra crossings' }] });
  });
});
