import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer, type ApolloServerPlugin, type HTTPGraphQLRequest, type HTTPGraphQLResponse } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled, ApolloServerPluginUsageReportingDisabled } from '@apollo/server/plugin/disabled';
import { badInput } from '@switchyard/kernel/errors';
import type { ExecutionResult, FormattedExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { createSubgraphClient, type DataSource, type GatewayContext, type SubgraphClient } from './data-source.ts';
import { completed, httpStatusOf, toClientError, toClientResult } from './errors.ts';
import type { OperationLimits } from './limits.ts';
import type { GatewayMetrics } from './metrics.ts';
import { assertWithinLimits, createPreparer, type OperationRequest, type PreparedOperation } from './operation.ts';
import { limitHeaders } from './request-limits.ts';
import { resumes } from './resume.ts';
import { RunningSubscription, type SubscriptionGraph } from './running-subscription.ts';
import { createSubscriptionPlans } from './subscription-plan.ts';
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
  subscribe(prepared: PreparedOperation, context: GatewayContext): Promise<RunningSubscription | ExecutionResult>;
  /**
   * Loads another supergraph: operations that begin from now on run on it, those that run are finished, and subscriptions go on
   * with it or end with a word of where to resume.
   * @throws Error when it does not load, or a subgraph of it has no data source; then nothing has changed.
   */
  reload(supergraphSdl: string): void;
  /** One probe per subgraph: rejects when it cannot be reached or is not ready. */
  readonly probes: Readonly<Record<string, () => Promise<void>>>;
  stop(): Promise<void>;
};

export type GraphOptions = {
  readonly supergraphSdl: string;
  readonly dataSources: Readonly<Record<string, DataSource>>;
  readonly contextKey: Buffer;
  readonly limits: OperationLimits;
  readonly logger: Logger;
  readonly metrics: GatewayMetrics;
};

/** @throws Error when the supergraph does not load, or a subgraph of it has no data source. */
export async function createGraph(options: GraphOptions): Promise<Graph> {
  const { logger, metrics } = options;
  let loaded = load(options.supergraphSdl, options);
  const apollo = await startApollo(loaded, options);
  const running = new Set<RunningSubscription>();

  const open = async (prepared: PreparedOperation, { request, transport }: GatewayContext) => {
    const subscription = await RunningSubscription.open(
      {
        graph: () => loaded,
        onResume: (cause) => metrics.resumes.inc({ cause }),
        onClosed: () => {
          if (subscription instanceof RunningSubscription && running.delete(subscription))
            metrics.activeSubscriptions.dec({ transport, field: subscription.field });
        },
      },
      prepared,
      request,
    );
    if (!(subscription instanceof RunningSubscription)) return toClientResult(subscription, logger);
    running.add(subscription);
    metrics.activeSubscriptions.inc({ transport, field: subscription.field });
    if (resumes(prepared.operation, prepared.request.variables)) metrics.resumes.inc({ cause: 'client' });
    return subscription;
  };

  return {
    get schema() {
      return loaded.schema;
    },
    executeHttp: (httpGraphQLRequest, context) =>
      apollo.server.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => context }),
    execute: async ({ query, variables, operationName }, contextValue) => {
      const request = { query, variables, ...(operationName === null ? {} : { operationName }) };
      const { body } = await apollo.server.executeOperation(request, { contextValue });
      if (body.kind !== 'single') throw new Error('Incremental delivery is not offered.');
      return body.singleResult;
    },
    prepare: (request) => loaded.prepare(request),
    subscribe: async (prepared, context) => {
      const startedAt = performance.now();
      const outcome = await open(prepared, context).catch((error: unknown) => ({ errors: [toClientError(error, logger)] }));
      const code = codeOf(outcome instanceof RunningSubscription ? undefined : outcome);
      metrics.request({ transport: context.transport, operation: 'subscription', code, seconds: secondsSince(startedAt) });
      return outcome;
    },
    reload: (sdl) => {
      if (sdl === loaded.supergraph.sdl) return;
      const next = load(sdl, options);
      apollo.update(next);
      loaded = next;
      for (const subscription of [...running]) subscription.graphChanged(next);
      logger.info({ subscriptions: running.size }, 'a new supergraph is loaded');
    },
    get probes() {
      return Object.fromEntries(Object.entries(loaded.clients).map(([name, client]) => [`subgraph ${name}`, client.probe]));
    },
    stop: () => apollo.server.stop(),
  };
}

type LoadedGraph = SubscriptionGraph & {
  readonly supergraph: LoadedSupergraph;
  readonly clients: Readonly<Record<string, SubgraphClient>>;
};

function load(sdl: string, options: GraphOptions): LoadedGraph {
  const { limits, logger } = options;
  const supergraph = loadSupergraph(sdl);
  const clients = createClients(supergraph, options);
  const prepare = createPreparer(supergraph.schema, limits);
  return {
    supergraph,
    clients,
    schema: supergraph.schema,
    plans: createSubscriptionPlans({ supergraph, clients, logger }),
    prepare: (request) => {
      try {
        const prepared = prepare(request);
        return 'document' in prepared ? prepared : prepared.map((error) => toClientError(error, logger));
      } catch (error) {
        return [toClientError(error, logger)];
      }
    },
  };
}

function createClients(supergraph: LoadedSupergraph, options: GraphOptions): Record<string, SubgraphClient> {
  const clients = supergraph.subgraphs.map((name): [string, SubgraphClient] => {
    const source = options.dataSources[name];
    if (source === undefined) throw new Error(`The supergraph needs the subgraph ${name}, which has no data source.`);
    return [name, createSubgraphClient({ ...options, name, source })];
  });
  return Object.fromEntries(clients);
}

type Apollo = { readonly server: ApolloServer<GatewayContext>; update(loaded: LoadedGraph): void };

async function startApollo(first: LoadedGraph, options: GraphOptions): Promise<Apollo> {
  // Apollo's gateway reports where it runs to its vendor unless this is set; it reads it nowhere but here.
  process.env.APOLLO_TELEMETRY_DISABLED = '1';
  let loaded = first;
  let updateGateway: (sdl: string) => void = () => undefined;
  const gateway = new ApolloGateway({
    supergraphSdl: async ({ update }) => {
      updateGateway = update;
      return { supergraphSdl: first.supergraph.sdl };
    },
    buildService: ({ name }) => {
      const client = loaded.clients[name];
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
  return {
    server,
    update: (next) => {
      loaded = next;
      updateGateway(next.supergraph.sdl);
    },
  };
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
          const { errors = [] } = response.body.singleResult;
          for (const [name, value] of Object.entries(limitHeaders(errors))) response.http.headers.set(name, value);
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
