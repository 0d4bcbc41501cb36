import { newId, type TenantId } from '@switchyard/kernel/ids';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { requestOf, startRouter, type TestRouter } from './test-support/platform.ts';

let router: TestRouter;
beforeAll(async () => {
  router = await startRouter(inject('adminUrl'));
});
afterAll(() => router.stop());

const SIMULATE = `query ($input: SimulatePolicyInput!) { simulatePolicy(input: $input) {
  range { from to } requests unsupportedShare effectiveSampleSize
  actual { meanCost { amount currency } meanCostInterval errorRate errorRateInterval }
  simulated { meanCost { amount currency } meanCostInterval errorRate errorRateInterval }
  difference { errorRate } estimates { method errorRate } tierDistribution { tier share } } }`;
const DAY = { from: '2026-05-01T00:00:00.000Z', to: '2026-05-02T00:00:00.000Z' };

async function simulate(tenantId: TenantId, policy: Record<string, unknown>, range = DAY) {
  const input = { policy: { expectedVersion: 2, ...policy }, range };
  const { data, errors } = await router.ask(tenantId, SIMULATE, { input });
  return { result: data?.simulatePolicy, code: errors?.[0]?.extensions.code, message: errors?.[0]?.message };
}

/** Decisions that explore, half of them judged. */
async function tenantWithTraffic(): Promise<TenantId> {
  const tenantId = newId<TenantId>();
  await router.ask(
    tenantId,
    'mutation { updateRoutingPolicy(input: { errorCost: "0.02", exploration: 0.2, expectedVersion: 1 }) { version } }',
  );
  for (let n = 0; n < 40; n += 1) {
    router.draws.push((n + 0.5) / 40);
    const { id, tier } = await router.router.decide(requestOf(tenantId, { useCase: 'GENERAL' }));
    await router.ask(
      tenantId,
      'mutation ($id: ID!, $outcome: RouteOutcome!) { reportOutcome(input: { routeDecisionId: $id, outcome: $outcome }) { id } }',
      { id, outcome: tier === 'large' || n % 3 > 0 ? 'CORRECT' : 'WRONG' },
    );
  }
  await router.router.decide(requestOf(tenantId, { pinnedTier: 'small' }));
  return tenantId;
}

describe('simulatePolicy', () => {
  it('tells what a policy would have done with the decisions that were left to the router', async () => {
    const { result } = await simulate(await tenantWithTraffic(), { errorCost: '0.02', tiers: ['large'] });
    expect(result).toMatchObject({
      range: DAY,
      requests: 40,
      unsupportedShare: 0,
      simulated: { meanCost: { currency: 'USD' } },
      tierDistribution: [{ tier: 'large', share: 1 }],
      estimates: [{ method: 'IPS' }, { method: 'SELF_NORMALISED', errorRate: 0 }, { method: 'DOUBLY_ROBUST' }],
    });
    type Arm = { errorRate: number; meanCost: { amount: string } };
    const { actual, simulated, effectiveSampleSize } = result as { actual: Arm; simulated: Arm; effectiveSampleSize: number };
    expect(simulated.errorRate).toBeLessThan(actual.errorRate);
    expect(Number(simulated.meanCost.amount)).toBeGreaterThan(Number(actual.meanCost.amount));
    expect(effectiveSampleSize).toBeLessThan(40);
    expect(effectiveSampleSize).toBeGreaterThan(0);
  });

  it('counts no decision of another time or another tenant, and changes nothing', async () => {
    const tenantId = await tenantWithTraffic();
    const nothing = { from: '2026-05-02T00:00:00.000Z', to: '2026-05-03T00:00:00.000Z' };
    expect(await simulate(tenantId, { errorCost: '1' }, nothing)).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(/no decisions/),
    });
    expect((await simulate(newId<TenantId>(), { errorCost: '1', expectedVersion: 1 })).message).toMatch(/no decisions/);
    expect((await simulate(tenantId, { errorCost: '1' })).result).toMatchObject({ requests: 40 });
    expect(
      await router.sql('select max(version) as version from router.routing_policy where tenant_id = $1', [tenantId]),
    ).toEqual([{ version: 2 }]);
  });

  it('refuses to guess where nothing could have been tried', async () => {
    const tenantId = newId<TenantId>();
    for (let n = 0; n < 3; n += 1) await router.router.decide(requestOf(tenantId, { useCase: 'FAQ' }));
    const refused = await simulate(tenantId, { errorCost: '0.02', tiers: ['large'], expectedVersion: 1 });
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringMatching(/could not have been tried/) });
  });

  it('refuses a range that ends before it begins, and a policy that has moved on', async () => {
    const tenantId = newId<TenantId>();
    const backwards = { from: DAY.to, to: DAY.from };
    expect((await simulate(tenantId, { errorCost: '1', expectedVersion: 1 }, backwards)).code).toBe('BAD_USER_INPUT');
    expect((await simulate(tenantId, { errorCost: '1', expectedVersion: 9 })).code).toBe('CONFLICT');
  });
});
