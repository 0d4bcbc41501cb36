import { operationFromDocument } from '@apollo/federation-internals';
import { buildOperationContext, executeQueryPlan, type GraphQLDataSource } from '@apollo/gateway';
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import type { RequestContext } from '@switchyard/kernel/request-context';
import { createSharedResults, shareKeyOf } from '@switchyard/runtime/shared-results';
import { withSpan } from '@switchyard/runtime/tracing';
import type { ExecutionResult } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { asResponse, type EventStream, type SubgraphClient } from './data-source.ts';
import { batchEntities } from './entity-batches.ts';
import { toClientResult } from './errors.ts';
import type { PreparedOperation } from './operation.ts';
import type { LoadedSupergraph } from './supergraph.ts';

/**
 * A subscription over the whole graph, which Apollo's gateway does not run. Its planner splits one into a primary fetch, which is
 * subscribed at the subgraph that owns the field, and the rest, which is fetched from the other subgraphs for each event.
 */
export type SubscriptionPlans = {
  /** @throws Error when there is no plan. */
  planOf(prepared: PreparedOperation): SubscriptionPlan;
  /** Events as the owning subgraph sends them, or the result that says why there are none. */
  subscribe(plan: SubscriptionPlan, prepared: PreparedOperation, context: RequestContext): Promise<EventStream | ExecutionResult>;
  /** Makes of an event what its reader asked for, with what the other subgraphs know about it; fit for clients. */
  resolver(
    plan: SubscriptionPlan,
    prepared: PreparedOperation,
    context: RequestContext,
  ): (event: ExecutionResult) => Promise<ExecutionResult>;
};

export type SubscriptionPlan = {
  readonly primary: FetchNode;
  readonly perEvent: QueryPlan;
  readonly operationContext: ReturnType<typeof buildOperationContext>;
};

export type SubscriptionPlansOptions = {
  readonly supergraph: LoadedSupergraph;
  readonly clients: Readonly<Record<string, SubgraphClient>>;
  readonly logger: Logger;
};

/** Stands in the plan for the subgraph that sent the event: the primary fetch is answered by the event itself. */
const EVENT_SOURCE = '(event)';
const MOST_PLANS = 1_000;

export function createSubscriptionPlans({ supergraph, clients, logger }: SubscriptionPlansOptions): SubscriptionPlans {
  const plans = new LRUCache<string, SubscriptionPlan>({ max: MOST_PLANS });
  const shared = createSharedResults();
  const batched = Object.fromEntries(
    Object.entries(clients).map(([name, client]): [string, GraphQLDataSource] => [name, batchEntities(client)]),
  );

  const execute = async (
    event: ExecutionResult,
    { plan, prepared, context }: { plan: SubscriptionPlan; prepared: PreparedOperation; context: RequestContext },
  ): Promise<ExecutionResult> => {
    const gatewayContext = {
      request: { variables: prepared.request.variables },
      context: { request: context },
      metrics: {},
      logger,
    };
    return await executeQueryPlan(
      plan.perEvent,
      // The executor writes what it fetches into the event's own data, which others may read as well.
      {
        ...batched,
        [EVENT_SOURCE]: { process: async () => asResponse({ ...event, data: structuredClone(event.data ?? null) }) },
      },
      gatewayContext as unknown as Parameters<typeof executeQueryPlan>[2],
      plan.operationContext,
      supergraph.supergraphSchema,
      supergraph.apiSchema,
    );
  };

  return {
    planOf: (prepared) => {
      const { query, operationName } = prepared.request;
      const key = JSON.stringify([operationName, query]);
      const plan = plans.get(key) ?? makePlan(supergraph, prepared);
      plans.set(key, plan);
      return plan;
    },
    subscribe: async ({ primary }, { request }, context) => {
      const client = clients[primary.serviceName];
      if (client === undefined) throw new Error(`There is no data source for the subgraph ${primary.serviceName}.`);
      const wanted = new Set(primary.variableUsages ?? []);
      const variables = Object.fromEntries(Object.entries(request.variables).filter(([name]) => wanted.has(name)));
      const operationName = primary.operationName === undefined ? {} : { operationName: primary.operationName };
      return await client.subscribe({ query: primary.operation, variables, ...operationName }, context);
    },
    resolver: (plan, prepared, context) => {
      const key = shareKeyOf({ ...prepared.request, document: prepared.document }, context);
      const span = { name: 'subscription event', traceparent: context.traceparent };
      const work = async (event: ExecutionResult): Promise<ExecutionResult> => {
        const resolved = event.data == null ? event : await withSpan(span, () => execute(event, { plan, prepared, context }));
        return toClientResult(resolved, logger);
      };
      return (event) => shared.get(event, key, () => work(event));
    },
  };
}

function makePlan(supergraph: LoadedSupergraph, { document, request }: PreparedOperation): SubscriptionPlan {
  const named = request.operationName === null ? {} : { operationName: request.operationName };
  const { node } = supergraph.planner.buildQueryPlan(operationFromDocument(supergraph.apiSchema, document, named));
  if (node?.kind !== 'Subscription') throw new Error(`The plan of a subscription is a ${node?.kind}.`);
  const fromEvent: PlanNode = { ...node.primary, serviceName: EVENT_SOURCE };
  const nodes = node.rest === undefined ? [fromEvent] : [fromEvent, node.rest];
  return {
    primary: node.primary,
    perEvent: { kind: 'QueryPlan', node: { kind: 'Sequence', nodes } },
    operationContext: buildOperationContext({ schema: supergraph.schema, operationDocument: document, ...named }),
  };
}
