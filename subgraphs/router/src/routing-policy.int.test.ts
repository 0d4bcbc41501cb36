import { newId, type TenantId } from '@switchyard/kernel/ids';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { requestOf, startRouter, type TestRouter } from './test-support/platform.ts';

let router: TestRouter;
beforeAll(async () => {
  router = await startRouter(inject('adminUrl'));
});
afterAll(() => router.stop());

const tenant = () => newId<TenantId>();
const POLICY =
  'version errorCost { amount currency } tiers exploration maxCostPerRequest { amount currency } maxLatencyMs updatedAt';
const UPDATE = `mutation ($input: UpdateRoutingPolicyInput!) { updateRoutingPolicy(input: $input) { ${POLICY} } }`;
const OF_TENANT = `query ($id: ID!) { _entities(representations: [{ __typename: "Tenant", id: $id }]) { ... on Tenant { routingPolicy { ${POLICY} } } } }`;

async function update(tenantId: TenantId, input: Record<string, unknown>) {
  const { data, errors } = await router.ask(tenantId, UPDATE, { input });
  return { policy: data?.updateRoutingPolicy, code: errors?.[0]?.extensions.code, message: errors?.[0]?.message };
}

async function policyOf(tenantId: TenantId, asking: TenantId | null = tenantId) {
  const { data } = await router.ask(asking, OF_TENANT, { id: tenantId });
  return (data._entities as ({ routingPolicy: unknown } | null)[])[0]?.routingPolicy;
}

describe('a routing policy', () => {
  it('is version 1 of the defaults until it is changed', async () => {
    expect(await policyOf(tenant())).toEqual({
      version: 1,
      errorCost: { amount: '0.02', currency: 'USD' },
      tiers: ['local', 'small', 'medium', 'large'],
      exploration: 0,
      maxCostPerRequest: null,
      maxLatencyMs: null,
      updatedAt: '2026-05-01T10:00:00.000Z',
    });
  });

  it('moves on by one version with each change: what is left out stays, null takes a limit away', async () => {
    const tenantId = tenant();
    const first = await update(tenantId, {
      errorCost: '0.5',
      tiers: ['large', 'small'],
      exploration: 0.05,
      maxCostPerRequest: '0.01',
      maxLatencyMs: 4000,
      expectedVersion: 1,
    });
    expect(first.policy).toMatchObject({
      version: 2,
      errorCost: { amount: '0.5', currency: 'USD' },
      tiers: ['small', 'large'],
      exploration: 0.05,
      maxCostPerRequest: { amount: '0.01', currency: 'USD' },
      maxLatencyMs: 4000,
    });
    const second = await update(tenantId, { errorCost: '0.6', tiers: null, maxLatencyMs: null, expectedVersion: 2 });
    expect(second.policy).toMatchObject({ version: 3, exploration: 0.05, maxCostPerRequest: { amount: '0.01' } });
    expect(second.policy).toMatchObject({ maxLatencyMs: null, tiers: ['local', 'small', 'medium', 'large'] });
    expect(await policyOf(tenantId)).toEqual(second.policy);
  });

  it('that has moved on is a CONFLICT, for all but one of those who change it at once', async () => {
    const tenantId = tenant();
    const changes = await Promise.all(
      ['1', '2', '3', '4'].map((errorCost) => update(tenantId, { errorCost, expectedVersion: 1 })),
    );
    expect(changes.map(({ code }) => code).sort()).toEqual(['CONFLICT', 'CONFLICT', 'CONFLICT', undefined]);
    expect(await policyOf(tenantId)).toEqual(changes.find(({ policy }) => policy != null)?.policy);
    expect((await update(tenantId, { errorCost: '1', expectedVersion: 1 })).message).toMatch(/version 2 by now/);
  });

  it.each([
    ['a cost of errors below zero', { errorCost: '-1' }, /`errorCost` must not be negative/],
    ['a limit below zero', { errorCost: '1', maxCostPerRequest: '-0.1' }, /`maxCostPerRequest` must not be negative/],
    ['no tier', { errorCost: '1', tiers: [] }, /at least one tier/],
    ['a tier that is not there', { errorCost: '1', tiers: ['small', 'huge'] }, /no tier huge.*local, small, medium, large/],
    ['more exploration than is sane', { errorCost: '1', exploration: 0.21 }, /0 to 0.2/],
    ['less exploration than none', { errorCost: '1', exploration: -0.01 }, /0 to 0.2/],
    ['no time at all', { errorCost: '1', maxLatencyMs: 0 }, /at least 1/],
  ])('refuses %s, and stays as it is', async (_what, input, message) => {
    const tenantId = tenant();
    const refused = await update(tenantId, { ...input, expectedVersion: 1 });
    expect([refused.code, refused.message]).toEqual(['BAD_USER_INPUT', expect.stringMatching(message)]);
    expect(await policyOf(tenantId)).toMatchObject({ version: 1 });
  });

  it('is shown to its tenant and to the operator, and to nobody else', async () => {
    const tenantId = tenant();
    await update(tenantId, { errorCost: '0.7', expectedVersion: 1 });
    expect(await policyOf(tenantId, null)).toMatchObject({ errorCost: { amount: '0.7' } });
    expect(await policyOf(tenantId, tenant())).toBeUndefined();
    const { errors } = await router.ask(tenantId, UPDATE, { input: { errorCost: '1', expectedVersion: 2 } }, ['ROUTER_READ']);
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

describe('decisions under a policy', () => {
  it('take its tiers alone, and a pin stands above it', async () => {
    const tenantId = tenant();
    await update(tenantId, { errorCost: '0.02', tiers: ['large'], expectedVersion: 1 });
    const request = requestOf(tenantId, { useCase: 'FAQ' });
    expect(await router.router.decide(request)).toMatchObject({ tier: 'large' });
    expect(await router.router.decide({ ...request, requestKey: newId(), pinnedTier: 'small' })).toMatchObject({ tier: 'small' });
  });

  it('keep within its limits, whatever the request allows', async () => {
    const tenantId = tenant();
    await update(tenantId, {
      errorCost: '10',
      tiers: ['small', 'medium', 'large'],
      maxCostPerRequest: '0.006',
      expectedVersion: 1,
    });
    expect(await router.router.decide(requestOf(tenantId, { maxCost: '5' }))).toMatchObject({ tier: 'medium' });
    await update(tenantId, { errorCost: '10', maxCostPerRequest: null, expectedVersion: 2 });
    expect(await router.router.decide(requestOf(tenantId, { maxCost: '5' }))).toMatchObject({ tier: 'large' });
  });

  it('explore as often as it says, with their propensities kept', async () => {
    const tenantId = tenant();
    await update(tenantId, { errorCost: '0.02', exploration: 0.2, expectedVersion: 1 });
    router.draws.push(0.999, 0.5);
    const [explored, usual] = [await router.router.decide(requestOf(tenantId)), await router.router.decide(requestOf(tenantId))];
    expect([explored.reason, usual.reason]).toEqual(['EXPLORATION', 'POLICY']);
    expect(explored.explanation).toMatch(/^To keep learning which tier answers best/);
    const rows = await router.sql('select tier, candidates from router.route_decision where tenant_id = $1', [tenantId]);
    for (const { tier, candidates } of rows as { tier: string; candidates: { tier: string; propensity: number }[] }[]) {
      expect(candidates.reduce((sum, candidate) => sum + candidate.propensity, 0)).toBe(1);
      expect(candidates.find((candidate) => candidate.tier === tier)?.propensity).toBeGreaterThan(0);
    }
  });
});
