import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';

/** Resolves when what it asks is well, rejects when not. */
export type Probe = () => Promise<unknown>;

export type Readiness = { readonly ready: boolean; readonly checks: Readonly<Record<string, 'ok' | 'failed' | 'draining'>> };

export type Health = {
  /** Asks every probe now. */
  readiness(): Promise<Readiness>;
  /** From now on not ready, so that load balancers send their requests elsewhere. */
  drain(): void;
};

/** @param options.timeoutMs how long a probe may take before it counts as failed. Default 2,000. */
export function createHealth(options: {
  readonly probes: Readonly<Record<string, Probe>>;
  readonly logger: Logger;
  readonly timeoutMs?: number;
}): Health {
  const timeoutMs = options.timeoutMs ?? 2_000;
  let draining = false;

  const ask = async ([name, probe]: [string, Probe]): Promise<[string, 'ok' | 'failed']> => {
    try {
      await withinTime(probe(), timeoutMs);
      return [name, 'ok'];
    } catch (error) {
      options.logger.warn({ err: error, probe: name }, 'a health probe failed');
      return [name, 'failed'];
    }
  };

  return {
    drain: () => {
      draining = true;
    },
    readiness: async () => {
      if (draining) return { ready: false, checks: { process: 'draining' } };
      const results = await Promise.all(Object.entries(options.probes).map(ask));
      return { ready: results.every(([, result]) => result === 'ok'), checks: Object.fromEntries(results) };
    },
  };
}

async function withinTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`No answer within ${timeoutMs} ms.`)), timeoutMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Answers /health/live (the process runs) and /health/ready (it can do its work); false for any other path. */
export async function answerHealth(health: Health, path: string, response: ServerResponse): Promise<boolean> {
  if (path === '/health/live') {
    sendJson(response, 200, { status: 'live' });
    return true;
  }
  if (path !== '/health/ready') return false;
  const readiness = await health.readiness();
  sendJson(response, readiness.ready ? 200 : 503, { status: readiness.ready ? 'ready' : 'not ready', checks: readiness.checks });
  return true;
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}
