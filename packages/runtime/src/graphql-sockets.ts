import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode, handleProtocols, makeServer, type ServerOptions } from 'graphql-ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';

/** What the protocol's callbacks find in `ctx.extra`. */
export type SocketExtra = { readonly socket: WebSocket; readonly request: IncomingMessage };

export type GraphQLSocketsOptions = {
  readonly server: Server;
  readonly path: string;
  /** The protocol's callbacks. */
  readonly protocol: ServerOptions<Record<string, unknown>, SocketExtra>;
  readonly logger: Logger;
  readonly maxMessageBytes: number;
  /** How often to ping; a peer that has not answered by the next ping is cut off. Default 12,000. */
  readonly keepAliveMs?: number;
  readonly onSendError?: () => void;
  /** How long a message may take to leave for a peer that does not read. Default: for ever. */
  readonly slowAfterMs?: number;
  /** Called for a peer that took longer; it should be closed. */
  readonly onSlow?: (socket: WebSocket) => void;
  /** Whether to take a new connection; the others are answered with 503. Default: always. */
  readonly isOpen?: () => boolean;
};

export type GraphQLSockets = {
  readonly clients: ReadonlySet<WebSocket>;
  /** Messages that wait to be written, over all peers. */
  pending(): number;
  /** Tells every peer to go, and cuts off those that have not gone after `graceMs`. */
  close(code: number, reason: string, graceMs: number): Promise<void>;
};

/** What is known of a connection; kept small, for there are many. */
type Peer = {
  readonly socket: WebSocket;
  /** Messages that were handed over and have not left yet. */
  pending: number;
  /** Since when the first of them waits, or one has left last. */
  waitingSince: number;
  answered: boolean;
};

const LOOK_EVERY_MS = 1_000;
/** A peer that was told to go and does not answer is cut off. */
const CLOSE_TIMEOUT_MS = 5_000;

/** Speaks `graphql-transport-ws` (https://github.com/graphql/graphql-over-http, graphql-ws' PROTOCOL.md) on one path of an HTTP server. */
export function serveGraphQLSockets(options: GraphQLSocketsOptions): GraphQLSockets {
  const { server, path, logger } = options;
  // Compression is off: zlib costs about 300 KB per connection, answer deltas are too small to gain from it, and what is secret in
  // them would show in the length of what is compressed along with it.
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxMessageBytes,
    perMessageDeflate: false,
    closeTimeout: CLOSE_TIMEOUT_MS,
    handleProtocols: (protocols) => handleProtocols(protocols),
  } as ServerOptionsOfWs);
  const protocol = makeServer<Record<string, unknown>, SocketExtra>(options.protocol);
  const peers = new Set<Peer>();
  const stopLooking = lookAfter(peers, options);

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const status =
      request.url?.split('?')[0] !== path ? '404 Not Found' : options.isOpen?.() === false ? '503 Service Unavailable' : null;
    if (status !== null) {
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => attach(client, request));
  };

  const attach = (socket: WebSocket, request: IncomingMessage): void => {
    const peer: Peer = { socket, pending: 0, waitingSince: 0, answered: true };
    peers.add(peer);
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => send(peer, text, options.onSendError),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) =>
          socket.on('message', (message) => {
            handle(String(message)).catch((error: unknown) => {
              logger.error({ err: error }, 'a message on a GraphQL socket could not be handled');
              socket.close(CloseCode.InternalServerError, 'Internal server error');
            });
          }),
      },
      { socket, request },
    );
    socket.on('pong', () => {
      peer.answered = true;
    });
    socket.on('error', (error) => logger.info({ err: error }, 'a GraphQL socket failed'));
    socket.once('close', (code, reason) => {
      peers.delete(peer);
      closed(code, String(reason)).catch((error: unknown) => logger.error({ err: error }, 'closing a GraphQL socket failed'));
    });
  };

  server.on('upgrade', upgrade);
  return {
    clients: sockets.clients,
    pending: () => [...peers].reduce((sum, peer) => sum + peer.pending, 0),
    close: async (code, reason, graceMs) => {
      await closeAll(sockets, { code, reason, graceMs });
      stopLooking();
    },
  };
}

/** `closeTimeout` is newer than the types of ws. */
type ServerOptionsOfWs = ConstructorParameters<typeof WebSocketServer>[0];

/** Resolves when the text has left for the network, so that a subscription waits for its reader before it takes the next event. */
function send(peer: Peer, text: string, onSendError?: () => void): Promise<void> {
  const { socket } = peer;
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    if (peer.pending === 0) peer.waitingSince = Date.now();
    peer.pending += 1;
    socket.send(text, (error) => {
      peer.pending -= 1;
      peer.waitingSince = Date.now();
      if (error != null) onSendError?.();
      resolve();
    });
  });
}

/** One timer for all peers: pings, cuts off those that do not answer, and tells of those that do not read. */
function lookAfter(peers: ReadonlySet<Peer>, options: GraphQLSocketsOptions): () => void {
  const keepAliveMs = options.keepAliveMs ?? 12_000;
  let pingedAt = Date.now();
  const timer = setInterval(
    () => {
      const now = Date.now();
      const ping = now - pingedAt >= keepAliveMs;
      if (ping) pingedAt = now;
      for (const peer of peers) {
        const isSlow = peer.pending > 0 && now - peer.waitingSince > (options.slowAfterMs ?? Number.POSITIVE_INFINITY);
        if (isSlow && peer.socket.readyState === peer.socket.OPEN) options.onSlow?.(peer.socket);
        if (ping) pingOrCut(peer, options.slowAfterMs !== undefined);
      }
    },
    Math.min(LOOK_EVERY_MS, keepAliveMs),
  );
  return () => clearInterval(timer);
}

/** A peer that does not read cannot answer either: how long it may do that is not for the ping to decide. */
function pingOrCut(peer: Peer, mayBeSlow: boolean): void {
  if (!peer.answered && !(mayBeSlow && peer.pending > 0)) {
    peer.socket.terminate();
    return;
  }
  peer.answered = false;
  peer.socket.ping();
}

async function closeAll(sockets: WebSocketServer, how: { code: number; reason: string; graceMs: number }): Promise<void> {
  const gone = [...sockets.clients].map((client) => new Promise<void>((resolve) => client.once('close', () => resolve())));
  for (const client of sockets.clients) client.close(how.code, how.reason);
  const timer = setTimeout(() => {
    for (const client of sockets.clients) client.terminate();
  }, how.graceMs);
  await Promise.all(gone);
  clearTimeout(timer);
  sockets.close();
}
