import { type EpisodeId, newId, type TenantId } from '@switchyard/kernel/ids';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { requestOf, startRouter, type TestRouter } from './test-support/platform.ts';

let router: TestRouter;
beforeAll(async () => {
  router = await startRouter(inject('adminUrl'));
});
afterAll(() => router.stop());

const tenant = () => newId<TenantId>();

const DECISION = `id tier model reason explanation policyVersion arm decidedAt latencyMs outcome
  features { tokenCount jsonSchemaStrictness domainFlags noveltyScore historicalFailureRate }
  candidates { tier expectedCost { amount currency } expectedError objective propensity }
  escalatedFrom { id tier } expectedCost { amount currency } actualCost { amount currency }`;

const ROUTE = `mutation ($input: RouteInput!) { route(input: $input) { ${DECISION} } }`;
type Shown = {
  id: string;
  tier: string;
  reason: string;
  explanation: string;
  features: { noveltyScore: number; domainFlags: string[] };
  candidates: { tier: string; propensity: number; objective: number }[];
  actualCost: { amount: string } | null;
  outcome: string | null;
};

async function route(tenantId: TenantId, input: Record<string, unknown>) {
  const { data, errors } = await router.ask(tenantId, ROUTE, { input });
  return {
    decision: (data as { route?: Shown } | null)?.route,
    code: errors?.[0]?.extensions.code,
    message: errors?.[0]?.message,
  };
}

describe('decide', () => {
  it('keeps the decision, all it was made from, and its event', async () => {
    const request = requestOf(tenant(), { useCase: 'FAQ' });
    const decision = await router.router.decide(request);
    expect(decision).toMatchObject({ tier: 'local', model: 'retrieval', reason: 'POLICY', expectedCost: '0', currency: 'USD' });
    const [row] = await router.sql('select * from router.route_decision where id = $1', [decision.id]);
    expect(row).toMatchObject({ tenant_id: request.tenantId, episode_id: request.episodeId, arm: 'STABLE', policy_version: 1 });
    expect(row.features).toMatchObject({ tokenCount: 5, inputTokens: 400, useCase: 'FAQ', noveltyScore: 1 });
    expect(row.candidates).toHaveLength(4);
    const events = await router.logged('decision.made');
    const event = events.find(({ data }) => data.routeDecisionId === decision.id);
    expect(event).toMatchObject({
      subject: request.sessionId,
      data: {
        tier: 'local',
        expectedCost: '0',
        episodeId: request.episodeId,
        reason: 'POLICY',
        decidedAt: '2026-05-01T10:00:00.000Z',
      },
    });
  });

  it('gives one decision for one request key, with one event, however many ask at once', async () => {
    const request = requestOf(tenant());
    const decisions = await Promise.all(Array.from({ length: 8 }, () => router.router.decide(request)));
    expect(new Set(decisions.map(({ id }) => id)).size).toBe(1);
    expect(await router.router.decide({ ...request, content: 'something else' })).toEqual(decisions[0]);
    const events = await router.logged('decision.made');
    expect(events.filter(({ data }) => data.episodeId === request.episodeId)).toHaveLength(1);
  });

  it('keeps the request keys of two tenants apart', async () => {
    const [a, b] = [requestOf(tenant()), requestOf(tenant())];
    const first = await router.router.decide(a);
    const second = await router.router.decide({ ...b, requestKey: a.requestKey });
    expect(second.id).not.toBe(first.id);
  });

  it('escalates past the tiers that were tried', async () => {
    const request = requestOf(tenant(), { useCase: 'FAQ' });
    const first = await router.router.decide(request);
    const next = await router.router.decide({
      ...request,
      requestKey: newId(),
      excludeTiers: ['local'],
      escalatedFrom: first.id,
    });
    expect(next.reason).toBe('ESCALATION');
    expect(next.tier).not.toBe('local');
    await expect(
      router.router.decide({ ...request, requestKey: newId(), excludeTiers: router.router.tierNames }),
    ).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });

  it('knows what this tenant has sent before, and nothing of what others have', async () => {
    const [a, b] = [tenant(), tenant()];
    const novelty = async (tenantId: TenantId) => {
      const { id } = await router.router.decide(requestOf(tenantId, { content: 'Do you ship to Norway by express?' }));
      const [row] = await router.sql('select features from router.route_decision where id = $1', [id]);
      return row.features.noveltyScore;
    };
    expect(await novelty(a)).toBe(1);
    expect(await novelty(a)).toBe(0.5);
    expect(await novelty(a)).toBeCloseTo(1 / 3, 10);
    expect(await novelty(b)).toBe(1);
  });
});

