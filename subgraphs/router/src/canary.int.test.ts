import { newId, type SessionId, type TenantId } from '@switchyard/kernel/ids';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { requestOf, startRouter, type TestRouter } from './test-support/platform.ts';

let router: TestRouter;
beforeAll(async () => {
  router = await startRouter(inject('adminUrl'), { freshForMs: 60_000, staleForMs: 60_000 });
});
afterAll(() => router.stop());

const tenant = () => newId<TenantId>();
const CANARY = `id status share plannedRequests verdict startedAt endedAt candidate { version errorCost { amount } }
  stable { requests errorRate meanCost { amount currency } p95LatencyMs } canary { requests errorRate meanCost { amount } p95LatencyMs }`;
const START = `mutation ($input: StartCanaryInput!) { startCanary(input: $input) { ${CANARY} } }`;
const OF_TENANT = `query ($id: ID!) { _entities(representations: [{ __typename: "Tenant", id: $id }]) {
  ... on Tenant { canary { ${CANARY} } routingPolicy { version errorCost { amount } } } } }`;

type Shown = { id: string; status: string; verdict: string | null; stable: Stats; canary: Stats; candidate: { version: number } };
type Stats = { requests: number; errorRate: number };

async function start(tenantId: TenantId, input: Record<string, unknown> = {}) {
  const policy = { errorCost: '0.5', tiers: ['large'], expectedVersion: 1 };
  const { data, errors } = await router.ask(tenantId, START, { input: { policy, share: 0.1, ...input } });
  return { canary: data?.startCanary as Shown | undefined, code: errors?.[0]?.extensions.code, message: errors?.[0]?.message };
}

async function shown(tenantId: TenantId) {
  const { data } = await router.ask(tenantId, OF_TENANT, { id: tenantId });
  return (data._entities as { canary: Shown | null; routingPolicy: { version: number } }[])[0];
}

async function end(tenantId: TenantId, mutation: string, id: string) {
  const { data, errors } = await router.ask(tenantId, `mutation ($id: ID!) { ${mutation}(id: $id) { status verdict } }`, { id });
  return { canary: data?.[mutation] as Shown | undefined, code: errors?.[0]?.extensions.code };
}

/** Sessions whose answers the tenant judges, until the canary has ended. */
async function judgeSessions(tenantId: TenantId, wrong: (tier: string, n: number) => boolean, most = 600): Promise<number> {
  for (let n = 0; n < most; n += 1) {
    const { id, tier } = await router.router.decide(requestOf(tenantId, { useCase: 'GENERAL' }));
    await router.ask(
      tenantId,
      'mutation ($id: ID!, $outcome: RouteOutcome!) { reportOutcome(input: { routeDecisionId: $id, outcome: $outcome }) { id } }',
      { id, outcome: wrong(tier, n) ? 'WRONG' : 'CORRECT' },
    );
    if (n % 10 === 9 && (await shown(tenantId))?.canary?.status !== 'RUNNING') return n + 1;
  }
  return most;
}

