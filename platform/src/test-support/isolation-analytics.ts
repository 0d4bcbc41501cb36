import { createAnalyticsConsumer, createAnalyticsModule, SCHEMA } from '@switchyard/analytics/module';
import { openDatabase } from '@switchyard/database/database';
import { newId } from '@switchyard/kernel/ids';
import { createMemoryPubSub } from '@switchyard/pubsub/memory';
import { signContext } from '@switchyard/runtime/context-token';
import type { IsolationCase, IsolationOf, Owned } from './isolation.ts';
import { type Distinct, distinctTenant, eventOf, minuteOf } from './isolation-events.ts';

const CONTEXT_KEY = Buffer.alloc(32, 4);
/** Less than a month after the tenants' minutes. */
const CLOCK = { now: () => new Date('2026-11-20T12:00:00Z') };

const range = ({ from, to }: Owned): Record<string, unknown> => ({ range: { from, to } });
const kpis = (fields: string) => `query ($range: TimeRange!) { kpis(range: $range) { ${fields} } }`;
const LATENCY = kpis('latencyP50Ms');

const CASES: readonly IsolationCase[] = [
  { field: 'Query.kpis', operation: kpis('tierDistribution { tier }'), variables: range, shows: (owned) => owned.tier ?? '' },
  { field: 'Query.kpis', operation: LATENCY, variables: range, shows: (owned) => `:${owned.latency}}` },
  { field: 'Query.kpis', operation: kpis('asOf'), variables: range, shows: (owned) => owned.from ?? '' },
  {
    field: 'Query.kpiSeries',
    operation: `query ($range: TimeRange!) {
      kpiSeries(metric: MISROUTE_RATE, range: $range, granularity: MINUTE, groupBy: [TIER]) { key } }`,
    variables: range,
    shows: (owned) => owned.tier ?? '',
  },
  {
    field: 'Query.kpiSeries',
    operation: `query ($range: TimeRange!) {
      kpiSeries(metric: LATENCY_P50_MS, range: $range, granularity: MINUTE) { points { value } } }`,
    variables: range,
    shows: (owned) => `:${owned.latency}}`,
  },
  {
    field: 'Tenant',
    operation: `query ($all: [_Any!]!, $range: TimeRange!) {
      _entities(representations: $all) { ... on Tenant { kpis(range: $range) { tierDistribution { tier } } } } }`,
    variables: (owned) => ({ all: [{ __typename: 'Tenant', id: owned.tenantId }], ...range(owned) }),
    shows: (owned) => owned.tier ?? '',
  },
  {
    field: 'Subscription.kpisChanged',
    operation: 'subscription { kpisChanged(windowMinutes: 44640) { tierDistribution { tier } } }',
    shows: (owned) => owned.tier ?? '',
  },
];

/** The analytics subgraph on a migrated database. */
export async function isolationOfAnalytics(appUrl: string): Promise<IsolationOf & { close(): Promise<void> }> {
  const database = await openDatabase({ url: appUrl, schema: SCHEMA });
  const pubsub = createMemoryPubSub();
  const consumer = createAnalyticsConsumer({ database, pubsub, clock: CLOCK });
  const module = createAnalyticsModule({
    database,
    pubsub,
    clock: CLOCK,
    contextKey: CONTEXT_KEY,
    currency: 'USD',
    lag: async () => [],
  });

  const makeTenant = async (): Promise<Owned> => {
    const tenant = distinctTenant();
    const tier = `tier-${tenant.number}`;
    await database.crossTenant('consumer', (tx) => consumer.handle(happened(tenant, tier), tx));
    const { tenantId } = tenant;
    const context = {
      requestId: newId(),
      tenantId,
      scopes: ['ADMIN' as const],
      credential: { kind: 'API_KEY' as const, id: newId() },
    };
    const contextToken = await signContext(context, CONTEXT_KEY);
    const variables = { range: minuteOf(tenant) };
    const answer = await module.subgraph.execute({ query: LATENCY, variables, contextToken });
    const latency = /"latencyP50Ms":([\d.]+)/.exec(JSON.stringify(answer))?.[1] ?? '';
    return { tenantId, ...minuteOf(tenant), tier, latency };
  };
  return {
    subgraph: module.subgraph,
    contextKey: CONTEXT_KEY,
    schema: SCHEMA.name,
    database,
    makeTenant,
    cases: CASES,
    exempt: { 'Query.projections': 'needs OPERATOR, which no tenant holds' },
    unread: {
      subject_facts: 'it is for the consumer of the log, which works for all tenants',
    },
    unseen: {
      subject_facts: 'no field reads it',
      tenant_watermark: 'it is read as the one row that there is: two are an error, and show nothing',
    },
    close: async () => {
      await pubsub.close();
      await database.close();
    },
  };
}

/** An episode with a decision that was right; latencies lie so far apart that no two fall into one bucket of a sketch. */
function happened(tenant: Distinct, tier: string) {
  const { at, episodeId, sessionId } = tenant;
  const [routeDecisionId, time] = [newId(), at.toISOString()];
  return [
    eventOf('decision.made', tenant, {
      routeDecisionId,
      episodeId,
      sessionId,
      tier,
      model: 'm',
      reason: 'POLICY',
      arm: 'STABLE',
      policyVersion: 1,
      expectedCost: '0.001',
      expectedError: 0.1,
      currency: 'USD',
      escalatedFrom: null,
      latencyMs: 1,
      decidedAt: time,
    }),
    eventOf('decision.outcome_recorded', tenant, {
      routeDecisionId,
      episodeId,
      outcome: 'CORRECT',
      actualCost: null,
      currency: 'USD',
      recordedAt: time,
    }),
    eventOf('episode.completed', tenant, {
      episodeId,
      sessionId,
      useCase: 'FAQ',
      status: 'SUCCEEDED',
      requestedAt: time,
      finishedAt: time,
      latencyMs: 1.1 ** tenant.number,
    }),
  ];
}
