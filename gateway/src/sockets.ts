import type { IncomingMessage, Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { PlatformError } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import { type SocketExtra, serveGraphQLSockets } from '@switchyard/runtime/graphql-sockets';
import { CloseCode, type ServerOptions } from 'graphql-ws';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Authenticator } from './authentication.ts';
import { Connection, type SocketContext } from './connection.ts';
import { type ConnectionCount, type ConnectionLimits, readDelivery } from './delivery.ts';
import { toClientError } from './errors.ts';
import type { Graph } from './graph.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { OpenStreams } from './open-streams.ts';
import type { RequestLimits } from './request-limits.ts';
import { socketOperations } from './socket-operations.ts';

export type SocketsOptions = {
  readonly server: Server;
  readonly graph: Graph;
  readonly authenticator: Authenticator;
  /** Null: nobody is limited. */
  readonly requestLimits: RequestLimits | null;
  readonly openStreams: OpenStreams;
  readonly connections: ConnectionCount;
  limitsOf(tenantId: TenantId | null): Promise<ConnectionLimits>;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  readonly maxMessageBytes: number;
  readonly times: SocketTimes;
  readonly isOpen: () => boolean;
};

/** Milliseconds. */
export type SocketTimes = {
  /** Until `connection_init`; then close code 4408. */
  readonly initWithinMs: number;
  /** Between pings; a peer that has not answered by the next one is cut off. */
  readonly keepAliveMs: number;
  /** How long a reader may leave a message unread; then close code 4490. */
  readonly slowAfterMs: number;
  /** How long a socket may be open without an operation; then close code 1000. */
  readonly idleAfterMs: number;
};

export const DEFAULT_SOCKET_TIMES: SocketTimes = {
  initWithinMs: 3_000,
  keepAliveMs: 12_000,
  slowAfterMs: 30_000,
  idleAfterMs: 600_000,
};

export type Sockets = {
  /** Tells every client to go on elsewhere, with the place to resume, spread over `spreadMs`; cuts off who is still there after `graceMs`. */
  drain(how: { readonly spreadMs: number; readonly graceMs: number }): Promise<void>;
};

/** Close code of a reader that stayed behind: it may reconnect, and resume after the last event that it saw. */
export const SLOW_READER = 4490;
/** WebSocket's own codes: going away, and for trouble on this side that passes. */
const GOING_AWAY = 1001;
export const TRY_AGAIN_LATER = 1013;

const NORMAL_CODES: ReadonlySet<number> = new Set([1000, 1001, 1005]);

/** The graph over `graphql-transport-ws`: subscriptions, and queries and mutations too. */
export function serveSockets(options: SocketsOptions): Sockets {
  const { metrics, times } = options;
  const connections = new Map<WebSocket, Connection>();
  const sockets = serveGraphQLSockets({
    server: options.server,
    path: '/graphql',
    protocol: protocolOf(options, connections),
    logger: options.logger,
    maxMessageBytes: options.maxMessageBytes,
    keepAliveMs: times.keepAliveMs,
    slowAfterMs: times.slowAfterMs,
    onSlow: (socket) => {
      metrics.backpressureDrops.inc({ policy: 'CLOSE' });
      connections.get(socket)?.leave(SLOW_READER, 'Slow reader');
      // It does not read the close frame either; its connection ends when the time for that is over.
      if (!connections.has(socket)) socket.terminate();
    },
    onSendError: () => metrics.sendErrors.inc(),
    isOpen: options.isOpen,
  });
  metrics.queueDepth(() => sockets.pending());
  const idle = setInterval(
    () => {
      for (const connection of connections.values()) if (connection.isIdleFor(times.idleAfterMs)) connection.leave(1000, 'Idle');
    },
    Math.min(times.idleAfterMs, 10_000),
  );

  return {
    drain: async ({ spreadMs, graceMs }) => {
      clearInterval(idle);
      const startedAt = Date.now();
      await leaveOneByOne([...connections.values()], spreadMs);
      await sockets.close(GOING_AWAY, 'Going away', Math.max(0, graceMs - (Date.now() - startedAt)));
    },
  };
}

