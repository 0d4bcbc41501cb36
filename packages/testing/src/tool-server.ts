import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/**
 * What goes wrong with one request. `acts` says whether the effect stands in the ledger all the same.
 * - `status`: answers with this status, and Retry-After in seconds when given; has not acted
 * - `hang`: never answers
 * - `cut`: drops the connection instead of answering
 * - `cut-body`: drops the connection in the middle of the answer; has acted
 * - `late`: acts, and answers after so many milliseconds
 * - `twice`: acts once and writes its answer twice on the connection
 * - `garbage`: acts, and answers 200 with what is no JSON; `not-http` with what is no HTTP
 * - `answer`: acts, and answers 200 with exactly this body
 */
export type ToolFault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly retryAfter?: string;
      readonly body?: string;
      readonly location?: string;
    }
  | { readonly kind: 'hang'; readonly acts: boolean }
  | { readonly kind: 'cut'; readonly acts: boolean }
  | { readonly kind: 'late'; readonly afterMs: number }
  | { readonly kind: 'answer'; readonly body: string }
  | { readonly kind: 'cut-body' | 'twice' | 'garbage' | 'not-http' };

/** An effect in the world: what the tool really did, whatever its caller heard of it. */
export type ToolEffect = { readonly path: string; readonly key: string; readonly arguments: unknown };

export type ToolRequest = {
  readonly path: string;
  readonly key: string;
  readonly arguments: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly atMs: number;
};

export type ToolServerOptions = {
  /** whsec_…: requests that are not signed with a trusted secret get a 401 and do nothing. More are trusted with `trust`. */
  readonly signingSecret?: string;
  /** Whether it acts once for one Idempotency-Key, and gives its first result again. */
  readonly idempotent: boolean;
  /** What an effect returns. Default: `{ done: <number of the effect> }`. */
  readonly resultOf?: (effect: ToolEffect, number: number) => unknown;
  /** The fault of each request, in order of arrival; null: none. Asked when no scripted one is left. */
  readonly faultOf?: (request: ToolRequest) => ToolFault | null;
};

export type ToolServer = {
  /** http://127.0.0.1:<port>; each path is a tool of its own. */
  readonly origin: string;
  /** Each effect, in the order in which they happened. */
  readonly ledger: readonly ToolEffect[];
  /** Each request that was properly signed. */
  readonly requests: readonly ToolRequest[];
  /** From now on requests signed with this secret count as well: a registration gives it only after the address is known. */
  trust(signingSecret: string): void;
  /** The faults of the next requests, before `faultOf` is asked. Null: none for that one. */
  script(...faults: (ToolFault | null)[]): void;
  stop(): Promise<void>;
};

/** A tenant's tool endpoint with a ledger of its own, on 127.0.0.1 and a free port. */
export async function startToolServer(options: ToolServerOptions): Promise<ToolServer> {
  const ledger: ToolEffect[] = [];
  const requests: ToolRequest[] = [];
  const scripted: (ToolFault | null)[] = [];
  const results = new Map<string, unknown>();
  const webhooks = options.signingSecret === undefined ? [] : [new Webhook(options.signingSecret)];

  const act = (request: ToolRequest): unknown => {
    const known = `${request.path} ${request.key}`;
    if (options.idempotent && results.has(known)) return results.get(known);
    const effect = { path: request.path, key: request.key, arguments: request.arguments };
    ledger.push(effect);
    const result = options.resultOf?.(effect, ledger.length) ?? { done: ledger.length };
    results.set(known, result);
    return result;
  };

  const server = createServer((message, response) => {
    void readRequest(message, webhooks).then((request) => {
      if (request === null) return reply(response, 401, '{"error":"not signed by the platform"}');
      requests.push(request);
      const fault = scripted.length > 0 ? (scripted.shift() ?? null) : (options.faultOf?.(request) ?? null);
      if (fault?.kind === 'status') replyStatus(response, fault);
      else answer(response, fault, () => JSON.stringify(act(request)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ledger,
    requests,
    trust: (signingSecret) => void webhooks.push(new Webhook(signingSecret)),
    script: (...faults) => void scripted.push(...faults),
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Null when it is not signed. */
async function readRequest(message: IncomingMessage, webhooks: readonly Webhook[]): Promise<ToolRequest | null> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  const headers = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)]));
  for (const webhook of webhooks) {
    try {
      const parsed = webhook.verify(body, headers);
      return { path: message.url ?? '/', key: headers['idempotency-key'] ?? '', arguments: parsed, headers, atMs: Date.now() };
    } catch {
      // signed with another secret, or not at all: the next one may fit
    }
  }
  return null;
}

function answer(response: ServerResponse, fault: Exclude<ToolFault, { kind: 'status' }> | null, act: () => string): void {
  const acted = fault === null || !('acts' in fault) || fault.acts;
  const body = acted ? act() : '';
  switch (fault?.kind) {
    case 'hang':
      break;
    case 'cut':
      response.socket?.destroy();
      break;
    case 'late':
      setTimeout(() => reply(response, 200, body), fault.afterMs).unref();
      break;
    case 'answer':
      reply(response, 200, fault.body);
      break;
    case 'cut-body':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length + 100 });
      response.write(body, () => response.socket?.destroy());
      break;
    case 'twice':
      response.socket?.end(rawAnswer(body) + rawAnswer(body));
      break;
    case 'garbage':
      reply(response, 200, '<html>not what you asked for</html>');
      break;
    case 'not-http':
      response.socket?.end('\u0000\u0001 garbage\r\n\r\n');
      break;
    case undefined:
      reply(response, 200, body);
  }
}

function rawAnswer(body: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

function replyStatus(response: ServerResponse, fault: Extract<ToolFault, { kind: 'status' }>): void {
  reply(response, fault.status, fault.body ?? '{"error":"no"}', {
    ...(fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }),
    ...(fault.location === undefined ? {} : { location: fault.location }),
  });
}

function reply(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  if (!response.socket?.writable) return;
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}