describe('what a process keeps of a tenant', () => {
  it('takes in its own decisions at once, and what became of them when it is read again', async () => {
    const keeping = await startRouter(inject('adminUrl'), { freshForMs: 60_000, staleForMs: 60_000 });
    const other = tenant();
    const featuresOf = async (tenantId: TenantId) => {
      const { id } = await keeping.router.decide(requestOf(tenantId));
      const [row] = await keeping.sql('select features from router.route_decision where id = $1', [id]);
      return [row.features.noveltyScore, row.features.historicalFailureRate];
    };
    const tenantId = tenant();
    expect(await featuresOf(tenantId)).toEqual([1, 0.1]);
    await keeping.sql(`update router.route_decision set outcome = 'WRONG' where tenant_id = $1`, [tenantId]);
    expect(await featuresOf(tenantId)).toEqual([0.5, 0.1]);
    expect(await featuresOf(other)).toEqual([1, 0.1]);
    await keeping.stop();
  });

  it('begins with version 1 of the default policy, made once', async () => {
    const tenantId = tenant();
    await Promise.all(Array.from({ length: 4 }, () => router.router.decide(requestOf(tenantId))));
    const rows = await router.sql(
      'select version, error_cost::float8, currency from router.routing_policy where tenant_id = $1',
      [tenantId],
    );
    expect(rows).toEqual([{ version: 1, error_cost: 0.02, currency: 'USD' }]);
  });

  it('follows a policy that moved on: where errors cost nothing, the cheapest tier answers', async () => {
    const tenantId = tenant();
    const request = requestOf(tenantId, { content: 'Prove it by writing code', useCase: 'GENERAL' });
    expect((await router.router.decide(request)).tier).not.toBe('local');
    await router.sql(
      `insert into router.routing_policy (tenant_id, version, error_cost, currency, updated_at) values ($1, 2, 0, 'USD', now())`,
      [tenantId],
    );
    const free = await router.router.decide({ ...request, requestKey: newId() });
    expect(free.tier).toBe('local');
    expect(await router.sql('select policy_version from router.route_decision where id = $1', [free.id])).toEqual([
      { policy_version: 2 },
    ]);
  });
});

describe('route', () => {
  it('answers with the whole decision', async () => {
    const { decision } = await route(tenant(), { content: 'Prove that the square root of 2 is irrational' });
    expect(decision).toMatchObject({ reason: 'POLICY', features: { domainFlags: ['math'] }, outcome: null, actualCost: null });
    expect(decision?.candidates.map(({ tier }) => tier)).toEqual(['local', 'small', 'medium', 'large']);
    expect(decision?.candidates.reduce((sum, { propensity }) => sum + propensity, 0)).toBe(1);
    expect(decision?.explanation).toContain(`tier ${decision?.tier}`);
    const events = await router.logged('decision.made');
    expect(events.find(({ data }) => data.routeDecisionId === decision?.id)?.data.episodeId).toBeNull();
  });

  it('does not wait for other requests of its tenant', async () => {
    const tenantId = tenant();
    await route(tenantId, { content: 'hello' });
    // The lock that a writer of events with the tenant as their subject holds until it commits.
    await router.sql('begin');
    await router.sql('select pg_advisory_xact_lock(4207003, hashtext($1))', [tenantId]);
    expect((await route(tenantId, { content: 'hello again' })).decision?.reason).toBe('POLICY');
    await router.sql('rollback');
  });

  it('gives the first decision again for one idempotency key, also to concurrent duplicates, and refuses another input', async () => {
    const tenantId = tenant();
    const input = { content: 'Compare two phones', idempotencyKey: 'k' };
    const routed = await Promise.all([route(tenantId, input), route(tenantId, input), route(tenantId, input)]);
    expect(new Set(routed.map(({ decision }) => decision?.id)).size).toBe(1);
    expect(await router.sql('select id from router.route_decision where tenant_id = $1', [tenantId])).toHaveLength(1);
    expect((await route(tenantId, { ...input, content: 'Compare three phones' })).code).toBe('IDEMPOTENCY_CONFLICT');
    expect((await route(tenant(), input)).decision?.id).not.toBe(routed[0]?.decision?.id);
  });

  it('takes a pinned tier, and falls back where nothing fits', async () => {
    const tenantId = tenant();
    expect((await route(tenantId, { content: 'hello', tier: 'large' })).decision).toMatchObject({
      tier: 'large',
      reason: 'PINNED',
    });
    expect((await route(tenantId, { content: 'hello', maxLatencyMs: 1 })).decision).toMatchObject({
      tier: 'local',
      reason: 'FALLBACK',
    });
  });

  it.each([
    ['no content', { content: '' }, /1 to 32768/],
    ['too much content', { content: 'x'.repeat(32_769) }, /1 to 32768/],
    ['a tier that is not there', { content: 'x', tier: 'huge' }, /no tier huge.*local, small, medium, large/],
    ['a pin that is dearer than allowed', { content: 'x', tier: 'large', maxCost: '0.0001' }, /more than `maxCost`/],
    ['a cost below zero', { content: 'x', maxCost: '-1' }, /not negative/],
    ['no time at all', { content: 'x', maxLatencyMs: 0 }, /at least 1/],
    ['a schema that is none', { content: 'x', responseSchema: 'text' }, /JSON Schema/],
    ['an idempotency key of no length', { content: 'x', idempotencyKey: '' }, /1 to 255/],
  ])('refuses %s, and keeps nothing', async (_what, input, message) => {
    const tenantId = tenant();
    const refused = await route(tenantId, input);
    expect(refused.code).toBe('BAD_USER_INPUT');
    expect(refused.message).toMatch(message);
    expect(await router.sql('select id from router.route_decision where tenant_id = $1', [tenantId])).toHaveLength(0);
  });
});

