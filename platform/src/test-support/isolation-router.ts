import { randomInt } from 'node:crypto';
import { openDatabase } from '@switchyard/database/database';
import { type EpisodeId, newId, type SessionId, type TenantId } from '@switchyard/kernel/ids';
import { createRouterModule, SCHEMA } from '@switchyard/router/module';
import { signContext } from '@switchyard/runtime/context-token';
import type pg from 'pg';
import { byId, type IsolationCase, type IsolationOf, listing, type Owned, reference } from './isolation.ts';

const CONTEXT_KEY = Buffer.alloc(32, 1);

const ROUTE = 'mutation ($key: String) { route(input: {content: "Hello", idempotencyKey: $key}) { id } }';

/** Every tenant has a limit of its own, and with it a policy that no other has. */
const LIMIT =
  'mutation ($limit: Decimal) { updateRoutingPolicy(input: {errorCost: "1", maxCostPerRequest: $limit, expectedVersion: 1}) { version } }';

const START = 'mutation { startCanary(input: {policy: {errorCost: "3", expectedVersion: 2}}) { id } }';

const CASES: readonly IsolationCase[] = [
  byId('Query.routeDecision', 'query ($id: ID!) { routeDecision(id: $id) { id } }', 'decision'),
  listing('Query.routeDecisions', '{ routeDecisions { edges { node { id } } } }', 'decision'),
  reference('RouteDecision', 'decision'),
  {
    field: 'Episode',
    operation: `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Episode { routeDecisions { id } } } }`,
    variables: (owned) => ({ all: [{ __typename: 'Episode', id: owned.episode }] }),
    shows: (owned) => owned.decision ?? '',
  },
  {
    field: 'Mutation.route',
    operation: ROUTE,
    variables: (owned) => ({ key: owned.key }),
    shows: (owned) => owned.routed ?? '',
  },
  byId(
    'Mutation.reportOutcome',
    'mutation ($id: ID!) { reportOutcome(input: {routeDecisionId: $id, outcome: WRONG}) { id } }',
    'routed',
  ),
  {
    field: 'Tenant',
    operation: `query ($all: [_Any!]!) { _entities(representations: $all) {
      ... on Tenant { routingPolicy { maxCostPerRequest { amount } } } } }`,
    variables: (owned) => ({ all: [{ __typename: 'Tenant', id: owned.tenantId }] }),
    shows: (owned) => owned.limit ?? '',
  },
  reference('Canary', 'canary'),
  listing('Subscription.routeDecided', 'subscription { routeDecided { id } }', 'routed'),
  listing('Subscription.canaryChanged', 'subscription { canaryChanged { id } }', 'promoted'),
  byId('Mutation.promoteCanary', 'mutation ($id: ID!) { promoteCanary(id: $id) { id } }', 'promoted'),
  byId('Mutation.rollBackCanary', 'mutation ($id: ID!) { rollBackCanary(id: $id) { id } }', 'canary'),
  {
    // It takes no id: the policy is the caller's own, and what is left out of the change stays as it is.
    field: 'Mutation.updateRoutingPolicy',
    operation: 'mutation { updateRoutingPolicy(input: {errorCost: "2", expectedVersion: 2}) { maxCostPerRequest { amount } } }',
    shows: (owned) => owned.limit ?? '',
  },
  {
    // Nor does it: the candidate is made of the caller's own policy.
    field: 'Mutation.startCanary',
    operation: `mutation {
      startCanary(input: {policy: {errorCost: "3", expectedVersion: 4}}) { candidate { maxCostPerRequest { amount } } } }`,
    shows: (owned) => owned.limit ?? '',
  },
];

/** The router subgraph on a migrated database. */
export async function isolationOfRouter(appUrl: string, admin: pg.Client): Promise<IsolationOf & { close(): Promise<void> }> {
  const database = await openDatabase({ url: appUrl, schema: SCHEMA });
  const tier = {
    name: 'small',
    provider: 'simulator',
    model: 'm',
    inputPricePerMillion: '1',
    outputPricePerMillion: '1',
  } as const;
  const module = createRouterModule({
    database,
    contextKey: CONTEXT_KEY,
    clock: { now: () => new Date() },
    tiers: [{ ...tier, currency: 'USD', contextTokens: 8000 }],
    countTokens: (text) => text.length,
    // A tenant's state is read anew for every decision, under the policies as they are then.
    freshForMs: 0,
    staleForMs: 0,
  });

  const makeTenant = async (): Promise<Owned> => {
    const tenantId = newId<TenantId>();
    const [episode, key] = [newId<EpisodeId>(), newId()];
    const asked = {
      content: 'Hello',
      inputTokens: null,
      responseSchema: null,
      pinnedTier: null,
      maxCost: null,
      maxLatencyMs: null,
    };
    const of = {
      tenantId,
      requestKey: newId(),
      episodeId: episode,
      sessionId: newId<SessionId>(),
      excludeTiers: [],
      escalatedFrom: null,
    };
    const decision = await module.router.decide({ ...asked, ...of });
    const context = {
      requestId: newId(),
      tenantId,
      scopes: ['ADMIN' as const],
      credential: { kind: 'API_KEY' as const, id: newId() },
    };
    const contextToken = await signContext(context, CONTEXT_KEY);
    const answer = await module.subgraph.execute({ query: ROUTE, variables: { key }, contextToken });
    const limit = `9${randomInt(2 ** 40)}`;
    await module.subgraph.execute({ query: LIMIT, variables: { limit }, contextToken });
    const started = await module.subgraph.execute({ query: START, contextToken });
    const idIn = (result: unknown) => /"id":"([^"]+)"/.exec(JSON.stringify(result))?.[1] ?? '';
    const promoted = newId();
    await admin.query(
      `insert into router.canary (id, tenant_id, stable_version, candidate_version, share, planned_requests, status, comparison, started_at)
       values ($1, $2, 1, 2, 0.1, 400, 'PROMOTED', '{}', now())`,
      [promoted, tenantId],
    );
    await admin.query(
      `insert into router.decision_call (model_call_id, tenant_id, route_decision_id, cost, latency_ms, finished_at)
       values ($1, $2, $3, 1, 1, now())`,
      [newId(), tenantId, decision.id],
    );
    const own = { routed: idIn(answer), canary: idIn(started), promoted };
    return { tenantId, episode, key, decision: decision.id, limit, ...own };
  };
  return {
    subgraph: module.subgraph,
    contextKey: CONTEXT_KEY,
    schema: SCHEMA.name,
    database,
    makeTenant,
    cases: CASES,
    exempt: {
      'Query.tiers': 'tiers are the platform’s own',
      'Query.simulatePolicy':
        'it takes no id, and shows no row: figures of what the caller itself decided, which its query names',
    },
    unread: {
      decision_call: 'it is for the consumer of the log, which works for all tenants',
    },
    unseen: {
      decision_call: 'no field reads it',
      idempotency_key: 'its key begins with the tenant',
      learning: 'each query says whose it wants',
      routing_policy: 'each query says whose policy it wants',
    },
    close: () => database.close(),
  };
}