describe('a canary', () => {
  it('has its candidate’s policy for the sessions of its share, and each session stays with one policy', async () => {
    const tenantId = tenant();
    const { canary } = await start(tenantId);
    expect(canary).toMatchObject({
      status: 'RUNNING',
      share: 0.1,
      plannedRequests: 400,
      candidate: { version: 2 },
      verdict: null,
    });
    const sessions = Array.from({ length: 60 }, () => newId<SessionId>());
    for (const sessionId of [...sessions, ...sessions]) {
      await router.router.decide(requestOf(tenantId, { sessionId, useCase: 'FAQ' }));
    }
    const rows = (await router.sql(
      'select session_id, array_agg(distinct arm) as arms, array_agg(distinct policy_version) as versions, array_agg(distinct tier) as tiers from router.route_decision where tenant_id = $1 group by 1',
      [tenantId],
    )) as { arms: string[]; versions: number[]; tiers: string[] }[];
    const sides = rows.map(({ arms, versions, tiers }) => `${arms} ${versions} ${tiers}`);
    expect(new Set(sides)).toEqual(new Set(['STABLE 1 local', 'CANARY 2 large']));
    expect((await router.logged('canary.started')).filter(({ data }) => data.canaryId === canary?.id)).toMatchObject([
      { subject: tenantId, data: { stableVersion: 1, candidateVersion: 2, share: 0.1 } },
    ]);
    const state = await shown(tenantId);
    expect((state?.canary?.stable.requests ?? 0) + (state?.canary?.canary.requests ?? 0)).toBe(120);
  });

  it('is rolled back by itself when it is worse, says why in figures, and the policy stays as it was', async () => {
    const tenantId = tenant();
    const { canary } = await start(tenantId);
    const requests = await judgeSessions(tenantId, (tier, n) => tier === 'large' || n % 10 === 0);
    expect(requests).toBeLessThan(600);
    const state = await shown(tenantId);
    expect(state).toMatchObject({ canary: { status: 'ROLLED_BACK' }, routingPolicy: { version: 1 } });
    expect(state?.canary?.verdict).toMatch(
      /^Rolled back: more of its answers are wrong.*Errors 100.0 % \(\d+ of \d+\) against \d+\.\d % \(\d+ of \d+\)/,
    );
    expect(state?.canary?.canary.errorRate).toBe(1);
    expect(await router.logged('canary.rolled_back')).toMatchObject([{ data: { canaryId: canary?.id, candidateVersion: 2 } }]);
    const rows = await router.sql(`select 1 from router.route_decision where tenant_id = $1 and arm = 'CANARY'`, [tenantId]);
    await Promise.all(Array.from({ length: 40 }, () => router.router.decide(requestOf(tenantId))));
    expect(
      await router.sql(`select 1 from router.route_decision where tenant_id = $1 and arm = 'CANARY'`, [tenantId]),
    ).toHaveLength(rows.length);
  });

  it('is promoted by itself when it is not worse after the planned sample', async () => {
    const tenantId = tenant();
    await start(tenantId, { plannedRequests: 12 });
    await judgeSessions(tenantId, (tier, n) => tier !== 'large' && n % 5 === 0);
    const state = await shown(tenantId);
    expect(state).toMatchObject({ canary: { status: 'PROMOTED' }, routingPolicy: { version: 2, errorCost: { amount: '0.5' } } });
    expect(state?.canary?.verdict).toMatch(/^Promoted: after \d+ judged requests nothing speaks for its being worse/);
    expect((await router.router.decide(requestOf(tenantId, { useCase: 'FAQ' }))).tier).toBe('large');
  });

  it('is ended by hand, once', async () => {
    const [promoted, rolledBack] = [tenant(), tenant()];
    const [one, two] = [(await start(promoted)).canary?.id ?? '', (await start(rolledBack)).canary?.id ?? ''];
    expect((await end(promoted, 'promoteCanary', one)).canary).toMatchObject({ status: 'PROMOTED' });
    expect((await end(rolledBack, 'rollBackCanary', two)).canary?.verdict).toMatch(/^Rolled back by hand\. Errors unknown/);
    expect((await shown(promoted))?.routingPolicy.version).toBe(2);
    expect((await shown(rolledBack))?.routingPolicy.version).toBe(1);
    expect((await end(promoted, 'rollBackCanary', one)).code).toBe('CONFLICT');
    expect((await end(tenant(), 'promoteCanary', two)).code).toBe('NOT_FOUND');
    expect((await end(promoted, 'promoteCanary', 'nonsense')).code).toBe('NOT_FOUND');
  });

  it('is alone: no second one, and no change of the policy that it is compared with', async () => {
    const tenantId = tenant();
    const started = await Promise.all([start(tenantId), start(tenantId), start(tenantId)]);
    expect(started.map(({ code }) => code).sort()).toEqual(['CONFLICT', 'CONFLICT', undefined]);
    const { errors } = await router.ask(
      tenantId,
      'mutation { updateRoutingPolicy(input: { errorCost: "1", expectedVersion: 1 }) { version } }',
    );
    expect([errors?.[0]?.extensions.code, errors?.[0]?.message]).toEqual(['CONFLICT', expect.stringMatching(/roll it back/)]);
  });

  it('is started once for one idempotency key', async () => {
    const tenantId = tenant();
    const input = { idempotencyKey: newId() };
    const [first, again] = [await start(tenantId, input), await start(tenantId, input)];
    expect(again.canary?.id).toBe(first.canary?.id);
    expect((await start(tenantId, { ...input, share: 0.05 })).code).toBe('IDEMPOTENCY_CONFLICT');
  });

  it.each([
    ['a share below the least', { share: 0.04 }, 'BAD_USER_INPUT'],
    ['a share above the most', { share: 0.11 }, 'BAD_USER_INPUT'],
    ['no planned request', { plannedRequests: 0 }, 'BAD_USER_INPUT'],
    ['a tier that is not there', { policy: { errorCost: '1', tiers: ['huge'], expectedVersion: 1 } }, 'BAD_USER_INPUT'],
    ['a policy that has moved on', { policy: { errorCost: '1', expectedVersion: 7 } }, 'CONFLICT'],
  ])('is refused with %s', async (_what, input, code) => {
    const tenantId = tenant();
    expect((await start(tenantId, input)).code).toBe(code);
    expect((await shown(tenantId))?.canary).toBeNull();
  });
});
