import type { EventData } from '@switchyard/contracts/events';
import { type EpisodeId, newId, type TenantId } from '@switchyard/kernel/ids';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { FIRST_REST_MS } from './domain/tier-health.ts';
import { eventOf, requestOf, startRouter, type TestRouter } from './test-support/platform.ts';

type Finished = EventData<'model_call.finished'>;

let router: TestRouter;
beforeAll(async () => {
  router = await startRouter(inject('adminUrl'));
});
afterAll(() => router.stop());

const tenant = () => newId<TenantId>();

async function decided(tenantId: TenantId, tier = 'small', episodeId = newId<EpisodeId>()) {
  const request = requestOf(tenantId, { pinnedTier: tier, episodeId });
  return { ...(await router.router.decide(request)), tenantId, episodeId };
}
type Decided = Awaited<ReturnType<typeof decided>>;

let second = 0;
function call(decision: Decided, change: Partial<Finished> = {}) {
  second += 1;
  const finishedAt = new Date(router.clock.at.getTime() + second * 10);
  return eventOf(decision.tenantId, 'model_call.finished', {
    modelCallId: newId(),
    episodeId: decision.episodeId,
    sessionId: newId(),
    routeDecisionId: decision.id,
    tier: decision.tier,
    model: decision.model,
    provider: 'openai',
    status: 'ANSWERED',
    inputTokens: 1,
    outputTokens: 1,
    estimated: false,
    billable: true,
    cost: '0.001',
    dearestCost: '0.01',
    currency: 'USD',
    outcome: null,
    startedAt: new Date(finishedAt.getTime() - 700).toISOString(),
    finishedAt: finishedAt.toISOString(),
    ...change,
  });
}

function feedback(decision: Pick<Decided, 'tenantId' | 'episodeId'>, score: number) {
  const data = { feedbackId: newId(), episodeId: decision.episodeId, sessionId: newId(), score, comment: null };
  return eventOf(decision.tenantId, 'feedback.given', data);
}

async function rowOf({ id }: Pick<Decided, 'id'>) {
  const [row] = await router.sql(
    'select outcome, outcome_source, actual_cost::text, call_latency_ms from router.route_decision where id = $1',
    [id],
  );
  return { ...row, actual_cost: row.actual_cost === null ? null : Number(row.actual_cost) };
}

async function announced({ id }: Pick<Decided, 'id'>) {
  const events = await router.logged('decision.outcome_recorded');
  return events.filter(({ data }) => data.routeDecisionId === id).map(({ data }) => [data.outcome, data.actualCost]);
}

describe('finished model calls', () => {
  it('add up to what their decision cost, each once, however often they are heard', async () => {
    const decision = await decided(tenant());
    const [first, last] = [call(decision, { cost: '0.001' }), call(decision, { cost: '0.0025', outcome: 'CORRECT' })];
    await router.hear([first]);
    await router.hear([first, last, last]);
    await router.hear([last, first]);
    expect(await rowOf(decision)).toEqual({
      outcome: 'CORRECT',
      outcome_source: 'CALL',
      actual_cost: 0.0035,
      call_latency_ms: 1400,
    });
    expect(await announced(decision)).toEqual([
      [null, '0.001'],
      ['CORRECT', '0.0035'],
    ]);
  });

  it('let the newest call speak: a retry that was answered makes up for the error before it', async () => {
    const decision = await decided(tenant());
    await router.hear([call(decision, { status: 'FAILED', outcome: 'PROVIDER_ERROR', cost: '0' })]);
    expect(await rowOf(decision)).toMatchObject({ outcome: 'PROVIDER_ERROR' });
    await router.hear([call(decision)]);
    expect(await rowOf(decision)).toMatchObject({ outcome: null, outcome_source: null, actual_cost: 0.001 });
  });

  it('of many decisions in one batch keep to their own', async () => {
    const [a, b] = await Promise.all([decided(tenant()), decided(tenant(), 'large')]);
    await router.hear([call(a, { cost: '1' }), call(b, { cost: '2', outcome: 'INVALID_OUTPUT' })]);
    expect([await rowOf(a), await rowOf(b)]).toMatchObject([
      { actual_cost: 1, outcome: null },
      { actual_cost: 2, outcome: 'INVALID_OUTPUT' },
    ]);
  });

  it('of a decision that is not there change nothing', async () => {
    await router.hear([call({ ...(await decided(tenant())), id: newId() })]);
  });
});

