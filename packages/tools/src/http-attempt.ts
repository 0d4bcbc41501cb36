import { buildConnector, Client } from 'undici';
import { type Attempt, bounded, describe, MAX_RESPONSE_BYTES, retryAfterOf, rootOf, storable } from './attempt.ts';
import { type Egress, EgressError } from './egress.ts';

export type HttpRequest = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly egress: Egress;
  /** Of this attempt, from the first packet to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called once the connection stands: from here on the tool may act. */
  onConnected(): void;
};

/**
 * Sends one POST on a connection of its own: a kept-alive connection that the tool closes just as we write would make a
 * call that never reached it look like one that might have. Redirects are not followed. Never throws.
 */
export async function attemptHttp(request: HttpRequest): Promise<Attempt> {
  let connected = false;
  const connect = buildConnector({
    lookup: request.egress.lookupFor(request.url),
    timeout: request.timeoutMs,
    allowH2: false,
  } as buildConnector.BuildOptions);
  const client = new Client(request.url.origin, {
    connect: (options, callback) =>
      connect(options, (...outcome) => {
        if (outcome[0] === null) {
          connected = true;
          request.onConnected();
        }
        callback(...outcome);
      }),
    pipelining: 0,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    const response = await client.request({
      method: 'POST',
      path: `${request.url.pathname}${request.url.search}`,
      headers: request.headers,
      body: request.body,
      signal: request.signal,
    });
    return await read(response);
  } catch (error) {
    return failureOf(error, connected, request);
  } finally {
    await client.destroy();
  }
}

type Response = Awaited<ReturnType<Client['request']>>;

async function read(response: Response): Promise<Attempt> {
  const { statusCode } = response;
  const retryAfterMs = retryAfterOf(response.headers['retry-after']);
  if (statusCode >= 200 && statusCode < 300) return resultOf(await bodyOf(response));
  // The status alone decides: a body that breaks off does not change it.
  const error = `${statusCode}: ${messageOf(await bodyOf(response).catch(() => ''))}`.replace(/: $/, '');
  if (statusCode === 429) return { kind: 'not-taken', error, retryAfterMs, reached: true };
  if (statusCode === 408 || statusCode >= 500) return { kind: 'no-answer', error, retryAfterMs };
  if (statusCode >= 400) return { kind: 'refused', error };
  return { kind: 'refused', error: `${statusCode}: The endpoint answered with a redirect, which is not followed.` };
}

/** The body as text, or null when it is longer than may be read. */
async function bodyOf(response: Response): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_RESPONSE_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function resultOf(body: string | null): Attempt {
  if (body === null) return { kind: 'done', result: null, error: `The answer is longer than ${MAX_RESPONSE_BYTES} bytes.` };
  if (body === '') return { kind: 'done', result: null, error: null };
  try {
    return { kind: 'done', result: JSON.parse(body, storable), error: null };
  } catch {
    return { kind: 'done', result: null, error: `The answer is not JSON: ${bounded(body)}` };
  }
}

/** What a tool says of its refusal: the usual places in a JSON body (RFC 9457 among them), or the body itself. */
function messageOf(body: string | null): string {
  if (body === null) return '';
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null) {
      const { error, message, detail, title } = parsed as Record<string, unknown>;
      const inner = typeof error === 'object' && error !== null ? (error as Record<string, unknown>).message : error;
      const said = [inner, message, detail, title].find((text) => typeof text === 'string');
      if (typeof said === 'string') return bounded(said);
    }
  } catch {
    // not JSON: the text is the message
  }
  return bounded(body);
}

function failureOf(error: unknown, connected: boolean, request: HttpRequest): Attempt {
  const cause = rootOf(error);
  if (cause instanceof EgressError) return { kind: 'refused', error: cause.message };
  const why = request.signal.aborted ? `no answer within ${request.timeoutMs} ms` : describe(cause);
  return connected
    ? { kind: 'no-answer', error: `The connection was made, but ${why}.`, retryAfterMs: null }
    : { kind: 'not-taken', error: `The connection was not made: ${why}.`, retryAfterMs: null, reached: false };
}
