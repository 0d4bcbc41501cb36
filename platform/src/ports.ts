import { createServer } from 'node:net';
import type { Config } from './config.ts';
import { StartError } from './start-error.ts';

/** Said before anything is started, rather than after half a minute. @throws StartError */
export async function refuseTakenPorts(config: Config): Promise<void> {
  for (const variable of ['PORT', 'METRICS_PORT'] as const) {
    const port = config[variable];
    if (port !== 0) await probe(variable, port, config.HOST);
  }
}

async function probe(variable: string, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause: Error & { code?: string }) =>
      reject(new StartError(sentenceOf(cause.code, { variable, port, host }), cause)),
    );
    server.listen(port, host, () => server.close(() => resolve()));
  });
}

function sentenceOf(
  code: string | undefined,
  { variable, port, host }: { variable: string; port: number; host: string },
): string {
  if (code === 'EADDRINUSE') return `Port ${port} is taken: stop what uses it, or set ${variable} to another one.`;
  if (code === 'EACCES') return `Port ${port} may not be used by this user: set ${variable} to one above 1023.`;
  return `The address ${host} cannot be listened on (${code ?? 'unknown'}): set HOST to an address of this machine.`;
}