describe('reportOutcome', () => {
  const REPORT = `mutation ($input: ReportOutcomeInput!) { reportOutcome(input: $input) { ${DECISION} } }`;
  const report = async (tenantId: TenantId, input: Record<string, unknown>) => {
    const { data, errors } = await router.ask(tenantId, REPORT, { input });
    return { decision: (data as { reportOutcome?: Shown } | null)?.reportOutcome, code: errors?.[0]?.extensions.code };
  };

  it('keeps outcome and cost, says so in the log once, and is learnt from', async () => {
    const tenantId = tenant();
    const { decision } = await route(tenantId, { content: 'Compare two phones', tier: 'small' });
    const input = { routeDecisionId: decision?.id, outcome: 'WRONG', actualCost: '0.0045', latencyMs: 800 };
    expect((await report(tenantId, input)).decision).toMatchObject({
      outcome: 'WRONG',
      actualCost: { amount: '0.0045', currency: 'USD' },
    });
    expect((await report(tenantId, input)).decision).toMatchObject({ outcome: 'WRONG' });
    const events = (await router.logged('decision.outcome_recorded')).filter(({ data }) => data.routeDecisionId === decision?.id);
    expect(events.map(({ data }) => data)).toMatchObject([
      { outcome: 'WRONG', actualCost: '0.0045', currency: 'USD', episodeId: null },
    ]);
    const later = await route(tenantId, { content: 'Compare two phones' });
    expect(later.decision?.features).toMatchObject({ historicalFailureRate: expect.closeTo((1 + 4 * (3 / 21)) / 5, 6) });
  });

  it('finds nothing of another tenant, and no nonsense', async () => {
    const { decision } = await route(tenant(), { content: 'hello' });
    expect((await report(tenant(), { routeDecisionId: decision?.id, outcome: 'WRONG' })).code).toBe('NOT_FOUND');
    expect((await report(tenant(), { routeDecisionId: 'nonsense', outcome: 'WRONG' })).code).toBe('NOT_FOUND');
  });

  it('refuses a cost below zero, and the cost of an episode, which is metered', async () => {
    const tenantId = tenant();
    const { decision } = await route(tenantId, { content: 'hello' });
    expect((await report(tenantId, { routeDecisionId: decision?.id, outcome: 'WRONG', actualCost: '-1' })).code).toBe(
      'BAD_USER_INPUT',
    );
    const { id } = await router.router.decide(requestOf(tenantId));
    expect((await report(tenantId, { routeDecisionId: id, outcome: 'CORRECT', actualCost: '1' })).code).toBe('BAD_USER_INPUT');
    expect((await report(tenantId, { routeDecisionId: id, outcome: 'CORRECT' })).decision).toMatchObject({
      outcome: 'CORRECT',
      actualCost: null,
    });
  });
});

