import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { HeaderMap } from '@apollo/server';
import { trace } from '@opentelemetry/api';
import { badInput, PlatformError } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import { readJsonBody } from '@switchyard/runtime/json-body';
import { withLogFields } from '@switchyard/runtime/log-fields';
import { withSpan } from '@switchyard/runtime/tracing';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { Authenticator } from './authentication.ts';
import type { Identity } from './credentials.ts';
import type { GatewayContext } from './data-source.ts';
import { deliveredEvents } from './delivered-events.ts';
import { type ConnectionCount, type ConnectionLimits, readDelivery } from './delivery.ts';
import { httpStatusOf, toClientError } from './errors.ts';
import { EventStreamResponse, type EventStreamTimes } from './event-stream.ts';
import type { Graph } from './graph.ts';
import type { GatewayMetrics, Transport } from './metrics.ts';
import type { OpenStreams } from './open-streams.ts';
import type { OperationRequest, PreparedOperation } from './operation.ts';
import { incomingTraceparent, REQUEST_ID_HEADER, requestContextOf, requestIdOf } from './request-context.ts';
import { limitHeaders, type RequestLimits } from './request-limits.ts';
import { RunningSubscription, SourceLostError } from './running-subscription.ts';

export type HttpGraphQLOptions = {
  readonly graph: Graph;
  readonly authenticator: Authenticator;
  /** Null: nobody is limited. */
  readonly requestLimits: RequestLimits | null;
  readonly openStreams: OpenStreams;
  readonly connections: ConnectionCount;
  limitsOf(tenantId: TenantId | null): Promise<ConnectionLimits>;
  readonly times: EventStreamTimes;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  readonly maxBodyBytes: number;
};

export type HttpGraphQL = {
  /** Answers one POST /graphql, as JSON or as an event stream. Never rejects. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Cuts the event streams off, spread over so many milliseconds, without `complete`, so that their clients come back. */
  endStreams(spreadMs: number): Promise<void>;
};

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly requestId: string };

/** POST /graphql: who asks, then what, then the answer in the form that the client accepts. */
export function createHttpGraphQL(options: HttpGraphQLOptions): HttpGraphQL {
  const { authenticator, metrics, logger } = options;
  const streams = new Set<EventStreamResponse>();

  const handle = async (exchange: Exchange, transport: Transport): Promise<void> => {
    const { request } = exchange;
    const identity = await authenticator.authenticate(request.headers.authorization);
    const context: GatewayContext = {
      request: requestContextOf(identity, exchange.requestId, incomingTraceparent(request)),
      transport,
    };
    await withLogFields(context.request, async () => {
      const limits = (await options.requestLimits?.take(context.request.tenantId)) ?? {};
      for (const [name, value] of Object.entries(limits)) exchange.response.setHeader(name, value);
      const body = await readJsonBody(request, options.maxBodyBytes);
      if (transport === 'sse') await streamAnswer(exchange, { body, identity }, context, { ...options, streams });
      else await jsonAnswer(exchange, body, context, options.graph);
      logger.debug({ transport, status: exchange.response.statusCode }, 'answered');
    });
  };

  return {
    endStreams: async (spreadMs) => {
      const [startedAt, open] = [Date.now(), [...streams]];
      for (const [index, stream] of open.entries()) {
        const due = startedAt + (spreadMs * index) / open.length;
        if (due > Date.now()) await pause(due - Date.now());
        stream.end();
      }
    },
    answer: async (request, response) => {
      const requestId = requestIdOf(request);
      response.setHeader(REQUEST_ID_HEADER, requestId);
      const transport = request.headers.accept?.includes('text/event-stream') === true ? 'sse' : 'http';
      const startedAt = performance.now();
      const span = { name: 'POST /graphql', traceparent: incomingTraceparent(request), attributes: { 'request.id': requestId } };
      try {
        await withSpan(span, async () => {
          try {
            await handle({ request, response, requestId }, transport);
          } finally {
            trace.getActiveSpan()?.setAttribute('http.response.status_code', response.statusCode);
          }
        });
      } catch (error) {
        const refusal = toClientError(error, logger);
        metrics.request({
          transport,
          operation: 'unknown',
          code: String(refusal.extensions.code),
          seconds: (performance.now() - startedAt) / 1000,
        });
        sendErrors(response, [refusal]);
      }
    },
  };
}

