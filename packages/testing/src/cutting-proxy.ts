import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy whose connections can be broken in the ways in which networks break them. */
export type CuttingProxy = {
  readonly port: number;
  /** The connection of the client with this local port: reset in both directions. */
  reset(clientPort: number): boolean;
  /** The same for all connections. */
  resetAll(): void;
  /** The same connection stays open on both sides, and nothing goes through any more. */
  freeze(clientPort: number): boolean;
  close(): Promise<void>;
};

export async function startCuttingProxy(targetPort: number): Promise<CuttingProxy> {
  const pairs = new Map<number, readonly [Socket, Socket]>();
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    const port = client.remotePort ?? 0;
    pairs.set(port, [client, upstream]);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.setNoDelay(true);
      one.pipe(other);
      one.on('error', () => undefined);
      one.on('close', () => {
        other.destroy();
        if (pairs.get(port)?.[0] === client) pairs.delete(port);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const withPair = (clientPort: number, work: (pair: readonly [Socket, Socket]) => void): boolean => {
    const pair = pairs.get(clientPort);
    if (pair !== undefined) work(pair);
    return pair !== undefined;
  };
  return {
    port: (server.address() as AddressInfo).port,
    reset: (clientPort) =>
      withPair(clientPort, (pair) => {
        for (const socket of pair) socket.resetAndDestroy();
      }),
    resetAll: () => {
      for (const pair of [...pairs.values()]) for (const socket of pair) socket.resetAndDestroy();
    },
    freeze: (clientPort) =>
      withPair(clientPort, ([client, upstream]) => {
        client.unpipe(upstream).pause();
        upstream.unpipe(client).pause();
      }),
    close: async () => {
      for (const [client, upstream] of pairs.values()) {
        client.destroy();
        upstream.destroy();
      }
      server.close();
    },
  };
}