describe('the graph', () => {
  const LIST = `query ($first: Int, $after: String, $tier: String, $outcome: RouteOutcome, $range: TimeRange) {
    routeDecisions(first: $first, after: $after, tier: $tier, outcome: $outcome, range: $range) {
      edges { cursor node { id tier } } pageInfo { hasNextPage hasPreviousPage endCursor } } }`;
  type Listed = { routeDecisions: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } };
  const list = async (tenantId: TenantId, variables: Record<string, unknown>) =>
    (await router.ask(tenantId, LIST, variables)).data as unknown as Listed;

  it('lists decisions newest first, page by page, filtered', async () => {
    const tenantId = tenant();
    const ids: string[] = [];
    for (const tier of ['small', 'large', 'small', 'large', 'small']) {
      ids.unshift((await router.router.decide(requestOf(tenantId, { pinnedTier: tier }))).id);
    }
    const first = (await list(tenantId, { first: 2 })).routeDecisions;
    const second = (await list(tenantId, { first: 3, after: first.pageInfo.endCursor })).routeDecisions;
    expect([...first.edges, ...second.edges].map(({ node }) => node.id)).toEqual(ids);
    expect([first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([true, false]);
    expect((await list(tenantId, { tier: 'large' })).routeDecisions.edges).toHaveLength(2);
    expect((await list(tenantId, { outcome: 'WRONG' })).routeDecisions.edges).toHaveLength(0);
    const at = '2026-05-01T10:00:00.000Z';
    expect((await list(tenantId, { range: { from: at, to: '2026-05-02T00:00:00Z' } })).routeDecisions.edges).toHaveLength(5);
    expect((await list(tenantId, { range: { from: '2026-04-01T00:00:00Z', to: at } })).routeDecisions.edges).toHaveLength(0);
    expect((await list(tenant(), {})).routeDecisions.edges).toHaveLength(0);
  });

  it("shows an episode's decisions in their order, and none for an episode of another tenant or of none", async () => {
    const tenantId = tenant();
    const episodeId = newId<EpisodeId>();
    const first = await router.router.decide(requestOf(tenantId, { episodeId }));
    const second = await router.router.decide(
      requestOf(tenantId, { episodeId, escalatedFrom: first.id, excludeTiers: [first.tier] }),
    );
    const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Episode { id routeDecisions { id escalatedFrom { id } } } } }`;
    const representations = [episodeId, newId(), 'nonsense'].map((id) => ({ __typename: 'Episode', id }));
    const expected = [
      { id: first.id, escalatedFrom: null },
      { id: second.id, escalatedFrom: { id: first.id } },
    ];
    const own = await router.ask(tenantId, query, { representations });
    expect(own.errors).toBeUndefined();
    expect((own.data._entities as { routeDecisions: unknown }[]).map(({ routeDecisions }) => routeDecisions)).toEqual([
      expected,
      [],
      [],
    ]);
    const foreign = await router.ask(tenant(), query, { representations });
    expect((foreign.data._entities as { routeDecisions: unknown }[]).map(({ routeDecisions }) => routeDecisions)).toEqual([
      [],
      [],
      [],
    ]);
  });

  it('finds a decision by id and as an entity, of its own tenant alone', async () => {
    const tenantId = tenant();
    const { id } = await router.router.decide(requestOf(tenantId));
    const query = `query ($id: ID!, $representations: [_Any!]!) { routeDecision(id: $id) { id }
      _entities(representations: $representations) { ... on RouteDecision { id } } }`;
    const find = async (asking: TenantId, sought: string) =>
      (await router.ask(asking, query, { id: sought, representations: [{ __typename: 'RouteDecision', id: sought }] })).data;
    expect(await find(tenantId, id)).toEqual({ routeDecision: { id }, _entities: [{ id }] });
    expect(await find(tenant(), id)).toEqual({ routeDecision: null, _entities: [null] });
    expect(await find(tenantId, 'nonsense')).toEqual({ routeDecision: null, _entities: [null] });
  });

  it('shows the tiers with their prices, to the operator too', async () => {
    const query =
      '{ tiers { name model provider healthy inputPricePerMillion { amount currency } outputPricePerMillion { amount } } }';
    const { data } = await router.ask(tenant(), query);
    expect(data.tiers).toHaveLength(4);
    expect((data.tiers as unknown[])[1]).toEqual({
      name: 'small',
      model: 'small-1',
      provider: 'openai',
      healthy: true,
      inputPricePerMillion: { amount: '0.15', currency: 'USD' },
      outputPricePerMillion: { amount: '0.6' },
    });
    expect((await router.ask(null, query)).data).toEqual(data);
  });

  it('asks for the scopes, and has nothing to show to the operator', async () => {
    const { id } = await router.router.decide(requestOf(tenant()));
    const codeOf = async (tenantId: TenantId | null, query: string) =>
      (await router.ask(tenantId, query, {}, ['SESSIONS_READ'])).errors?.[0]?.extensions.code;
    const fields = [
      '{ tiers { name } }',
      `{ routeDecision(id: "${id}") { id } }`,
      '{ routeDecisions { edges { cursor } } }',
      'mutation { route(input: { content: "x" }) { id } }',
      `mutation { reportOutcome(input: { routeDecisionId: "${id}", outcome: WRONG }) { id } }`,
      `{ _entities(representations: [{ __typename: "Episode", id: "${newId()}" }]) { ... on Episode { routeDecisions { id } } } }`,
      `{ _entities(representations: [{ __typename: "RouteDecision", id: "${id}" }]) { ... on RouteDecision { id } } }`,
    ];
    for (const query of fields) expect(await codeOf(tenant(), query), query).toBe('FORBIDDEN');
    for (const query of fields.slice(1)) expect(await codeOf(null, query), query).toBe('FORBIDDEN');
  });
});
