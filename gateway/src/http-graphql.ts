import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap } from '@apollo/server';
import { trace } from '@opentelemetry/api';
import { badInput } from '@switchyard/kernel/errors';
import { readJsonBody } from '@switchyard/runtime/json-body';
import { withLogFields } from '@switchyard/runtime/log-fields';
import { withSpan } from '@switchyard/runtime/tracing';
import type { Logger } from 'pino';
import type { Authenticator } from './authentication.ts';
import type { GatewayContext } from './data-source.ts';
import { httpStatusOf, toClientError } from './errors.ts';
import { EventStreamResponse } from './event-stream.ts';
import type { Graph } from './graph.ts';
import type { GatewayMetrics, Transport } from './metrics.ts';
import type { OpenStreams } from './open-streams.ts';
import type { OperationRequest } from './operation.ts';
import { incomingTraceparent, REQUEST_ID_HEADER, requestContextOf, requestIdOf } from './request-context.ts';

export type HttpGraphQLOptions = {
  readonly graph: Graph;
  readonly authenticator: Authenticator;
  readonly openStreams: OpenStreams;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  readonly maxBodyBytes: number;
};

export type HttpGraphQL = {
  /** Answers one POST /graphql, as JSON or as an event stream. Never rejects. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Cuts every event stream off, without `complete`, so that its client comes back. */
  endStreams(): void;
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
      const body = await readJsonBody(request, options.maxBodyBytes);
      if (transport === 'sse') await streamAnswer(exchange, operationOf(body), context, { ...options, streams });
      else await jsonAnswer(exchange, body, context, options.graph);
      logger.debug({ transport, status: exchange.response.statusCode }, 'answered');
    });
  };

  return {
    endStreams: () => {
      for (const stream of streams) stream.end();
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

/** What is wrong before anything runs is answered with its status and JSON; everything after that is in the stream. */
async function streamAnswer(
  { request, response, requestId }: Exchange,
  operation: OperationRequest,
  context: GatewayContext,
  options: HttpGraphQLOptions & { readonly streams: Set<EventStreamResponse> },
): Promise<void> {
  const { graph, logger, streams, openStreams, metrics } = options;
  const prepared = graph.prepare(operation);
  if (!('document' in prepared)) return sendErrors(response, prepared);
  const open = () => new EventStreamResponse(response, { [REQUEST_ID_HEADER]: requestId });
  if (prepared.operation.operation !== 'subscription') return await open().single(await graph.execute(operation, context));
  const events = await graph.subscribe(prepared, context);
  const stream = open();
  if (!(Symbol.asyncIterator in events)) return await stream.single(events);
  streams.add(stream);
  const forget = openStreams.add({ authorization: request.headers.authorization ?? '', forbid: () => stream.end() });
  metrics.activeSubscriptions.inc({ transport: 'sse' });
  try {
    await stream.all(events, logger);
  } finally {
    metrics.activeSubscriptions.dec({ transport: 'sse' });
    forget();
    streams.delete(stream);
  }
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
  });
  response.end(JSON.stringify({ errors }));
}