describe('feedback', () => {
  it("judges the episode's last decision alone, and the newest word counts", async () => {
    const episodeId = newId<EpisodeId>();
    const tenantId = tenant();
    const first = await decided(tenantId, 'local', episodeId);
    const last = await decided(tenantId, 'large', episodeId);
    await router.hear([feedback(last, 1)]);
    expect(await rowOf(last)).toMatchObject({ outcome: 'CORRECT', outcome_source: 'FEEDBACK' });
    await router.hear([feedback(last, 1), feedback(last, -0.5), feedback(last, 0)]);
    expect(await rowOf(last)).toMatchObject({ outcome: 'WRONG' });
    expect(await rowOf(first)).toMatchObject({ outcome: null });
    expect(await announced(last)).toEqual([
      ['CORRECT', null],
      ['WRONG', null],
    ]);
  });

  it('outweighs what a call said, before and after, and is outweighed by a report', async () => {
    const decision = await decided(tenant());
    await router.hear([call(decision, { outcome: 'CORRECT' }), feedback(decision, -1)]);
    expect(await rowOf(decision)).toMatchObject({ outcome: 'WRONG', outcome_source: 'FEEDBACK' });
    await router.hear([call(decision, { outcome: 'CORRECT' })]);
    expect(await rowOf(decision)).toMatchObject({ outcome: 'WRONG', actual_cost: 0.002 });
    const mutation = `mutation ($id: ID!) { reportOutcome(input: { routeDecisionId: $id, outcome: TIMEOUT }) { outcome } }`;
    expect((await router.ask(decision.tenantId, mutation, { id: decision.id })).data).toEqual({
      reportOutcome: { outcome: 'TIMEOUT' },
    });
    await router.hear([feedback(decision, 1)]);
    expect(await rowOf(decision)).toMatchObject({ outcome: 'TIMEOUT', outcome_source: 'REPORT' });
  });

  it('about another tenant or an episode of none changes nothing', async () => {
    const decision = await decided(tenant());
    await router.hear([feedback({ tenantId: tenant(), episodeId: decision.episodeId }, 1)]);
    await router.hear([feedback({ tenantId: decision.tenantId, episodeId: newId() }, 1)]);
    expect(await rowOf(decision)).toMatchObject({ outcome: null });
  });
});

describe('a tier whose provider fails', () => {
  const healthy = async () => {
    const { data } = await router.ask(tenant(), '{ tiers { name healthy } }');
    return (data.tiers as { name: string; healthy: boolean }[]).filter((tier) => !tier.healthy).map(({ name }) => name);
  };

  it('rests for every tenant, is left out meanwhile, and comes back by itself', async () => {
    const failed = await decided(tenant(), 'medium');
    const error = () => call(failed, { status: 'FAILED', outcome: 'PROVIDER_ERROR' });
    const repeated = error();
    await router.hear([error(), repeated]);
    await router.hear([repeated]);
    expect(await healthy()).toEqual([]);
    await router.hear([error()]);
    expect(await healthy()).toEqual(['medium']);
    const { id } = await router.router.decide(requestOf(tenant(), { useCase: 'GENERAL', content: 'Compare two phones' }));
    const [row] = await router.sql('select tier, candidates from router.route_decision where id = $1', [id]);
    expect(row.tier).not.toBe('medium');
    expect(row.candidates[2]).toMatchObject({ tier: 'medium', leftOut: 'resting', propensity: 0 });
    router.clock.at = new Date(router.clock.at.getTime() + FIRST_REST_MS + 60_000);
    expect(await healthy()).toEqual([]);
  });
});

it('the metrics that the platform promises speak of what happened', async () => {
  const mine = await startRouter(inject('adminUrl'));
  try {
    const tenantId = tenant();
    const one = await mine.router.decide(requestOf(tenantId, { pinnedTier: 'small' }));
    await mine.router.decide(requestOf(tenantId, { pinnedTier: 'large' }));
    const heard = { ...one, tenantId, episodeId: newId<EpisodeId>() };
    await mine.hear([call(heard, { cost: one.expectedCost, outcome: 'INVALID_OUTPUT' })]);
    const text = await mine.registry.metrics();
    expect(text).toContain('router_decision_latency_ms_count 2');
    expect(text).toContain('router_decision_latency_ms_bucket{le="0.01"}');
    expect(text).toContain('tier_distribution{tier="small"} 0.5');
    expect(text).toContain('tier_distribution{tier="local"} 0');
    expect(text).toContain('router_misroute_rate 1');
    expect(text).toContain('expected_vs_actual_cost 1');
  } finally {
    await mine.stop();
  }
});
