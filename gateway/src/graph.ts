import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer, type ApolloServerPlugin, type HTTPGraphQLRequest, type HTTPGraphQLResponse } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled, ApolloServerPluginUsageReportingDisabled } from '@apollo/server/plugin/disabled';
import { badInput } from '@switchyard/kernel/errors';
import type { ExecutionResult, FormattedExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import {
  createSubgraphClient,
  type DataSource,
  type EventStream,
  type GatewayContext,
  type SubgraphClient,
} from './data-source.ts';
import { completed, httpStatusOf, toClientError } from './errors.ts';
import { createFederatedSubscriptions } from './federated-subscription.ts';
import type { OperationLimits } from './limits.ts';
import type { GatewayMetrics } from './metrics.ts';
import { assertWithinLimits, type OperationRequest, type PreparedOperation, prepareOperation } from './operation.ts';
import { type LoadedSupergraph, loadSupergraph, withScalars } from './supergraph.ts';

/** The whole graph as the transports use it. What comes out is fit for clients. */
export type Graph = {
  readonly schema: GraphQLSchema;
  /** A query or mutation as HTTP brings it. */
  executeHttp(request: HTTPGraphQLRequest, context: GatewayContext): Promise<HTTPGraphQLResponse>;
  /** A query or mutation of any other transport. */
  execute(request: OperationRequest, context: GatewayContext): Promise<FormattedExecutionResult>;
  /** The operation, ready to run, or the errors that keep it from running. */
  prepare(request: OperationRequest): PreparedOperation | readonly GraphQLError[];
  subscribe(prepared: PreparedOperation, context: GatewayContext): Promise<EventStream | ExecutionResult>;
  /** One probe per subgraph: rejects when it cannot be reached or is not ready. */
  readonly probes: Readonly<Record<string, () => Promise<void>>>;
  stop(): Promise<void>;
};

export type GraphOptions = {
  readonly supergraphSdl: string;
  readonly dataSources: Readonly<Record<string, DataSource>>;
  readonly contextKey: Buffer;
  readonly limits: OperationLimits;
  readonly maxQueuedEvents: number;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
};

/** @throws Error when the supergraph does not load, or a subgraph of it has no data source. */
export async function createGraph(options: GraphOptions): Promise<Graph> {
  const { limits, logger, metrics } = options;
  const supergraph = loadSupergraph(options.supergraphSdl);
  const clients = createClients(supergraph, options);
  const subscriptions = createFederatedSubscriptions({ supergraph, clients, logger });
  const server = await startApollo(supergraph, clients, options);

  return {
    schema: supergraph.schema,
    executeHttp: (httpGraphQLRequest, context) =>
      server.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => context }),
    execute: async ({ query, variables, operationName }, contextValue) => {
      const request = { query, variables, ...(operationName === null ? {} : { operationName }) };
      const { body } = await server.executeOperation(request, { contextValue });
      if (body.kind !== 'single') throw new Error('Incremental delivery is not offered.');
      return body.singleResult;
    },
    prepare: (request) => {
      try {
        const prepared = prepareOperation(supergraph.schema, limits, request);
        return 'document' in prepared ? prepared : prepared.map((error) => toClientError(error, logger));
      } catch (error) {
        return [toClientError(error, logger)];
      }
    },
    subscribe: async (prepared, { request, transport }) => {
      const startedAt = performance.now();
      const outcome = await subscriptions.subscribe(prepared, request);
      const refusal = Symbol.asyncIterator in outcome ? undefined : outcome;
      metrics.request({ transport, operation: 'subscription', code: codeOf(refusal), seconds: secondsSince(startedAt) });
      return outcome;
    },
    probes: Object.fromEntries(Object.entries(clients).map(([name, client]) => [`subgraph ${name}`, client.probe])),
    stop: () => server.stop(),
  };
}

function createClients(supergraph: LoadedSupergraph, options: GraphOptions): Record<string, SubgraphClient> {
  const clients = supergraph.subgraphs.map((name): [string, SubgraphClient] => {
    const source = options.dataSources[name];
    if (source === undefined) throw new Error(`The supergraph needs the subgraph ${name}, which has no data source.`);
    const onDropped = (events: number) => options.metrics.backpressureDrops.inc({ policy: 'CLOSE' }, events);
    return [name, createSubgraphClient({ ...options, name, source, onDropped })];
  });
  return Object.fromEntries(clients);
}

async function startApollo(
  supergraph: LoadedSupergraph,
  clients: Readonly<Record<string, SubgraphClient>>,
  options: GraphOptions,
): Promise<ApolloServer<GatewayContext>> {
  // Apollo's gateway reports where it runs to its vendor unless this is set; it reads it nowhere but here.
  process.env.APOLLO_TELEMETRY_DISABLED = '1';
  const gateway = new ApolloGateway({
    supergraphSdl: supergraph.sdl,
    buildService: ({ name }) => {
      const client = clients[name];
      if (client === undefined) throw new Error(`There is no data source for the subgraph ${name}.`);
      return client;
    },
    validateSupergraph: false,
    __exposeQueryPlanExperimental: false,
    logger: options.logger,
  });
  const server = new ApolloServer<GatewayContext>({
    gateway: {
      load: async (how) => {
        const { executor } = await gateway.load(how);
        return { executor: async (context) => completed(await executor(context as Parameters<typeof executor>[0])) };
      },
      onSchemaLoadOrUpdate: (listener) =>
        gateway.onSchemaLoadOrUpdate((loaded) => listener({ ...loaded, apiSchema: withScalars(loaded.apiSchema) })),
      stop: () => gateway.stop(),
    },
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      lifecycle(options.limits, options.metrics),
    ],
    parseOptions: { maxTokens: options.limits.maxTokens },
    formatError: (_, error) => toClientError(error, options.logger).toJSON(),
    introspection: true,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    stopOnTerminationSignals: false,
    logger: options.logger,
  });
  await server.start();
  return server;
}

/** Limits before an operation runs, its HTTP status and its metrics after. */
function lifecycle(limits: OperationLimits, metrics: GatewayMetrics): ApolloServerPlugin<GatewayContext> {
  return {
    requestDidStart: async () => {
      const startedAt = performance.now();
      return {
        didResolveOperation: async ({ schema, document, operation, request }) => {
          if (operation == null)
            throw badInput('Say with `operationName` which operation of the document to run.', 'operationName');
          if (operation.operation === 'subscription') {
            throw badInput('Subscribe over WebSocket (graphql-transport-ws), or with `Accept: text/event-stream`.');
          }
          const asked = {
            query: request.query ?? '',
            variables: request.variables ?? {},
            operationName: request.operationName ?? null,
          };
          assertWithinLimits(schema, limits, { request: asked, document, operation });
        },
        willSendResponse: async ({ response, operation, contextValue }) => {
          if (response.body.kind !== 'single') return;
          response.http.status = httpStatusOf(response.body.singleResult);
          metrics.request({
            transport: contextValue.transport,
            operation: operation?.operation ?? 'unknown',
            code: codeOf(response.body.singleResult),
            seconds: secondsSince(startedAt),
          });
        },
      };
    },
  };
}

function codeOf(result: FormattedExecutionResult | ExecutionResult | undefined): string {
  const first = result?.errors?.[0];
  return first === undefined ? 'OK' : String(first.extensions?.code);
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000;
}
