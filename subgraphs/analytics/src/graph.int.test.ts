import { newId, type TenantId } from '@switchyard/kernel/ids';
import fc from 'fast-check';
import type { ExecutionResult } from 'graphql';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { METRICS } from './domain/kpis.ts';
import { GRANULARITIES } from './domain/time-range.ts';
import { FIRST_MINUTE, MINUTES, type Stream, streams } from './test-support/event-streams.ts';
import { type Caller, createHarness, type Harness } from './test-support/harness.ts';

const operator: Caller = { tenantId: null, scopes: ['OPERATOR'] };
const analyst = (tenantId: TenantId): Caller => ({ tenantId, scopes: ['ANALYTICS_READ'] });
const RANGE = { from: new Date(FIRST_MINUTE).toISOString(), to: new Date(FIRST_MINUTE + MINUTES * 60_000).toISOString() };
const KPIS =
  'query ($range: TimeRange!) { kpis(range: $range) { range { from to } sessions episodes cost { amount currency } asOf } }';
const SERIES = `query ($metric: KpiMetric!, $range: TimeRange!, $granularity: Granularity!, $groupBy: [KpiDimension!]) {
  kpiSeries(metric: $metric, range: $range, granularity: $granularity, groupBy: $groupBy) { key points { at value } } }`;
const TENANT = `query ($id: ID!, $range: TimeRange!) {
  _entities(representations: [{ __typename: "Tenant", id: $id }]) { ... on Tenant { id kpis(range: $range) { episodes sessions } } } }`;

type Series = { readonly key: readonly string[]; readonly points: readonly { readonly at: string; readonly value: number }[] };
const codeOf = ({ errors }: ExecutionResult) => errors?.[0]?.extensions.code;

