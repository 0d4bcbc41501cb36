import { PlatformError } from '@switchyard/kernel/errors';
import { CONTEXT_HEADER } from '@switchyard/runtime/context-token';
import { platformErrorToGraphQL } from '@switchyard/runtime/graphql-errors';
import type { SubgraphRequest } from '@switchyard/runtime/subgraph';
import { currentTraceparent } from '@switchyard/runtime/tracing';
import { type ExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import { createClient } from 'graphql-ws';
import type { Logger } from 'pino';
import { WebSocket } from 'ws';
import { BoundedQueue } from './bounded-queue.ts';

/** What the gateway needs of a subgraph, wherever it runs. */
export type SubgraphPort = {
  execute(request: SubgraphRequest): Promise<ExecutionResult>;
  subscribe(request: SubgraphRequest): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult>;
  /** @throws Error when it cannot be reached or is not ready. */
  probe(): Promise<void>;
};

export type RemoteSubgraphOptions = {
  readonly name: string;
  /** Address of its POST /graphql. */
  readonly url: string;
  readonly logger: Logger;
};

/** Events that may wait for their subscriber before the subgraph is asked to hold on. */
const MOST_WAITING = 16;
/** The subgraph pings every 12 s: when nothing is heard for this long, the connection is gone without a word. */
const SILENCE_MS = 30_000;
const FETCH_TIMEOUT_MS = 30_000;
const PROBE_TIMEOUT_MS = 2_000;

export function createRemoteSubgraph(options: RemoteSubgraphOptions): SubgraphPort {
  const { name, url, logger } = options;
  const unreachable = (cause: unknown): GraphQLError => {
    logger.error({ err: cause, subgraph: name }, 'a subgraph cannot be reached');
    return platformErrorToGraphQL(unavailable(name, cause));
  };
  return {
    execute: async ({ contextToken, ...request }) => {
      try {
        const response = await fetch(url, {
          method: 'POST',
          headers: headersWith(contextToken),
          body: JSON.stringify(request),
          signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
        });
        // Whatever the status: a subgraph answers in GraphQL, and what is not JSON is not its answer.
        return asResult(await response.json());
      } catch (error) {
        return { errors: [unreachable(error)] };
      }
    },
    subscribe: async (request) => subscribeOverSocket(request, options, unreachable),
    probe: async () => {
      const response = await fetch(new URL('/health/ready', url), { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
      if (!response.ok) throw new Error(`${name} answered ${response.status}.`);
    },
  };
}

/** The trace is in the signed context as well; the header is for whatever traces HTTP at the other end, which reads nothing else. */
function headersWith(contextToken: string | undefined): Record<string, string> {
  const traceparent = currentTraceparent();
  return {
    'content-type': 'application/json',
    [CONTEXT_HEADER]: contextToken ?? '',
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

/**
 * One socket per subscription, as the context that it opens with belongs to one request, and so that each reader has its own pace:
 * when it is slow its socket is not read, until the subgraph's own queue for it is full and its drop policy acts. A subscription that
 * cannot begin yields one result without data; a socket that breaks ends the stream with UPSTREAM_UNAVAILABLE.
 */
function subscribeOverSocket(
  { contextToken, ...request }: SubgraphRequest,
  options: RemoteSubgraphOptions,
  unreachable: (cause: unknown) => GraphQLError,
): BoundedQueue<ExecutionResult> {
  let socket: WebSocket | undefined;
  let silence: NodeJS.Timeout | undefined;
  let holding = false;
  const client = createClient({
    url: options.url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { [CONTEXT_HEADER]: contextToken },
    retryAttempts: 0,
    on: {
      opened: (opened) => {
        socket = opened as WebSocket;
        silence = setTimeout(() => (holding ? silence?.refresh() : socket?.terminate()), SILENCE_MS);
        socket.on('ping', () => silence?.refresh());
        socket.on('close', () => clearTimeout(silence));
      },
    },
  });
  const events = new BoundedQueue<ExecutionResult>({
    max: MOST_WAITING,
    hold: (on) => {
      holding = on;
      if (on) socket?.pause();
      else socket?.resume();
    },
    onClosed: () => {
      clearTimeout(silence);
      // A socket that is not read would never hear that it may close.
      socket?.resume();
      void client.dispose();
    },
  });
  client.subscribe<ExecutionResult['data'] & object>(
    { query: request.query, variables: { ...request.variables }, operationName: request.operationName ?? null },
    {
      next: (result) => events.push(asResult(result)),
      error: (error) => {
        events.push({ errors: Array.isArray(error) ? error.map(asError) : [unreachable(error)] });
        events.end();
      },
      complete: () => events.end(),
    },
  );
  return events;
}

/** @throws Error when it is no result of GraphQL. */
function asResult(body: unknown): ExecutionResult {
  if (typeof body !== 'object' || body === null || !('data' in body || 'errors' in body))
    throw new Error('Not a GraphQL result.');
  const { data, errors, extensions } = body as Pick<ExecutionResult, 'data' | 'extensions'> & {
    errors?: GraphQLFormattedError[];
  };
  return {
    ...(data === undefined ? {} : { data }),
    ...(errors === undefined ? {} : { errors: errors.map(asError) }),
    ...(extensions === undefined ? {} : { extensions }),
  };
}

function asError(error: GraphQLFormattedError): GraphQLError {
  return new GraphQLError(error.message, { path: error.path ?? null, extensions: error.extensions ?? null });
}

/** What a client reads when the subgraph that knows cannot be reached. */
export function unavailable(subgraph: string, cause?: unknown): PlatformError {
  return new PlatformError('UPSTREAM_UNAVAILABLE', {
    publicMessage: `The ${subgraph} part of the platform cannot be reached right now. Try again in a moment.`,
    retriable: true,
    cause,
  });
}
