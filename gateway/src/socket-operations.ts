import { randomUUID } from 'node:crypto';
import { PlatformError } from '@switchyard/kernel/errors';
import type { SocketExtra } from '@switchyard/runtime/graphql-sockets';
import { withLogFields } from '@switchyard/runtime/log-fields';
import { withSpan } from '@switchyard/runtime/tracing';
import { type ExecutionResult, type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import { CloseCode, type ServerOptions, type SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import type { Connection, SocketContext } from './connection.ts';
import type { Identity } from './credentials.ts';
import type { EventStream, GatewayContext } from './data-source.ts';
import { deliveredEvents } from './delivered-events.ts';
import { readDelivery } from './delivery.ts';
import { toClientError } from './errors.ts';
import type { Graph } from './graph.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { OperationRequest, PreparedOperation } from './operation.ts';
import { incomingTraceparent, requestContextOf } from './request-context.ts';
import type { RequestLimits } from './request-limits.ts';
import { RunningSubscription, SourceLostError } from './running-subscription.ts';

export type SocketOperationsOptions = {
  readonly graph: Graph;
  readonly logger: Logger;
  /** Null: nobody is limited. */
  readonly requestLimits: RequestLimits | null;
  readonly metrics: GatewayMetrics;
  connectionOf(ctx: SocketContext): Connection | undefined;
  /** Who asks may have changed since the socket was opened: each operation looks again. */
  identify(ctx: SocketContext): Promise<Identity>;
};

const TRY_AGAIN_LATER = 1013;

/** What an operation is run with, from `onSubscribe` to its end. */
type Running = {
  readonly id: string;
  readonly prepared: PreparedOperation;
  readonly context: GatewayContext;
  readonly connection: Connection;
};

type Callbacks = Pick<
  ServerOptions<Record<string, unknown>, SocketExtra>,
  'onSubscribe' | 'execute' | 'subscribe' | 'onNext' | 'onComplete'
>;

/** What the protocol's operations do. */
export function socketOperations(options: SocketOperationsOptions): Callbacks {
  const { graph, logger } = options;
  return {
    onSubscribe: async (ctx, id, payload) => {
      const connection = options.connectionOf(ctx);
      if (connection === undefined) return [new GraphQLError('This socket is closing.')];
      connection.used();
      const { socket } = connection;
      const request = operationOf(payload);
      const prepared = graph.prepare(request);
      if (!('document' in prepared)) return prepared;
      try {
        if (connection.operations > connection.limits.maxOperations) throw tooManyOperations(connection.limits.maxOperations);
        const delivery = readDelivery(payload.extensions, connection.limits, connection.delivery);
        const identity = await options.identify(ctx);
        // Each operation is a request, as it is over HTTP.
        await options.requestLimits?.take(identity.tenantId);
        const context = requestContextOf(identity, randomUUID(), incomingTraceparent(ctx.extra.request));
        const running: Running = { id, prepared, connection, context: { request: { ...context, delivery }, transport: 'ws' } };
        return { schema: graph.schema, ...prepared, variableValues: request.variables, contextValue: running };
      } catch (error) {
        const refusal = toClientError(error, logger);
        if (refusal.extensions.code === 'UNAUTHENTICATED') socket.close(CloseCode.Forbidden, 'Forbidden');
        return [refusal];
      }
    },
    execute: async ({ contextValue }) => {
      const { prepared, context, connection } = contextValue as Running;
      connection.busy += 1;
      try {
        return (await inRequest(prepared, context, () => graph.execute(prepared.request, context))) as ExecutionResult;
      } finally {
        connection.busy -= 1;
      }
    },
    subscribe: async ({ contextValue }) => {
      const { prepared, context } = contextValue as Running;
      const outcome = await inRequest(prepared, context, () => graph.subscribe(prepared, context));
      return outcome instanceof RunningSubscription ? delivered(outcome, contextValue as Running, options) : outcome;
    },
    onComplete: (ctx) => options.connectionOf(ctx)?.used(),
    // Results of queries come formatted from Apollo, events do not: both are sent as they look on the wire.
    onNext: (_ctx, _id, _payload, _args, { data, errors }): FormattedExecutionResult => ({
      ...(data === undefined ? {} : { data }),
      ...(errors === undefined ? {} : { errors: errors.map(asOnTheWire) }),
    }),
  };
}

function delivered(
  subscription: RunningSubscription,
  running: Running,
  { metrics, logger }: SocketOperationsOptions,
): EventStream {
  const { connection, id } = running;
  connection.subscriptions.set(id, subscription);
  return deliveredEvents(subscription, {
    metrics,
    allowed: () => connection.access?.allowed !== false,
    onEnd: () => {
      if (connection.subscriptions.get(id) === subscription) connection.subscriptions.delete(id);
    },
    onFailure: (error) => {
      if (error instanceof GraphQLError) throw error;
      const lost = error instanceof SourceLostError;
      if (!lost) toClientError(error, logger);
      connection.subscriptions.set(id, subscription);
      connection.leave(
        lost ? TRY_AGAIN_LATER : CloseCode.InternalServerError,
        lost ? 'Try again later' : 'Internal server error',
      );
    },
  });
}

function tooManyOperations(max: number): PlatformError {
  return new PlatformError('RATE_LIMITED', {
    publicMessage: `A socket may run ${max} operations at a time. End some, or open another socket.`,
    retriable: true,
    details: { limit: max },
  });
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