describe('the analytics subgraph', () => {
  let harness: Harness;
  /** A tenant with a history in which every metric has something to say, and one with another. */
  let tenantId: TenantId;
  let other: TenantId;
  beforeAll(async () => {
    harness = await createHarness(inject('adminUrl'));
    [tenantId, other] = [newId<TenantId>(), newId<TenantId>()];
    const samples = fc.sample(streams, { seed: 11, numRuns: 120 });
    const historyOf = (tenantid: TenantId, from: readonly Stream[]) =>
      from.flatMap(({ events }) => events.map((event) => ({ ...event, tenantid })));
    await harness.deliver(historyOf(tenantId, samples.slice(0, 110)));
    await harness.deliver(historyOf(other, samples.slice(110)));
  });
  afterAll(async () => {
    await harness.close();
  });

  const seriesOf = async (variables: Record<string, unknown>): Promise<readonly Series[]> => {
    const { data, errors } = await harness.request(analyst(tenantId), SERIES, { range: RANGE, ...variables });
    expect(errors).toBeUndefined();
    return data?.kpiSeries as Series[];
  };
  const total = (series: readonly Series[]) => series.flatMap(({ points }) => points).reduce((sum, { value }) => sum + value, 0);

  it('widens the range to whole minutes and says of when the figures are', async () => {
    const range = { from: '2026-01-31T10:00:30.500Z', to: '2026-01-31T10:02:00.001Z' };
    const { data } = await harness.request(analyst(tenantId), KPIS, { range });
    const [watermark] = await harness.sql(`select as_of from analytics.tenant_watermark where tenant_id = '${tenantId}'`);
    expect(data?.kpis).toMatchObject({
      range: { from: '2026-01-31T10:00:00.000Z', to: '2026-01-31T10:03:00.000Z' },
      asOf: (watermark as { as_of: Date }).as_of.toISOString(),
    });
  });

  it('shows zeros and no rates to a tenant that nothing has happened to', async () => {
    const query =
      'query ($range: TimeRange!) { kpis(range: $range) { sessions successRate latencyP99Ms savings { amount currency } asOf tierDistribution { tier } } }';
    const { data } = await harness.request(analyst(newId()), query, { range: RANGE });
    expect(data?.kpis).toEqual({
      sessions: 0,
      successRate: null,
      latencyP99Ms: null,
      savings: { amount: '0', currency: 'USD' },
      asOf: '1970-01-01T00:00:00.000Z',
      tierDistribution: [],
    });
  });

  it('adds every series up to the KPIs of the same range, at every granularity and grouping', async () => {
    const fields = {
      SESSIONS: 'sessions',
      EPISODES: 'episodes',
      TOOL_CALLS: 'toolCalls',
      INPUT_TOKENS: 'inputTokens',
      OUTPUT_TOKENS: 'outputTokens',
    };
    const money = { COST: 'cost', EXPECTED_COST: 'expectedCost', SAVINGS: 'savings' };
    const selection = `${Object.values(fields).join(' ')} ${Object.values(money)
      .map((name) => `${name} { amount }`)
      .join(' ')}`;
    const range = { from: '2026-01-31T22:17:00.000Z', to: '2026-02-01T02:41:00.000Z' };
    const { data } = await harness.request(
      analyst(tenantId),
      `query ($range: TimeRange!) { kpis(range: $range) { ${selection} } }`,
      { range },
    );
    const kpis = data?.kpis as Record<string, unknown>;
    const groupings = [[], ['TIER'], ['MODEL'], ['USE_CASE'], ['TOOL'], ['ARM'], ['TIER', 'USE_CASE'], ['TOOL', 'ARM']];
    for (const [metric, field] of Object.entries({ ...fields, ...money })) {
      const whole = metric in money ? Number((kpis[field] as { amount: string }).amount) : Number(kpis[field]);
      expect(whole).not.toBe(0);
      for (const granularity of GRANULARITIES) {
        for (const groupBy of groupings) {
          const series = await seriesOf({ metric, range, granularity, groupBy });
          expect(total(series)).toBeCloseTo(whole, 9);
          expect(series.every(({ key }) => key.length === groupBy.length)).toBe(true);
        }
      }
    }
  }, 120_000);

  it('gives every metric of one bucket as the KPIs have it', async () => {
    const month = { from: '2026-02-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z' };
    const { data } = await harness.request(
      analyst(tenantId),
      `query ($range: TimeRange!) { kpis(range: $range) { SUCCESS_RATE: successRate ESCALATION_RATE: escalationRate
        MISROUTE_RATE: misrouteRate TOOL_CALL_FAILURE_RATE: toolCallFailureRate
        LATENCY_P50_MS: latencyP50Ms LATENCY_P95_MS: latencyP95Ms LATENCY_P99_MS: latencyP99Ms } }`,
      { range: month },
    );
    const kpis = data?.kpis as Record<string, number | null>;
    for (const [metric, value] of Object.entries(kpis)) {
      expect(value).not.toBeNull();
      expect(await seriesOf({ metric, range: month, granularity: 'MONTH', groupBy: [] })).toEqual([
        { key: [], points: [{ at: month.from, value }] },
      ]);
    }
  });

  it('draws 0 where a sum has nothing, and nothing where a rate has nothing', async () => {
    const range = { from: '2020-01-01T00:30:00.000Z', to: '2020-01-01T02:30:00.000Z' };
    for (const metric of METRICS) {
      const points = ['00', '01', '02'].map((hour) => ({ at: `2020-01-01T${hour}:00:00.000Z`, value: 0 }));
      const isSum = !/RATE|LATENCY/.test(metric);
      expect(await seriesOf({ metric, range, granularity: 'HOUR', groupBy: [] })).toEqual([
        { key: [], points: isSum ? points : [] },
      ]);
      expect(await seriesOf({ metric, range, granularity: 'HOUR', groupBy: ['TIER'] })).toEqual([]);
    }
  });

  it('refuses ranges that are empty or would be too many points, and says what to do', async () => {
    const ask = (variables: Record<string, unknown>) => harness.request(analyst(tenantId), SERIES, variables);
    const year = { from: '2025-01-01T00:00:00.000Z', to: '2026-01-01T00:00:00.000Z' };
    const tooMany = await ask({ metric: 'COST', range: year, granularity: 'MINUTE' });
    expect(codeOf(tooMany)).toBe('BAD_USER_INPUT');
    expect(tooMany.errors?.[0]?.message).toContain('coarser granularity');
    expect(codeOf(await ask({ metric: 'COST', range: { from: year.to, to: year.to }, granularity: 'DAY' }))).toBe(
      'BAD_USER_INPUT',
    );
    expect(codeOf(await harness.request(analyst(tenantId), KPIS, { range: { from: year.to, to: year.from } }))).toBe(
      'BAD_USER_INPUT',
    );
    expect(
      codeOf(await ask({ metric: 'COST', range: { from: '0001-01-01T00:00:00Z', to: year.to }, granularity: 'MONTH' })),
    ).toBe('BAD_USER_INPUT');
  });

  it('needs ANALYTICS_READ, and a tenant', async () => {
    const without: Caller = { tenantId, scopes: ['SESSIONS_READ', 'ROUTER_WRITE'] };
    const series = { metric: 'COST', range: RANGE, granularity: 'DAY' };
    for (const caller of [without, operator]) {
      expect(codeOf(await harness.request(caller, KPIS, { range: RANGE }))).toBe('FORBIDDEN');
      expect(codeOf(await harness.request(caller, SERIES, series))).toBe('FORBIDDEN');
    }
    expect(codeOf(await harness.request(without, TENANT, { id: tenantId, range: RANGE }))).toBe('FORBIDDEN');
    expect((await harness.request({ tenantId, scopes: ['ADMIN'] }, KPIS, { range: RANGE })).errors).toBeUndefined();
  });

  it('shows a tenant its own figures alone; a foreign tenant is the same as none', async () => {
    const own = await harness.request(analyst(tenantId), TENANT, { id: tenantId, range: RANGE });
    const asOperator = await harness.request(operator, TENANT, { id: tenantId, range: RANGE });
    expect(own.data).toEqual(asOperator.data);
    expect(own.data).not.toEqual((await harness.request(operator, TENANT, { id: other, range: RANGE })).data);
    for (const id of [other, newId(), 'no-id']) {
      expect(await harness.request(analyst(tenantId), TENANT, { id, range: RANGE })).toEqual({ data: { _entities: [null] } });
    }
  });

  it('reads nothing without row-level security’s leave', async () => {
    const figures = async () => (await harness.request(analyst(newId()), KPIS, { range: RANGE })).data?.kpis;
    expect(await figures()).toMatchObject({ episodes: 0 });
    await harness.sql('create policy hole on analytics.rollup using (true)');
    try {
      expect(await figures()).not.toMatchObject({ episodes: 0 });
    } finally {
      await harness.sql('drop policy hole on analytics.rollup');
    }
  });

  it('tells the operator how far the projections are, and when one stands still', async () => {
    const query = '{ projections { name position lag asOf status } }';
    expect(codeOf(await harness.request({ tenantId, scopes: ['ADMIN'] }, query))).toBe('FORBIDDEN');
    await harness.deliver(fc.sample(streams, { seed: 5, numRuns: 1 }).flatMap(({ events }) => events));
    const asOf = new Date('2026-02-01T00:00:00.000Z');
    const at = { group: 'analytics', topic: 'sessions.episode.v1' as const, position: '41', asOf };
    harness.setLag([{ ...at, events: 3, seconds: 12 }]);
    const projection = { name: 'kpis', position: 'sessions.episode.v1=41', lag: 3, asOf: asOf.toISOString() };
    expect((await harness.request(operator, query)).data).toEqual({ projections: [{ ...projection, status: 'LIVE' }] });
    harness.clock.set(new Date(Date.now() + 30_000));
    expect((await harness.request(operator, query)).data).toEqual({ projections: [{ ...projection, status: 'STALLED' }] });
  });
});
