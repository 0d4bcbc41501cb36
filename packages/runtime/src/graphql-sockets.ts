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
  /** Whether to take a new connection; the others are answered with 503. Default: always. */
  readonly isOpen?: () => boolean;
};

export type GraphQLSockets = {
  readonly clients: ReadonlySet<WebSocket>;
  /** Tells every peer to go, and cuts off those that have not gone after `graceMs`. */
  close(code: number, reason: string, graceMs: number): Promise<void>;
};

/** Speaks `graphql-transport-ws` (https://github.com/graphql/graphql-over-http, graphql-ws' PROTOCOL.md) on one path of an HTTP server. */
export function serveGraphQLSockets(options: GraphQLSocketsOptions): GraphQLSockets {
  const { server, path, logger } = options;
  // Compression is off: zlib costs about 300 KB per connection, and answer deltas are too small to gain from it.
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (protocols) => handleProtocols(protocols),
  });
  const protocol = makeServer<Record<string, unknown>, SocketExtra>(options.protocol);

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
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => send(socket, text, options.onSendError),
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
    const stopPinging = keepAlive(socket, options.keepAliveMs ?? 12_000);
    socket.on('error', (error) => logger.info({ err: error }, 'a GraphQL socket failed'));
    socket.once('close', (code, reason) => {
      stopPinging();
      closed(code, String(reason)).catch((error: unknown) => logger.error({ err: error }, 'closing a GraphQL socket failed'));
    });
  };

  server.on('upgrade', upgrade);
  return { clients: sockets.clients, close: (code, reason, graceMs) => closeAll(sockets, { code, reason, graceMs }) };
}

/** Resolves when the text has left for the network, so that a subscription waits for its reader before it takes the next event. */
function send(socket: WebSocket, text: string, onSendError?: () => void): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    socket.send(text, (error) => {
      if (error != null) onSendError?.();
      resolve();
    });
  });
}

function keepAlive(socket: WebSocket, everyMs: number): () => void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, everyMs);
  return () => clearInterval(timer);
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
