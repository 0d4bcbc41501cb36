import { Agent, fetch as undiciFetch } from 'undici';

export type ProviderTimeouts = {
  /** Milliseconds to reach the provider (TCP and TLS). Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds without a chunk, the first included, after which the call is given up as a network error. Default 60,000. */
  readonly idleTimeoutMs?: number;
};

export const DEFAULT_IDLE_TIMEOUT_MS = 60_000;
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 30_000;

/**
 * A fetch over connections that are kept alive between calls; idle ones do not hold the process. Undici's own limits on
 * headers and body are off: the idle timeout covers both, and tells the two from a reader that is slow itself.
 */
export function keepAliveFetch(timeouts: ProviderTimeouts): typeof fetch {
  const dispatcher = new Agent({
    connect: { timeout: timeouts.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS },
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  // The package's fetch goes with the package's Agent; Node's built-in one is another version with types of its own.
  const send = undiciFetch as unknown as (input: unknown, init: object) => Promise<Response>;
  return (input, init) => send(input, { ...init, dispatcher });
}
