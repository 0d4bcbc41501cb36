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
  /** The connection breaks after so many bytes of the body, in the middle of an event as it may be; with `reset`, by RST. */
  | { readonly kind: 'cut-bytes'; readonly afterBytes: number; readonly reset: boolean }
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
  /** As the server counts: a token is four characters begun, or as `tokensOf` says. */
  readonly inputTokens: number;
  /** Of what was sent, in whole events. */
  outputTokens: number;
  /** Whether the final count went out. */
  reported: boolean;
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

export type ModelServerOptions = {
  /** Tokens of a text. With it, a request's are those of its messages, four more for each, and three to open the answer. */
  readonly tokensOf?: (text: string) => number;
};

/** A server on a free port of 127.0.0.1 that speaks Chat Completions (POST /v1/chat/completions) and Messages (POST /v1/messages), streaming. */
export async function startModelServer(
  initial: ModelServerScript = conversationalScript,
  options: ModelServerOptions = {},
): Promise<ModelServer> {
  const ledger: LedgerEntry[] = [];
  let script = initial;
  let connections = 0;
  const server = createServer((request, response) => {
    void serve({ incoming: request, response, ledger, script, ...options }).catch((error: unknown) =>
      response.destroy(error as Error),
    );
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

type Serving = ModelServerOptions & {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly ledger: LedgerEntry[];
  readonly script: ModelServerScript;
};

async function serve({ incoming, response, ledger, script, ...options }: Serving): Promise<void> {
  const body = JSON.parse(await bodyOf(incoming)) as Record<string, unknown>;
  const protocol = incoming.url?.endsWith('/messages') ? 'anthropic' : 'openai';
  const read = protocol === 'anthropic' ? readAnthropicRequest : readOpenAiRequest;
  const number = ledger.length + 1;
  const { tokensOf = quarters } = options;
  const request: ServedRequest = { number, protocol, model: String(body.model), headers: incoming.headers, body, ...read(body) };
  const entry: LedgerEntry = {
    request,
    inputTokens:
      options.tokensOf === undefined
        ? quarters(JSON.stringify([body.system, body.messages, body.tools]))
        : request.messages.reduce((sum, { content }) => sum + 4 + tokensOf(content), 3),
    outputTokens: 0,
    reported: false,
    text: '',
    outcome: 'running',
  };
  ledger.push(entry);
  response.on('close', () => {
    if (entry.outcome === 'running') entry.outcome = 'aborted';
  });
  const format = (protocol === 'anthropic' ? anthropicFormat : openAiFormat)(`answer_${number}`, request.model);
  await answer(await script(request), { entry, response, format, tokensOf });
}

type Answering = {
  readonly entry: LedgerEntry;
  readonly response: ServerResponse;
  readonly format: WireFormat;
  tokensOf(text: string): number;
};

async function answer(reply: ModelServerReply, answering: Answering): Promise<void> {
  const { entry, response, format } = answering;
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
  const write = writerOf(answering, fault?.kind === 'cut-bytes' ? fault : null);
  if (!(await write(format.open(usage())))) return;
  const chunks = reply.chunks ?? [];
  for (const [index, chunk] of chunks.entries()) {
    if (isDue(fault, index)) return misbehave(fault, answering);
    if (reply.delayMs !== undefined) await sleep(reply.delayMs);
    if (response.destroyed || !(await write(format.text(chunk), chunk))) return;
  }
  if (isDue(fault, Number.POSITIVE_INFINITY)) return misbehave(fault, answering);
  for (const [index, { id, name, arguments: value }] of (reply.toolCalls ?? []).entries()) {
    const argumentsText = typeof value === 'string' ? value : JSON.stringify(value);
    const call = { id: id ?? `call_${entry.request.number}_${index}`, name, argumentsText };
    if (!(await write(format.toolCall(call), name + argumentsText))) return;
  }
  const finish = reply.finish ?? (reply.toolCalls === undefined ? 'stop' : 'tool-calls');
  const last = format.finish(finish, usage());
  if (fault?.kind === 'cut-bytes') {
    for (const event of last.split(/(?<=\n\n)/)) {
      if (!(await write(event))) return;
      if (/"(completion_tokens|output_tokens)"/.test(event)) entry.reported = true;
    }
    response.end();
    entry.outcome = 'answered';
    return;
  }
  entry.reported = reply.usage !== null;
  response.end(last, () => {
    entry.outcome = 'answered';
  });
}

type Misbehaviour = Exclude<ModelServerFault, { kind: 'status' | 'cut-bytes' }>;

function isDue(fault: ModelServerFault | undefined, chunksSent: number): fault is Misbehaviour {
  if (fault === undefined || fault.kind === 'status' || fault.kind === 'cut-bytes') return false;
  return chunksSent >= (fault.afterChunks ?? 0);
}

/** Writes events, and breaks the connection where `cut` says; `text`: what an event adds to the answer, once it is out whole. */
function writerOf({ entry, response, tokensOf }: Answering, cut: Extract<ModelServerFault, { kind: 'cut-bytes' }> | null) {
  let left = cut?.afterBytes ?? Number.POSITIVE_INFINITY;
  return async (event: string, text = ''): Promise<boolean> => {
    const bytes = Buffer.from(event);
    const whole = bytes.length <= left;
    response.write(whole ? bytes : bytes.subarray(0, left));
    left -= bytes.length;
    if (whole) {
      entry.text += text;
      entry.outputTokens = tokensOf(entry.text);
      return true;
    }
    entry.outcome = 'failed';
    await onItsWay(response);
    if (cut?.reset === true) response.socket?.resetAndDestroy();
    else response.destroy();
    return false;
  };
}

/** What was written before must have been read when the connection breaks. */
async function onItsWay(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => response.write('', () => resolve()));
  await sleep(20);
}

async function misbehave(fault: Misbehaviour, { entry, response, format }: Answering): Promise<void> {
  if (fault.kind === 'hang') {
    await once(response, 'close');
    return;
  }
  entry.outcome = 'failed';
  response.write(': \n\n');
  await onItsWay(response);
  if (fault.kind === 'cut') response.destroy();
  else if (fault.kind === 'end') response.end();
  else if (fault.kind === 'malformed') response.end('event: content_block_delta\ndata: {"choices": [{"del\n\n');
  else response.end(format.error(fault.type, fault.message ?? 'scripted'));
}

function quarters(text: string): number {
  return Math.ceil(text.length / 4);
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
