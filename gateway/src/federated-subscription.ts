import { operationFromDocument } from '@apollo/federation-internals';
import { buildOperationContext, executeQueryPlan } from '@apollo/gateway';
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import type { RequestContext } from '@switchyard/kernel/request-context';
import { withSpan } from '@switchyard/runtime/tracing';
import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import { asResponse, type EventStream, type SubgraphClient } from './data-source.ts';
import { toClientError, toClientResult } from './errors.ts';
import type { PreparedOperation } from './operation.ts';
import type { LoadedSupergraph } from './supergraph.ts';

/**
 * A subscription over the whole graph, which Apollo's gateway does not run. Its planner splits one into a primary fetch, which is
 * subscribed at the subgraph that owns the field, and the rest, which is fetched from the other subgraphs for each event.
 */
export type FederatedSubscriptions = {
  /** Events, or the result that says why there are none. Errors are fit for clients. */
  subscribe(prepared: PreparedOperation, context: RequestContext): Promise<EventStream | ExecutionResult>;
};

export type FederatedSubscriptionOptions = {
  readonly supergraph: LoadedSupergraph;
  readonly clients: Readonly<Record<string, SubgraphClient>>;
  readonly logger: Logger;
};

/** Stands in the plan for the subgraph that sent the event: the primary fetch is answered by the event itself. */
const EVENT_SOURCE = '(event)';

type SubscriptionPlan = { readonly primary: FetchNode; readonly perEvent: QueryPlan };

export function createFederatedSubscriptions(options: FederatedSubscriptionOptions): FederatedSubscriptions {
  const { supergraph, clients, logger } = options;

  /** The event's own data, and what the other subgraphs know about it. */
  const resolveEvent = async (
    event: ExecutionResult,
    { prepared, plan, context }: { prepared: PreparedOperation; plan: SubscriptionPlan; context: RequestContext },
  ): Promise<ExecutionResult> => {
    if (event.data == null) return event;
    const { document, request } = prepared;
    const operationContext = buildOperationContext({
      schema: supergraph.schema,
      operationDocument: document,
      ...(request.operationName === null ? {} : { operationName: request.operationName }),
    });
    const gatewayContext = { request: { variables: request.variables }, context: { request: context }, metrics: {}, logger };
    return await executeQueryPlan(
      plan.perEvent,
      { ...clients, [EVENT_SOURCE]: { process: async () => asResponse(event) } },
      gatewayContext as unknown as Parameters<typeof executeQueryPlan>[2],
      operationContext,
      supergraph.supergraphSchema,
      supergraph.apiSchema,
    );
  };

  return {
    subscribe: async (prepared, context) => {
      try {
        const plan = planOf(supergraph, prepared);
        const events = await subscribePrimary(plan.primary, clients, prepared, context);
        if (!(Symbol.asyncIterator in events)) return toClientResult(events, logger);
        return mapEvents(events, async (event) => {
          const resolved = await withSpan({ name: 'subscription event', traceparent: context.traceparent }, () =>
            resolveEvent(event, { prepared, plan, context }),
          );
          return toClientResult(resolved, logger);
        });
      } catch (error) {
        return { errors: [toClientError(error, logger)] };
      }
    },
  };
}

function planOf(supergraph: LoadedSupergraph, { document, request }: PreparedOperation): SubscriptionPlan {
  const operation = operationFromDocument(
    supergraph.apiSchema,
    document,
    request.operationName === null ? {} : { operationName: request.operationName },
  );
  const { node } = supergraph.planner.buildQueryPlan(operation);
  if (node?.kind !== 'Subscription') throw new Error(`The plan of a subscription is a ${node?.kind}.`);
  const fromEvent: PlanNode = { ...node.primary, serviceName: EVENT_SOURCE };
  const nodes = node.rest === undefined ? [fromEvent] : [fromEvent, node.rest];
  return { primary: node.primary, perEvent: { kind: 'QueryPlan', node: { kind: 'Sequence', nodes } } };
}

async function subscribePrimary(
  primary: FetchNode,
  clients: Readonly<Record<string, SubgraphClient>>,
  { request }: PreparedOperation,
  context: RequestContext,
): Promise<EventStream | ExecutionResult> {
  const client = clients[primary.serviceName];
  if (client === undefined) throw new Error(`There is no data source for the subgraph ${primary.serviceName}.`);
  const wanted = new Set(primary.variableUsages ?? []);
  const variables = Object.fromEntries(Object.entries(request.variables).filter(([name]) => wanted.has(name)));
  return await client.subscribe(
    {
      query: primary.operation,
      variables,
      ...(primary.operationName === undefined ? {} : { operationName: primary.operationName }),
    },
    context,
  );
}

/** One event at a time, in order. `return` goes to the source at once, even while an event is being waited for. */
function mapEvents(events: EventStream, resolve: (event: ExecutionResult) => Promise<ExecutionResult>): EventStream {
  return {
    async next() {
      const { value, done } = await events.next();
      return done === true ? { value: undefined, done: true } : { value: await resolve(value), done: false };
    },
    async return() {
      await events.return?.();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
