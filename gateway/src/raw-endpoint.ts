import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/**
 * An address beside the graph, for callers that do not speak GraphQL, such as webhooks. It gets the request as it came, byte
 * for byte, because signatures are over bytes; who calls, it has to find out by itself. What is behind it the gateway does not
 * know.
 */
export type RawEndpoint = {
  /** Bytes of a body at most; a longer one is answered with 413 and never handed over. */
  readonly maxBytes: number;
  answer(request: RawRequest): Promise<RawAnswer>;
};

export type RawRequest = {
  /** What follows the endpoint's prefix in the path. */
  readonly rest: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

export type RawAnswer = { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: unknown };

/** By the prefix of their path: "/webhooks/usage/". */
export type RawEndpoints = Readonly<Record<string, RawEndpoint>>;

/** Answers a POST to an endpoint's address as JSON; false where the path is none. */
export async function answerRaw(
  endpoints: RawEndpoints,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const [prefix, endpoint] = Object.entries(endpoints).find(([start]) => path.startsWith(start)) ?? [];
  if (prefix === undefined || endpoint === undefined) return false;
  if (request.method !== 'POST') {
    response.writeHead(405, { allow: 'POST' }).end();
    return true;
  }
  const body = await bodyOf(request, endpoint.maxBytes);
  if (body === null) {
    // What is still on its way is not waited for.
    send(response, {
      status: 413,
      headers: { connection: 'close' },
      body: { error: `A body may have up to ${endpoint.maxBytes} bytes.` },
    });
    return true;
  }
  send(response, await endpoint.answer({ rest: path.slice(prefix.length), headers: request.headers, body }));
  return true;
}

async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) {
      request.resume();
      return null;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, headers, body }: RawAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(JSON.stringify(body));
}
