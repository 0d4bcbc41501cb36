import { newId, type TenantId } from '@switchyard/kernel/ids';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Learning } from './domain/learning.ts';
import { requestOf, startRouter, type TestRouter } from './test-support/platform.ts';

let router: TestRouter;
beforeAll(async () => {
  router = await startRouter(inject('adminUrl'));
});
afterAll(() => router.stop());

const REPORT =
  'mutation ($id: ID!, $outcome: RouteOutcome!) { reportOutcome(input: { routeDecisionId: $id, outcome: $outcome }) { id } }';

async function judged(tenantId: TenantId, outcome: string): Promise<string> {
  const { id } = await router.router.decide(requestOf(tenantId, { pinnedTier: 'small' }));
  await router.ask(tenantId, REPORT, { id, outcome });
  return id;
}

async function learnt(tenantId: TenantId): Promise<Learning | undefined> {
  const [row] = await router.sql('select state from router.learning where tenant_id = $1', [tenantId]);
  return row?.state;
}

describe('what a tenant’s outcomes teach', () => {
  it('is kept once for each decision, and set right when the outcome is', async () => {
    const tenantId = newId<TenantId>();
    const id = await judged(tenantId, 'WRONG');
    const before = (await learnt(tenantId))?.posteriors.small;
    await router.ask(tenantId, REPORT, { id, outcome: 'WRONG' });
    expect((await learnt(tenantId))?.posteriors.small).toEqual(before);
    await router.ask(tenantId, REPORT, { id, outcome: 'CORRECT' });
    const after = (await learnt(tenantId))?.posteriors.small;
    expect([before?.seen, after?.seen]).toEqual([1, 1]);
    expect(before?.moments[0]).toBeCloseTo((after?.moments[0] ?? 0) + 1, 12);
  });

  it('is nothing where a provider failed: that says nothing of the tier’s answers', async () => {
    const tenantId = newId<TenantId>();
    await judged(tenantId, 'PROVIDER_ERROR');
    expect(await learnt(tenantId)).toBeUndefined();
  });

  it('loses nothing when many are judged at once', async () => {
    const tenantId = newId<TenantId>();
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => (await router.router.decide(requestOf(tenantId, { pinnedTier: 'small' }))).id),
    );
    await Promise.all(ids.map((id) => router.ask(tenantId, REPORT, { id, outcome: 'CORRECT' })));
    expect((await learnt(tenantId))?.posteriors.small?.seen).toBe(20);
  });
});

describe('a tier that comes to do worse', () => {
  it('is said so once in the log and in the metrics, and is learnt anew', async () => {
    const tenantId = newId<TenantId>();
    for (let n = 0; n < 40; n += 1) await judged(tenantId, n % 8 === 0 ? 'WRONG' : 'CORRECT');
    let until = 0;
    while ((await router.logged('drift.detected')).length === 0 && until < 60) {
      until += 1;
      await judged(tenantId, 'WRONG');
    }
    expect(until).toBeLessThan(30);
    const [event] = await router.logged('drift.detected');
    expect(event).toMatchObject({ subject: tenantId, data: { tier: 'small', change: 'WORSE', judged: 40 + until } });
    expect(event?.data.judgedSinceChange).toBeGreaterThanOrEqual(until);
    expect(await learnt(tenantId)).toMatchObject({ incumbent: 'rules', posteriors: { small: { seen: 0, priorWeight: 40 } } });
    expect(await router.registry.getSingleMetricAsString('router_drifts_total')).toContain(
      'router_drifts_total{tier="small",change="WORSE"} 1',
    );
  });
});
