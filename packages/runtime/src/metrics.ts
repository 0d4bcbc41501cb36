import { createServer } from 'node:http';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { listen } from './listen.ts';

/** A registry with the process's own metrics (CPU, memory, event-loop lag, garbage collection) in it. */
export function createMetricsRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

export type MetricsServer = {
  /** Address of /metrics. */
  readonly url: string;
  stop(): Promise<void>;
};

/**
 * Prometheus metrics at /metrics.
 * @param options.port 0 picks a free one.
 * @throws Error (EADDRINUSE) when the port is taken.
 */
export async function createMetricsServer(options: {
  readonly registry: Registry;
  readonly host: string;
  readonly port: number;
}): Promise<MetricsServer> {
  const { registry } = options;
  const server = createServer((request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  const url = await listen(server, options.host, options.port);
  return {
    url: `${url}/metrics`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
