import { newId, type TenantId } from '@switchyard/kernel/ids';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startRouter, type TestRouter } from '../test-support/platform.ts';

let router: TestRouter;
beforeAll(async () => {
  router = await startRouter(inject('adminUrl'));
});
afterAll(async () => await router.stop());

const ROUTE = 'mutation ($input: RouteInput!) { route(input: $input) { id tier } }';

async function routed(tenantId: TenantId, count: number): Promise<string[]> {
  const asked = Array.from({ length: count }, (_, at) => router.ask(tenantId, ROUTE, { input: { content: `question ${at}` } }));
  return (await Promise.all(asked)).map(({ data }) => (data.route as { id: string }).id);
}

describe('requests that come together', () => {
  it('are each decided, kept and announced once, in far fewer transactions', async () => {
    const tenantId = newId<TenantId>();
    const ids = await routed(tenantId, 60);
    expect(new Set(ids).size).toBe(60);
    const rows = await router.sql('select id, xmin::text as tx from router.route_decision where tenant_id = $1', [tenantId]);
    expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(ids));
    expect(new Set(rows.map(({ tx }) => tx)).size).toBeLessThan(30);
    const announced = (await router.logged('decision.made')).filter(({ data }) => ids.includes(data.routeDecisionId));
    expect(announced).toHaveLength(60);
    expect(announced.every(({ data, subject }) => subject === data.routeDecisionId)).toBe(true);
    expect(new Set(announced.map(({ subject }) => subject))).toEqual(new Set(ids));
  });

  it('of several tenants stay with their tenants', async () => {
    const tenants = [newId<TenantId>(), newId<TenantId>(), newId<TenantId>()];
    const ids = await Promise.all(tenants.map((tenantId) => routed(tenantId, 10)));
    for (const [at, tenantId] of tenants.entries()) {
      const rows = await router.sql('select id from router.route_decision where tenant_id = $1', [tenantId]);
      expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(ids[at]));
    }
  });

  it('fail together when they cannot be kept, and the next ones do not', async () => {
    const tenantId = newId<TenantId>();
    await routed(tenantId, 1);
    await router.sql('alter table router.route_decision add constraint refuse check (false) not valid');
    const refused = await Promise.all(
      Array.from({ length: 5 }, () => router.ask(tenantId, ROUTE, { input: { content: 'refused' } })),
    );
    await router.sql('alter table router.route_decision drop constraint refuse');
    expect(refused.every(({ errors }) => errors?.[0]?.extensions.code === 'INTERNAL')).toBe(true);
    expect(await routed(tenantId, 3)).toHaveLength(3);
  });
});
