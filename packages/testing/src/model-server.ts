import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  anthropicFormat,
  openAiFormat,
  readAnthropicRequest,
  readOpenAiRequest,
  type ServedFinish,
  type ServedRequest,
  type ServedUsage,
  type WireFormat,
} from './model-server-wire.ts';

/** What the server does with one request. Everything left out is the well-behaved default. */
export type ModelServerReply = {
  /** Pieces of the answer's text, each an event of its own. */
  readonly chunks?: readonly string[];
  /** `arguments` as a string goes out as it is, so that it can be broken JSON. */
  readonly toolCalls?: readonly { readonly id?: string; readonly name: string; readonly arguments: unknown }[];
  /** Default `tool-calls` when there are any, else `stop`. */
  readonly finish?: ServedFinish;
  /** Milliseconds before each chunk. Default 0. */
  readonly delayMs?: number;
  /** What is reported; default what the ledger holds. Null: nothing is reported. */
  readonly usage?: ServedUsage | null;
  readonly fault?: ModelServerFault;
};

/** `afterChunks`: how many chunks go out before it, default 0. */
export type ModelServerFault =
  /** No stream, but an HTTP error. `type` is the provider's word for it. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly type?: string;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connection breaks. */
  | { readonly kind: 'cut'; readonly afterChunks?: number }
  /** The stream ends in good order, but early: without a finish reason. */
  | { readonly kind: 'end'; readonly afterChunks?: number }
  /** An event that is no JSON. */
  | { readonly kind: 'malformed'; readonly afterChunks?: number }
  /** An error event in the stream. */
  | { readonly kind: 'error'; readonly afterChunks?: number; readonly type: string; readonly message?: string }
  /** Silence until the client goes. */
  | { readonly kind: 'hang'; readonly afterChunks?: number };

export type ModelServerScript = (request: ServedRequest) => ModelServerReply | Promise<ModelServerReply>;

export type LedgerEntry = {
  readonly request: ServedRequest;
  /** As the server counts: a token is four characters begun. */
  readonly inputTokens: number;
  /** Of what was sent. */
  outputTokens: number;
  text: string;
  /** `answered`: all of it, its end included, was handed to the connection; `failed`: the script's own fault; `aborted`: the client left. */
  outcome: 'running' | 'answered' | 'failed' | 'aborted';
};

export type ModelServer = {
  /** http://127.0.0.1:port */
  readonly origin: string;
  /** Ends in /v1: for the `openai` adapter. The `anthropic` adapter takes either. */
  readonly baseUrl: string;
  /** In the order of arrival. */
  readonly ledger: readonly LedgerEntry[];
  /** How many TCP connections were made. */
  readonly connections: number;
  /** From the next request on. */
  script(script: ModelServerScript): void;
  close(): Promise<void>;
};

