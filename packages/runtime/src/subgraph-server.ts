import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { badInput, HTTP_STATUS } from '@switchyard/kernel/errors';
import { type ExecutionResult, type GraphQLError, parse } from 'graphql';
import type { ServerOptions } from 'graphql-ws';
import type { Logger } from 'pino';
import { z } from 'zod';
import { CONTEXT_HEADER, verifyContext } from './context-token.ts';
import { errorCodeOf, publicError } from './graphql-errors.ts';
import { type SocketExtra, serveGraphQLSockets } from './graphql-sockets.ts';
import { answerHealth, createHealth, type Health, type Probe } from './health.ts';
import { readJsonBody } from './json-body.ts';
import { listen } from './listen.ts';
import type { Subgraph } from './subgraph.ts';

export type SubgraphServerOptions = {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** The key that the subgraph itself was made with. */
  readonly contextKey: Buffer;
  readonly logger: Logger;
  /** What /health/ready asks. */
  readonly probes?: Readonly<Record<string, Probe>>;
};

export type SubgraphServer = {
  /** Address of POST /graphql; the same with ws:// for subscriptions. */
  readonly url: string;
  /** Finishes what runs, for `graceMs` at most, and closes. */
  stop(graceMs: number): Promise<void>;
};

/** The gateway has already limited what its clients send; entity representations make it longer. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

const requestShape = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/**
 * A subgraph over HTTP and WebSocket, for a gateway in another process. Queries carry the signed context in the header
 * {@link CONTEXT_HEADER}; a socket carries it in the payload of `connection_init`, under the same name. A context that is
 * unsigned, forged or expired is answered with 401, and on a socket with close code 4403.
 * @throws Error (EADDRINUSE) when the port is taken.
 */
export async function serveSubgraph(subgraph: Subgraph, options: SubgraphServerOptions): Promise<SubgraphServer> {
  const { logger } = options;
  const health = createHealth({ probes: options.probes ?? {}, logger });
  const server = createServer((request, response) => {
    answer(subgraph, health, request, response).catch((error: unknown) => {
      if (response.headersSent) return void response.destroy();
      sendResult(response, { errors: [publicError(error, logger)] });
    });
  });
  const sockets = serveGraphQLSockets({
    server,
    path: '/graphql',
    protocol: subgraphProtocol(subgraph, options.contextKey, logger),
    logger,
    maxMessageBytes: MAX_BODY_BYTES,
  });
  const url = await listen(server, options.host, options.port);
  return {
    url: `${url}/graphql`,
    stop: async (graceMs) => {
      health.drain();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await sockets.close(1001, 'Going away', graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

async function answer(subgraph: Subgraph, health: Health, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split('?')[0] ?? '/';
  if (request.method === 'GET' && (await answerHealth(health, path, response))) return;
  if (path !== '/graphql') return void response.writeHead(404).end();
  if (request.method !== 'POST') return void response.writeHead(405, { allow: 'POST' }).end();
  const body = requestShape.safeParse(await readJsonBody(request, MAX_BODY_BYTES));
  if (!body.success) throw badInput('The request body needs a `query`.');
  const token = request.headers[CONTEXT_HEADER];
  const result = await subgraph.execute({
    query: body.data.query,
    variables: body.data.variables ?? {},
    ...(body.data.operationName == null ? {} : { operationName: body.data.operationName }),
    contextToken: typeof token === 'string' ? token : undefined,
  });
  sendResult(response, result);
}

/** 200, or the status of the first error when there is no data. */
function sendResult(response: ServerResponse, result: ExecutionResult): void {
  const first = result.data == null ? result.errors?.[0] : undefined;
  const status = first === undefined ? 200 : HTTP_STATUS[errorCodeOf(first) ?? 'INTERNAL'];
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(result));
}

function subgraphProtocol(
  subgraph: Subgraph,
  contextKey: Buffer,
  logger: Logger,
): ServerOptions<Record<string, unknown>, SocketExtra> {
  const tokenOf = (parameters: Readonly<Record<string, unknown>> | undefined): string | undefined => {
    const token = parameters?.[CONTEXT_HEADER];
    return typeof token === 'string' ? token : undefined;
  };
  return {
    onConnect: async ({ connectionParams }) => {
      try {
        await verifyContext(tokenOf(connectionParams), contextKey);
        return true;
      } catch (error) {
        logger.warn({ err: error }, 'a socket without a valid context was refused');
        return false;
      }
    },
    onSubscribe: async ({ connectionParams }, _id, payload) => {
      const request = {
        query: payload.query,
        variables: payload.variables ?? {},
        ...(payload.operationName == null ? {} : { operationName: payload.operationName }),
        contextToken: tokenOf(connectionParams),
      };
      const stream = await subgraph.subscribe(request);
      if (!(Symbol.asyncIterator in stream)) return (stream.errors ?? []) as readonly GraphQLError[];
      return {
        schema: subgraph.schema,
        document: parse(payload.query),
        operationName: payload.operationName,
        contextValue: stream,
      };
    },
    subscribe: ({ contextValue }) => contextValue as AsyncIterableIterator<ExecutionResult>,
  };
}
