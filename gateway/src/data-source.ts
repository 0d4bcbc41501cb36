import type { GraphQLDataSource } from '@apollo/gateway';
import type { RequestContext } from '@switchyard/kernel/request-context';
import { signContext } from '@switchyard/runtime/context-token';
import { platformErrorToGraphQL } from '@switchyard/runtime/graphql-errors';
import type { Subgraph } from '@switchyard/runtime/subgraph';
import { currentTraceparent } from '@switchyard/runtime/tracing';
import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { Transport } from './metrics.ts';
import { createRemoteSubgraph, type SubgraphPort, unavailable } from './remote-subgraph.ts';

/** Where a subgraph is: mounted in this process, or served by another one at `url` (POST, and ws for subscriptions). */
export type DataSource = Subgraph | { readonly url: string };

/** What travels through Apollo's pipeline as its context. */
export type GatewayContext = { readonly request: RequestContext; readonly transport: Transport };

export type SubgraphQuery = {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
};

export type EventStream = AsyncIterableIterator<ExecutionResult>;

/** A subgraph as the gateway calls it: each call carries the request context, signed for that call alone. */
export type SubgraphClient = GraphQLDataSource & {
  /** Events, or the result that says why there are none. */
  subscribe(request: SubgraphQuery, context: RequestContext): Promise<EventStream | ExecutionResult>;
  /** @throws Error when the subgraph cannot be reached or is not ready. */
  probe(): Promise<void>;
};

export type SubgraphClientOptions = {
  readonly name: string;
  readonly source: DataSource;
  readonly contextKey: Buffer;
  readonly logger: Logger;
};

export function createSubgraphClient(options: SubgraphClientOptions): SubgraphClient {
  const { name, source, logger } = options;
  const subgraph: SubgraphPort = 'url' in source ? createRemoteSubgraph({ ...options, url: source.url }) : inProcess(source);

  const tokenFor = async (context: RequestContext): Promise<string> => {
    const traceparent = currentTraceparent();
    return await signContext(traceparent === undefined ? context : { ...context, traceparent }, options.contextKey);
  };
  const checked = (result: ExecutionResult): ExecutionResult => {
    if (result.errors?.some((error) => error.extensions?.code === 'UNAUTHENTICATED') !== true) return result;
    // The client's credential was good: it is our own signature that the subgraph does not take.
    logger.error({ subgraph: name }, 'a subgraph refused the signed request context; do both have the same key?');
    return { errors: [platformErrorToGraphQL(unavailable(name))] };
  };

  return {
    process: async ({ request, context }) => {
      if (request.query === undefined) throw new Error('A fetch without a query.');
      const result = await subgraph.execute({
        query: request.query,
        variables: request.variables ?? {},
        ...(request.operationName === undefined ? {} : { operationName: request.operationName }),
        contextToken: await tokenFor((context as GatewayContext).request),
      });
      return asResponse(checked(result));
    },
    subscribe: async (request, context) => {
      const stream = await subgraph.subscribe({ ...request, contextToken: await tokenFor(context) });
      return Symbol.asyncIterator in stream ? stream : checked(stream);
    },
    probe: () => subgraph.probe(),
  };
}

function inProcess(subgraph: Subgraph): SubgraphPort {
  return { execute: subgraph.execute, subscribe: subgraph.subscribe, probe: async () => {} };
}

/** A result in the form that Apollo's executor reads: errors as they look on the wire. */
export function asResponse({ data, errors }: ExecutionResult): Awaited<ReturnType<GraphQLDataSource['process']>> {
  return {
    ...(data === undefined ? {} : { data }),
    ...(errors === undefined ? {} : { errors: errors.map((error) => error.toJSON()) }),
  };
}
