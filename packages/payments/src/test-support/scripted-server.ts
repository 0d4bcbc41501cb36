import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server of a provider does with the next requests that it would take money for. */
export type Fault = 'decline' | 'pending' | 'error' | 'cut-before' | 'cut-after';

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};
export type Told = { readonly status: number; readonly type: string; readonly body: string };

export type ScriptedServer = {
  readonly url: string;
  /** One for each request to come, in order; null: none. */
  readonly faults: (Fault | null)[];
  readonly asked: Asked[];
  close(): Promise<void>;
};

/** A server that answers as it is told, loses answers on demand, and remembers what it was asked. */
export async function startScriptedServer(
  isCharge: (asked: Asked) => boolean,
  answer: (asked: Asked, fault: Fault | null) => Told,
): Promise<ScriptedServer> {
  const faults: (Fault | null)[] = [];
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void take(request, response);
  });
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const each: Asked = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
    asked.push(each);
    const fault = isCharge(each) ? (faults.shift() ?? null) : null;
    if (fault === 'cut-before') return void request.socket.destroy();
    const told = fault === 'error' ? { status: 500, type: 'text/plain', body: 'oh' } : answer(each, fault);
    if (fault === 'cut-after') return void request.socket.destroy();
    response.writeHead(told.status, { 'content-type': told.type }).end(told.body);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    faults,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
