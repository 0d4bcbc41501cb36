import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { Agent, type Response as FetchedResponse, fetch as undiciFetch } from 'undici';
import { MAX_RESPONSE_BYTES } from './attempt.ts';
import type { Egress } from './egress.ts';
import type { McpServer } from './mcp-catalog.ts';

export type McpOptions = {
  readonly egress: Egress;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Sent with every request besides what the protocol asks for. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Called when a request of this method goes out. */
  onSent?(method: string): void;
  /** Called with each answer's Retry-After. */
  onRetryAfter?(header: string): void;
};

export type McpConnection = {
  readonly client: Client;
  /** Makes one request; rejects when its answer broke off before it was whole, where the client itself would wait on. */
  ask<T>(request: () => Promise<T>): Promise<T>;
};

/** After the last byte of an answer, until what it said must have been understood. */
const UNDERSTOOD_WITHIN_MS = 500;

/**
 * Speaks with an MCP server over Streamable HTTP, by the official SDK, for the time of `work`: one session of its own for
 * each call, so that what was surely not taken (the session could not be opened) stays apart from what may have been.
 * Every connection goes where `egress` lets it; redirects stay within the origin.
 * @throws what `work` throws, or why the session could not be opened.
 */
export async function withMcp<T>(
  server: McpServer,
  options: McpOptions,
  work: (connection: McpConnection) => Promise<T>,
): Promise<T> {
  const url = new URL(server.endpoint);
  /** Ends the request that is under way: they are made one after the other. */
  let breakOff: (reason: Error) => void = () => undefined;
  const ask = <A>(request: () => Promise<A>): Promise<A> => {
    const { promise: broken, reject } = Promise.withResolvers<never>();
    breakOff = reject;
    return Promise.race([request(), broken]);
  };
  const dispatcher = new Agent({
    connect: { lookup: options.egress.lookupFor(url), timeout: options.timeoutMs, allowH2: false },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const authorization = server.token === null ? {} : { authorization: `Bearer ${server.token}` };
  const transport = new StreamableHTTPClientTransport(url, {
    fetch: guardedFetch({ dispatcher, options, breakOff: () => breakOff }),
    requestInit: { headers: { 'user-agent': 'switchyard', ...options.headers, ...authorization } },
    // A call is repeated by its own rules, not by the transport's.
    reconnectionOptions: { maxRetries: 0, initialReconnectionDelay: 0, maxReconnectionDelay: 0, reconnectionDelayGrowFactor: 1 },
  });
  const client = new Client({ name: 'switchyard', version: '0.1.0' });
  try {
    await ask(() => client.connect(transport as Transport, { signal: options.signal, timeout: options.timeoutMs }));
    return await work({ client, ask });
  } finally {
    void endSession(transport, client, dispatcher);
  }
}

/** A server that keeps sessions is told that this one is over; nobody waits for its answer. */
async function endSession(transport: StreamableHTTPClientTransport, client: Client, dispatcher: Agent): Promise<void> {
  const over = setTimeout(() => void dispatcher.destroy(), 1_000).unref();
  await transport.terminateSession().catch(() => undefined);
  await client.close().catch(() => undefined);
  clearTimeout(over);
  await dispatcher.destroy();
}

type Guarded = { readonly dispatcher: Agent; readonly options: McpOptions; breakOff(): (reason: Error) => void };

function guardedFetch({ dispatcher, options, breakOff }: Guarded): typeof fetch {
  return async (input, init = {}) => {
    // Nobody listens for what the server says without being asked, and a stream for it would only be kept open.
    if (init.method === 'GET') return new Response(null, { status: 405 });
    const onBroken = breakOff();
    const method = methodOf(init.body);
    if (method !== null) options.onSent?.(method);
    // The package's fetch goes with the package's Agent; Node's built-in one is another version with types of its own.
    const response = await (undiciFetch as unknown as (url: unknown, init: object) => Promise<FetchedResponse>)(input, {
      ...init,
      dispatcher,
    });
    const retryAfter = response.headers.get('retry-after');
    if (retryAfter !== null) options.onRetryAfter?.(retryAfter);
    const headers = [...response.headers] as [string, string][];
    const body = response.body === null ? null : bounded(response.body as ReadableStream<Uint8Array>, onBroken);
    return new Response(response.status === 204 ? null : body, { status: response.status, headers });
  };
}

function methodOf(body: unknown): string | null {
  if (typeof body !== 'string') return null;
  const message = JSON.parse(body) as { method?: unknown };
  return typeof message.method === 'string' ? message.method : null;
}

/** Ends what is longer than may be read, and tells of an end that may have come too early. */
function bounded(body: ReadableStream<Uint8Array>, onBroken: (reason: Error) => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let length = 0;
  const brokeOff = (error: Error): void => {
    setTimeout(() => onBroken(error), UNDERSTOOD_WITHIN_MS).unref();
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        length += value?.length ?? 0;
        if (length > MAX_RESPONSE_BYTES) throw new Error(`its answer is longer than ${MAX_RESPONSE_BYTES} bytes`);
        if (!done) return controller.enqueue(value);
        controller.close();
        brokeOff(new Error('its answer ended without a result'));
      } catch (error) {
        const cause = error instanceof Error ? error : new Error(String(error));
        controller.error(cause);
        brokeOff(cause);
        await reader.cancel().catch(() => undefined);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
