import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '@switchyard/database/embedded';

/** A PostgreSQL that can be gone for a while. */
export type BreakablePostgres = {
  readonly adminUrl: string;
  /** kill -9 of the server and with it all of its connections; nobody reaches the next one until `mend`. */
  kill(): void;
  mend(): void;
  close(): Promise<void>;
};

export async function startBreakablePostgres(): Promise<BreakablePostgres> {
  const directory = await mkdtemp(path.join(tmpdir(), 'switchyard-breakable-'));
  const server = await startEmbeddedPostgres({ directory, maxConnections: 300 });
  const url = new URL(server.adminUrl);
  const port = Number(url.port);
  let isGone = false;
  const front = createServer((socket) => {
    if (isGone) return void socket.resetAndDestroy();
    const behind = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [socket, behind],
      [behind, socket],
    ] as const) {
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  url.port = String((front.address() as AddressInfo).port);
  return {
    adminUrl: String(url),
    kill: () => {
      isGone = true;
      process.kill(server.pid, 'SIGKILL');
    },
    mend: () => {
      isGone = false;
    },
    close: async () => {
      front.close();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