async function jsonAnswer({ request, response }: Exchange, body: unknown, context: GatewayContext, graph: Graph): Promise<void> {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const answer = await graph.executeHttp({ method: 'POST', headers, search: '', body }, context);
  if (answer.body.kind !== 'complete') throw new Error('Incremental delivery is not offered.');
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  response.writeHead(answer.status ?? 200).end(answer.body.string);
}

type Streaming = HttpGraphQLOptions & { readonly streams: Set<EventStreamResponse> };

/** What is wrong before anything runs is answered with its status and JSON; everything after that is in the stream. */
async function streamAnswer(
  exchange: Exchange,
  { body, identity }: { body: unknown; identity: Identity },
  context: GatewayContext,
  options: Streaming,
): Promise<void> {
  const { graph, metrics, connections } = options;
  const { response, requestId } = exchange;
  const operation = operationOf(body);
  const limits = await options.limitsOf(identity.tenantId);
  const delivery = readDelivery(extensionsOf(body), limits);
  const prepared = graph.prepare(operation);
  if (!('document' in prepared)) return sendErrors(response, prepared);
  const onSlow = () => metrics.backpressureDrops.inc({ policy: 'CLOSE' });
  const open = () => new EventStreamResponse(response, { [REQUEST_ID_HEADER]: requestId }, options.times, onSlow);
  if (prepared.operation.operation !== 'subscription') return await open().single(await graph.execute(operation, context));
  const giveUpPlace = connections.take(identity.tenantId, limits);
  if (giveUpPlace === null) {
    response.setHeader('retry-after', '5');
    throw new PlatformError('RATE_LIMITED', {
      publicMessage: `This tenant may have ${limits.maxConnections} connections at a time. Close some, or try again later.`,
      retriable: true,
    });
  }
  try {
    const watching = { ...context, request: { ...context.request, delivery } };
    await streamEvents(exchange, { prepared, identity, context: watching, open }, options);
  } finally {
    giveUpPlace();
  }
}

type Watching = {
  readonly prepared: PreparedOperation;
  readonly identity: Identity;
  readonly context: GatewayContext;
  open(): EventStreamResponse;
};

async function streamEvents({ request }: Exchange, watching: Watching, options: Streaming): Promise<void> {
  const { metrics, logger, streams } = options;
  const subscription = await options.graph.subscribe(watching.prepared, watching.context);
  const stream = watching.open();
  if (!(subscription instanceof RunningSubscription)) return await stream.single(subscription);
  streams.add(stream);
  const access = options.openStreams.add({
    authorization: request.headers.authorization ?? '',
    identity: watching.identity,
    forbid: () => stream.end(),
  });
  const events = deliveredEvents(subscription, {
    metrics,
    allowed: () => access.allowed,
    onEnd: () => undefined,
    onFailure: (error) => {
      throw error;
    },
  });
  try {
    await stream.all(events, () => subscription.resumeAfter);
  } catch (error) {
    if (error instanceof GraphQLError) return await stream.single({ errors: [error] });
    // Without `complete`, so that the client comes back and resumes.
    if (!(error instanceof SourceLostError)) toClientError(error, logger);
    stream.end();
  } finally {
    access.forget();
    streams.delete(stream);
  }
}

/** Extensions of the request, where GraphQL over HTTP has room for what is not GraphQL's. */
function extensionsOf(body: unknown): Record<string, unknown> | null {
  const extensions = typeof body === 'object' && body !== null && 'extensions' in body ? body.extensions : null;
  return typeof extensions === 'object' ? (extensions as Record<string, unknown> | null) : null;
}

/** @throws PlatformError BAD_USER_INPUT. */
function operationOf(body: unknown): OperationRequest {
  const { query, variables, operationName } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  if (typeof query !== 'string') throw badInput('The request body needs a `query`.');
  if (variables != null && (typeof variables !== 'object' || Array.isArray(variables)))
    throw badInput('`variables` must be an object.');
  if (operationName != null && typeof operationName !== 'string') throw badInput('`operationName` must be a string.');
  return { query, variables: (variables ?? {}) as Record<string, unknown>, operationName: operationName ?? null };
}

export function sendErrors(response: ServerResponse, errors: readonly ReturnType<typeof toClientError>[]): void {
  if (response.headersSent) return void response.destroy();
  const status = httpStatusOf({ errors });
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...limitHeaders(errors),
  });
  response.end(JSON.stringify({ errors }));
}
