import { createServer } from 'node:http';
import type { Logger } from 'pino';
import { answerHealth, createHealth, type Probe } from './health.ts';
import { listen } from './listen.ts';

export type HealthServer = {
  /** Address of /health/ready; /health/live is beside it. */
  readonly url: string;
  stop(): Promise<void>;
};

/**
 * Health of a process that serves nothing else.
 * @throws Error (EADDRINUSE) when the port is taken.
 */
export async function serveHealth(options: {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly probes: Readonly<Record<string, Probe>>;
  readonly logger: Logger;
}): Promise<HealthServer> {
  const health = createHealth(options);
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? '/';
    answerHealth(health, path, response).then(
      (answered) => answered || response.writeHead(404).end(),
      () => response.destroy(),
    );
  });
  const url = await listen(server, options.host, options.port);
  return {
    url: `${url}/health/ready`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