/** A server on a free port of 127.0.0.1 that speaks Chat Completions (POST /v1/chat/completions) and Messages (POST /v1/messages), streaming. */
export async function startModelServer(initial: ModelServerScript = conversationalScript): Promise<ModelServer> {
  const ledger: LedgerEntry[] = [];
  let script = initial;
  let connections = 0;
  const server = createServer((request, response) => {
    void serve(request, response, ledger, script).catch((error: unknown) => response.destroy(error as Error));
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    baseUrl: `${origin}/v1`,
    ledger,
    get connections() {
      return connections;
    },
    script: (next) => {
      script = next;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/**
 * The answer follows from the conversation alone: `call <tool> <JSON>` in the newest message calls that tool; after a
 * tool's result the answer quotes it; anything else is repeated, word by word.
 */
export function conversationalScript(request: ServedRequest): ModelServerReply {
  const last = request.messages.findLast(({ role }) => role === 'tool' || role === 'user');
  const content = last?.content ?? '';
  if (last?.role === 'tool') return { chunks: wordsOf(`The tool said: ${content}`) };
  const [, tool, argumentsText] = /\bcall ([\w-]+) (\{.*\})/s.exec(content) ?? [];
  if (tool !== undefined && request.tools.includes(tool)) {
    return { toolCalls: [{ name: tool, arguments: argumentsText }] };
  }
  return { chunks: wordsOf(`You said: ${content}`) };
}

export function wordsOf(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  ledger: LedgerEntry[],
  script: ModelServerScript,
): Promise<void> {
  const body = JSON.parse(await bodyOf(incoming)) as Record<string, unknown>;
  const protocol = incoming.url?.endsWith('/messages') ? 'anthropic' : 'openai';
  const read = protocol === 'anthropic' ? readAnthropicRequest : readOpenAiRequest;
  const number = ledger.length + 1;
  const request: ServedRequest = { number, protocol, model: String(body.model), headers: incoming.headers, body, ...read(body) };
  const entry: LedgerEntry = {
    request,
    inputTokens: tokensOf(JSON.stringify([body.system, body.messages, body.tools])),
    outputTokens: 0,
    text: '',
    outcome: 'running',
  };
  ledger.push(entry);
  response.on('close', () => {
    if (entry.outcome === 'running') entry.outcome = 'aborted';
  });
  const format = protocol === 'anthropic' ? anthropicFormat : openAiFormat;
  await answer(await script(request), { entry, response, format: format(`answer_${number}`, request.model) });
}

type Answering = { readonly entry: LedgerEntry; readonly response: ServerResponse; readonly format: WireFormat };

async function answer(reply: ModelServerReply, { entry, response, format }: Answering): Promise<void> {
  const { fault } = reply;
  if (fault?.kind === 'status') {
    entry.outcome = 'failed';
    response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
    response.end(JSON.stringify(format.errorBody(fault.type ?? 'error', fault.message ?? 'scripted')));
    return;
  }
  const usage = (): ServedUsage | null =>
    reply.usage === undefined ? { inputTokens: entry.inputTokens, outputTokens: entry.outputTokens } : reply.usage;
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.flushHeaders();
  response.write(format.open(usage()));
  const send = (sent: string, event: string): void => {
    entry.text += sent;
    entry.outputTokens = tokensOf(entry.text);
    response.write(event);
  };
  const chunks = reply.chunks ?? [];
  for (const [index, chunk] of chunks.entries()) {
    if (fault !== undefined && index >= (fault.afterChunks ?? 0)) return misbehave(fault, { entry, response, format });
    if (reply.delayMs !== undefined) await sleep(reply.delayMs);
    if (response.destroyed) return;
    send(chunk, format.text(chunk));
  }
  if (fault !== undefined) return misbehave(fault, { entry, response, format });
  for (const [index, { id, name, arguments: value }] of (reply.toolCalls ?? []).entries()) {
    const argumentsText = typeof value === 'string' ? value : JSON.stringify(value);
    send(name + argumentsText, format.toolCall({ id: id ?? `call_${entry.request.number}_${index}`, name, argumentsText }));
  }
  const finish = reply.finish ?? (reply.toolCalls === undefined ? 'stop' : 'tool-calls');
  response.end(format.finish(finish, usage()), () => {
    entry.outcome = 'answered';
  });
}

async function misbehave(
  fault: Exclude<ModelServerFault, { kind: 'status' }>,
  { entry, response, format }: Answering,
): Promise<void> {
  if (fault.kind === 'hang') {
    await once(response, 'close');
    return;
  }
  entry.outcome = 'failed';
  // What was written before must be on its way first, so that the client has read it when the connection breaks.
  await new Promise<void>((resolve) => response.write(': \n\n', () => resolve()));
  await sleep(20);
  if (fault.kind === 'cut') response.destroy();
  else if (fault.kind === 'end') response.end();
  else if (fault.kind === 'malformed') response.end('event: content_block_delta\ndata: {"choices": [{"del\n\n');
  else response.end(format.error(fault.type, fault.message ?? 'scripted'));
}

function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