/** Spread, so that those who take them in are not overrun; who has a query running is let go last. */
async function leaveOneByOne(connections: readonly Connection[], spreadMs: number): Promise<void> {
  const startedAt = Date.now();
  const [free, busy] = [connections.filter(({ busy }) => busy === 0), connections.filter(({ busy }) => busy > 0)];
  for (const [index, connection] of free.entries()) {
    const due = startedAt + (spreadMs * index) / free.length;
    if (due > Date.now()) await pause(due - Date.now());
    connection.leave(GOING_AWAY, 'Going away');
  }
  while (busy.some((connection) => connection.busy > 0) && Date.now() < startedAt + spreadMs) await pause(20);
  for (const connection of busy) connection.leave(GOING_AWAY, 'Going away');
}

function protocolOf(
  options: SocketsOptions,
  connections: Map<WebSocket, Connection>,
): ServerOptions<Record<string, unknown>, SocketExtra> {
  const { metrics } = options;
  return {
    connectionInitWaitTimeout: options.times.initWithinMs,
    onConnect: async (ctx) => {
      const { socket } = ctx.extra;
      const connection = await connect(ctx, options);
      if ('code' in connection) {
        socket.close(connection.code, connection.reason);
        return false;
      }
      const giveUpPlace = options.connections.take(connection.identity.tenantId, connection.limits);
      if (giveUpPlace === null) {
        socket.close(TRY_AGAIN_LATER, `Too many connections: this tenant may have ${connection.limits.maxConnections}`);
        return false;
      }
      if (socket.readyState !== socket.OPEN) {
        giveUpPlace();
        return false;
      }
      connection.access = options.openStreams.add({
        authorization: authorizationOf(ctx.connectionParams, ctx.extra.request) ?? '',
        identity: connection.identity,
        forbid: () => socket.close(CloseCode.Forbidden, 'Forbidden'),
      });
      connections.set(socket, connection);
      metrics.activeConnections.inc();
      socket.once('close', (code: number, reason: Buffer) => {
        giveUpPlace();
        connection.access?.forget();
        connections.delete(socket);
        metrics.activeConnections.dec();
        noteClose(connection, { code, reason: String(reason) }, options);
      });
      return { ...connection.delivery, maxOperations: connection.limits.maxOperations };
    },
    ...socketOperations({
      graph: options.graph,
      logger: options.logger,
      requestLimits: options.requestLimits,
      metrics,
      connectionOf: (ctx) => connections.get(ctx.extra.socket),
      identify: async (ctx) => await options.authenticator.authenticate(authorizationOf(ctx.connectionParams, ctx.extra.request)),
    }),
  };
}

type Refusal = { readonly code: number; readonly reason: string };

async function connect(ctx: SocketContext, options: SocketsOptions): Promise<Connection | Refusal> {
  try {
    const identity = await options.authenticator.authenticate(authorizationOf(ctx.connectionParams, ctx.extra.request));
    const limits = await options.limitsOf(identity.tenantId);
    return new Connection({ ctx, identity, limits, delivery: readDelivery(ctx.connectionParams, limits) });
  } catch (error) {
    const { message } = toClientError(error, options.logger);
    const code = error instanceof PlatformError ? error.code : 'INTERNAL';
    if (code === 'UNAUTHENTICATED') return { code: CloseCode.Forbidden, reason: message };
    return { code: code === 'BAD_USER_INPUT' ? CloseCode.BadRequest : TRY_AGAIN_LATER, reason: message };
  }
}

function noteClose(connection: Connection, { code, reason }: Refusal, { metrics, logger }: SocketsOptions): void {
  metrics.closes.inc({ code });
  if (NORMAL_CODES.has(code)) return;
  const { tenantId, credential } = connection.identity;
  const subscriptions = connection.subscriptions.size;
  logger.info(
    { code, reason, tenantId, credentialId: credential.id, subscriptions, seconds: connection.ageSeconds },
    'a socket closed abnormally',
  );
}

/** `authorization` of connection_init, in any case and also among `headers`, as explorers send it; else the header of the upgrade. */
function authorizationOf(
  parameters: Readonly<Record<string, unknown>> | undefined,
  request: IncomingMessage,
): string | undefined {
  const headers = parameters?.headers;
  const places = [parameters, typeof headers === 'object' && headers !== null ? headers : {}];
  for (const place of places) {
    const entry = Object.entries(place ?? {}).find(([name]) => name.toLowerCase() === 'authorization');
    if (typeof entry?.[1] === 'string') return entry[1];
  }
  return request.headers.authorization;
}
