import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  ListToolsRequestSchema,
  type Tool,
} from '@modelcontextprotocol/sdk/types.js';

/**
 * What goes wrong with the next call of a tool.
 * - `status`: this HTTP status instead of an answer; has not acted
 * - `cut`: acts, and drops the connection
 * - `hang`: acts, and never answers
 * - `end`: acts, and ends the answer in good order before its result
 */
export type McpFault =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string; readonly location?: string }
  | { readonly kind: 'cut' | 'hang' | 'end' };

export type McpEffect = { readonly tool: string; readonly arguments: unknown; readonly key: string };

export type McpTestServer = {
  /** http://127.0.0.1:<port>/mcp */
  readonly url: string;
  /** Calls that acted, in order: one for each key of a tool with `idempotentHint`. */
  readonly ledger: readonly McpEffect[];
  /** Listed and callable from now on. */
  offer(tools: readonly McpTestTool[]): void;
  /** Of the next calls, in order; null: none for that one. */
  script(...faults: (McpFault | null)[]): void;
  stop(): Promise<void>;
};

export type McpTestTool = Tool & {
  /** Default: `{ structuredContent: { done: <number of the effect> } }`. */
  readonly answer?: (args: unknown) => CallToolResult;
};

/** An MCP server made with the official SDK, without sessions, that wants this bearer token. */
export async function startMcpServer(options: {
  readonly token: string;
  readonly tools: readonly McpTestTool[];
}): Promise<McpTestServer> {
  const ledger: McpEffect[] = [];
  const scripted: (McpFault | null)[] = [];
  let tools = options.tools;

  const act = (name: string, args: unknown, key: string): CallToolResult => {
    const tool = tools.find((offered) => offered.name === name);
    if (tool === undefined) return { content: [{ type: 'text', text: `there is no ${name}` }], isError: true };
    const known = ledger.findIndex((effect) => effect.tool === name && effect.key === key);
    const isRepeat = tool.annotations?.idempotentHint === true && known >= 0;
    if (!isRepeat) ledger.push({ tool: name, arguments: args, key });
    if (tool.answer !== undefined) return tool.answer(args);
    const done = { done: isRepeat ? known + 1 : ledger.length };
    return { content: [{ type: 'text', text: JSON.stringify(done) }], structuredContent: done };
  };

  const http = createServer((request, response) => void serve(request, response));
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.headers.authorization !== `Bearer ${options.token}`) return void response.writeHead(401).end('who are you?');
    const body = await jsonOf(request);
    const call = CallToolRequestSchema.safeParse(body);
    const fault = call.success ? (scripted.shift() ?? null) : null;
    const key = String(request.headers['idempotency-key'] ?? '');
    if (fault !== null && call.success) {
      if (fault.kind !== 'status') act(call.data.params.name, call.data.params.arguments, key);
      return misbehave(response, fault);
    }
    const server = new Server({ name: 'test', version: '1.0.0' }, { capabilities: { tools: {} } });
    server.setRequestHandler(ListToolsRequestSchema, ({ params }) => pageOf(tools, params?.cursor));
    server.setRequestHandler(CallToolRequestSchema, ({ params }) => act(params.name, params.arguments, key));
    const transport = new StreamableHTTPServerTransport({});
    response.on('close', () => void server.close());
    await server.connect(transport as Transport);
    await transport.handleRequest(request, response, body);
  };
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    ledger,
    offer: (offered) => {
      tools = offered;
    },
    script: (...faults) => void scripted.push(...faults),
    stop: async () => {
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

/** Two tools a page. */
function pageOf(tools: readonly McpTestTool[], cursor: string | undefined) {
  const from = Number(cursor ?? 0);
  const page = tools.slice(from, from + 2).map(({ answer: _, ...tool }) => tool);
  return { tools: page, ...(from + 2 < tools.length ? { nextCursor: String(from + 2) } : {}) };
}

function misbehave(response: ServerResponse, fault: McpFault): void {
  if (fault.kind === 'cut') response.socket?.destroy();
  if (fault.kind === 'end') response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': nothing\n\n');
  if (fault.kind !== 'status') return;
  const { retryAfter, location } = fault;
  response
    .writeHead(fault.status, {
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
      ...(location === undefined ? {} : { location }),
    })
    .end();
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}
