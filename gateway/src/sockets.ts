import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import { type GraphQLSockets, type SocketExtra, serveGraphQLSockets } from '@switchyard/runtime/graphql-sockets';
import { withLogFields } from '@switchyard/runtime/log-fields';
import { withSpan } from '@switchyard/runtime/tracing';
import { type ExecutionResult, type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import { CloseCode, type Context, type ServerOptions, type SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Authenticator } from './authentication.ts';
import { SlowReaderError } from './bounded-queue.ts';
import type { EventStream, GatewayContext } from './data-source.ts';
import { toClientError } from './errors.ts';
import type { Graph } from './graph.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { OpenStreams } from './open-streams.ts';
import type { OperationRequest, PreparedOperation } from './operation.ts';
import { incomingTraceparent, requestContextOf } from './request-context.ts';

export type SocketsOptions = {
  readonly server: Server;
  readonly graph: Graph;
  readonly authenticator: Authenticator;
  readonly openStreams: OpenStreams;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  readonly maxMessageBytes: number;
  readonly isOpen: () => boolean;
};

/** Close code of a reader that stayed behind: it may reconnect, and resume after the last event that it saw. */
export const SLOW_READER = 4490;

/** WebSocket's own code for trouble on this side that passes. */
const TRY_AGAIN_LATER = 1013;

type SocketContext = Context<Record<string, unknown>, SocketExtra>;
type Running = { readonly prepared: PreparedOperation; readonly context: GatewayContext; readonly socket: WebSocket };

/** The graph over `graphql-transport-ws`: subscriptions, and queries and mutations too. */
export function serveSockets(options: SocketsOptions): GraphQLSockets {
  const { metrics, logger } = options;
  const sockets = serveGraphQLSockets({
    server: options.server,
    path: '/graphql',
    protocol: protocolOf(options),
    logger,
    maxMessageBytes: options.maxMessageBytes,
    onSendError: () => metrics.sendErrors.inc(),
    isOpen: options.isOpen,
  });
  return sockets;
}

function protocolOf(options: SocketsOptions): ServerOptions<Record<string, unknown>, SocketExtra> {
  const { graph, authenticator, openStreams, metrics, logger } = options;
  return {
    onConnect: async (ctx) => {
      const { socket, request } = ctx.extra;
      const authorization = authorizationOf(ctx.connectionParams, request);
      try {
        await authenticator.authenticate(authorization);
      } catch (error) {
        const refusal = toClientError(error, logger);
        socket.close(refusal.extensions.code === 'UNAUTHENTICATED' ? CloseCode.Forbidden : TRY_AGAIN_LATER, refusal.message);
        return false;
      }
      if (socket.readyState !== socket.OPEN) return false;
      metrics.activeConnections.inc();
      const forget = openStreams.add({
        authorization: authorization ?? '',
        forbid: () => socket.close(CloseCode.Forbidden, 'Forbidden'),
      });
      socket.once('close', () => {
        forget();
        metrics.activeConnections.dec();
      });
      return true;
    },
    onSubscribe: async (ctx, _id, payload) => {
      const request = operationOf(payload);
      const prepared = graph.prepare(request);
      if (!('document' in prepared)) return prepared;
      const running = await runningOf(ctx, prepared, options);
      if (running instanceof GraphQLError) {
        ctx.extra.socket.close(CloseCode.Forbidden, 'Forbidden');
        return [running];
      }
      return { schema: graph.schema, ...prepared, variableValues: request.variables, contextValue: running };
    },
    execute: async ({ contextValue }) => {
      const { prepared, context } = contextValue as Running;
      const { request } = prepared;
      const result = await inRequest(prepared, context, () => graph.execute(request, context));
      return result as ExecutionResult;
    },
    subscribe: async ({ contextValue }) => {
      const { prepared, context, socket } = contextValue as Running;
      const outcome = await inRequest(prepared, context, () => graph.subscribe(prepared, context));
      return Symbol.asyncIterator in outcome ? watched(outcome, socket, options) : outcome;
    },
    // Results of queries come formatted from Apollo, events do not: both are sent as they look on the wire.
    onNext: (_ctx, _id, _payload, _args, { data, errors }): FormattedExecutionResult => ({
      ...(data === undefined ? {} : { data }),
      ...(errors === undefined ? {} : { errors: errors.map(asOnTheWire) }),
    }),
  };
}

/** Who asks may have changed since the socket was opened: each operation looks again. */
async function runningOf(
  ctx: SocketContext,
  prepared: PreparedOperation,
  options: SocketsOptions,
): Promise<Running | GraphQLError> {
  const { socket, request } = ctx.extra;
  try {
    const identity = await options.authenticator.authenticate(authorizationOf(ctx.connectionParams, request));
    const context = requestContextOf(identity, randomUUID(), incomingTraceparent(request));
    return { prepared, socket, context: { request: context, transport: 'ws' } };
  } catch (error) {
    return toClientError(error, options.logger);
  }
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

function operationOf(payload: SubscribePayload): OperationRequest {
  return { query: payload.query, variables: payload.variables ?? {}, operationName: payload.operationName ?? null };
}

function inRequest<T>({ operation }: PreparedOperation, { request }: GatewayContext, work: () => Promise<T>): Promise<T> {
  const name = operation.name?.value ?? '';
  const span = {
    name: `${operation.operation} ${name}`.trimEnd(),
    attributes: { 'graphql.operation.type': operation.operation, 'graphql.operation.name': name },
    traceparent: request.traceparent,
  };
  return withLogFields(request, () => withSpan(span, work));
}

function asOnTheWire(error: GraphQLError | GraphQLFormattedError): GraphQLFormattedError {
  return 'toJSON' in error ? error.toJSON() : error;
}

/** Counts the subscription while it runs, and closes the socket of a reader that is too slow. */
function watched(events: EventStream, socket: WebSocket, { metrics, logger }: SocketsOptions): EventStream {
  metrics.activeSubscriptions.inc({ transport: 'ws' });
  let running = true;
  const end = (): IteratorResult<ExecutionResult> => {
    if (running) metrics.activeSubscriptions.dec({ transport: 'ws' });
    running = false;
    return { value: undefined, done: true };
  };
  return {
    async next() {
      try {
        const event = await events.next();
        return event.done === true ? end() : event;
      } catch (error) {
        if (error instanceof SlowReaderError) socket.close(SLOW_READER, 'Slow reader: resume after the last event');
        else socket.close(CloseCode.InternalServerError, toClientError(error, logger).message);
        return end();
      }
    },
    async return() {
      await events.return?.();
      return end();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
