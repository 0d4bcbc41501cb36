import type { PlatformError } from '@switchyard/kernel/errors';
import { type ModelCallId, newId, type TenantId } from '@switchyard/kernel/ids';
import type { Quotas, Reservation } from '@switchyard/kernel/quotas';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { QuotaLedger } from './commands/quota-ledger.ts';
import { createPlanVersions } from './store/quota-limits.ts';
import type { QuotaStore } from './store/quota-store/quota-store.ts';
import { type BillingPlatform, startBilling } from './test-support/billing-platform.ts';
import { modelCallFinished } from './test-support/events.ts';
import { putOnPlan } from './test-support/quota-plans.ts';

export type QuotaAdapter = {
  readonly adminUrl: string;
  /** A store as each process opens it; all of them are one. */
  open(database: BillingPlatform['database']): Promise<QuotaStore>;
  close?(): Promise<void>;
};

/** Two processes on one store, with a clock that the test sets. */
export function quotaContract(adapter: () => Promise<QuotaAdapter>): void {
  let given: QuotaAdapter;
  let platform: BillingPlatform;
  let [one, other]: [Quotas, Quotas] = [] as never;
  let tenantId: TenantId;
  const LEASE_MS = 60_000;

  beforeAll(async () => {
    given = await adapter();
    platform = await startBilling(given.adminUrl, {}, given.open);
    const clock = { now: () => platform.now };
    const ledger = async () =>
      new QuotaLedger({
        database: platform.database,
        clock,
        versions: createPlanVersions(),
        leaseMs: LEASE_MS,
        store: await given.open(platform.database),
      });
    [one, other] = [await ledger(), await ledger()];
  });
  afterAll(async () => {
    await platform.close();
    await given.close?.();
  });
  beforeEach(() => {
    tenantId = newId<TenantId>();
    platform.now = new Date('2026-11-20T12:00:00Z');
  });

  const reserve = (by: Quotas, key: string, amounts: Reservation['amounts'], more: Partial<Reservation> = {}) =>
    by.reserve({ tenantId, key, amounts, ...more }).then(
      () => 'reserved' as const,
      (error: PlatformError) =>
        error.code === 'QUOTA_EXCEEDED' || error.code === 'RATE_LIMITED' ? error.details : Promise.reject(error),
    );
  /** The usage of a call, as the metering consumer records it. */
  const finish = (modelCallId: string, inputTokens: number, outputTokens = 0) =>
    platform.meter([
      modelCallFinished({ tenantId, at: platform.now, modelCallId: modelCallId as ModelCallId, inputTokens, outputTokens }),
    ]);

  describe('a reservation', () => {
    it('fits up to the limit, in every process, and not beyond it', async () => {
      await putOnPlan(platform.admin, tenantId, [{ meter: 'input_tokens', limit: '100' }]);
      expect(await reserve(one, 'model:a', { input_tokens: 60 })).toBe('reserved');
      expect(await reserve(other, 'model:b', { input_tokens: 41 })).toMatchObject({
        meter: 'input_tokens',
        limit: '100',
        remaining: '40',
        period: 'BILLING_PERIOD',
        resetsAt: '2026-12-01T00:00:00.000Z',
      });
      expect(await reserve(other, 'model:c', { input_tokens: 40 })).toBe('reserved');
      expect(await reserve(one, 'model:d', { input_tokens: 1 })).toMatchObject({ remaining: '0' });
      expect(await reserve(one, 'model:e', { output_tokens: 1_000_000 })).toBe('reserved');
    });

    it('is exact to the last digit', async () => {
      await putOnPlan(platform.admin, tenantId, [{ meter: 'custom_units', limit: '0.3' }]);
      const exact = { custom_units: '0.1' } as unknown as Reservation['amounts'];
      for (const key of ['a', 'b', 'c']) expect(await reserve(one, key, exact)).toBe('reserved');
      expect(await reserve(one, 'd', { custom_units: '0.000000000000000001' } as never)).toMatchObject({ remaining: '0' });
    });

    it('under the same key is one', async () => {
      await putOnPlan(platform.admin, tenantId, [{ meter: 'input_tokens', limit: '100' }]);
      for (const by of [one, other, one]) expect(await reserve(by, 'model:a', { input_tokens: 60 })).toBe('reserved');
      expect(await reserve(one, 'model:b', { input_tokens: 40 })).toBe('reserved');
    });

    it('that does not fit in one of its meters holds nothing', async () => {
      await putOnPlan(platform.admin, tenantId, [
        { meter: 'input_tokens', limit: '100' },
        { meter: 'output_tokens', limit: '10' },
      ]);
      expect(await reserve(one, 'model:a', { input_tokens: 100, output_tokens: 11 })).toMatchObject({ meter: 'output_tokens' });
      expect(await reserve(one, 'model:b', { input_tokens: 100, output_tokens: 10 })).toBe('reserved');
    });

    it('gives back all of it when it is released', async () => {
      await putOnPlan(platform.admin, tenantId, [{ meter: 'input_tokens', limit: '100' }]);
      await reserve(one, 'model:a', { input_tokens: 100 });
      await other.release(tenantId, ['model:a', 'model:never']);
      expect(await reserve(one, 'model:b', { input_tokens: 100 })).toBe('reserved');
    });

    it('gives back what was not used once the usage is recorded, and the usage counts', async () => {
      await putOnPlan(platform.admin, tenantId, [{ meter: 'input_tokens', limit: '100' }]);
      const call = newId();
      await reserve(one, `model:${call}`, { input_tokens: 100 });
      await finish(call, 30);
      expect(await reserve(other, 'model:b', { input_tokens: 71 })).toMatchObject({ remaining: '70' });
      expect(await reserve(one, 'model:c', { input_tokens: 70 })).toBe('reserved');
    });

    it('lapses when whoever made it is gone', async () => {
      await putOnPlan(platform.admin, tenantId, [{ meter: 'input_tokens', limit: '100' }]);
      await reserve(one, 'model:a', { input_tokens: 100 });
      platform.now = new Date(platform.now.getTime() + LEASE_MS - 1);
      expect(await reserve(other, 'model:b', { input_tokens: 1 })).toMatchObject({ remaining: '0' });
      platform.now = new Date(platform.now.getTime() + 1);
      expect(await reserve(other, 'model:b', { input_tokens: 100 })).toBe('reserved');
    });

    it('takes over what another one holds, in the same step', async () => {
      await putOnPlan(platform.admin, tenantId, [{ meter: 'input_tokens', limit: '100' }]);
      await reserve(one, 'episode:e', { input_tokens: 80 });
      expect(await reserve(other, 'model:a', { input_tokens: 101 }, { inPlaceOf: 'episode:e' })).toMatchObject({
        remaining: '100',
      });
      expect(await reserve(other, 'model:a', { input_tokens: 21 })).toMatchObject({ remaining: '20' });
      expect(await reserve(other, 'model:a', { input_tokens: 100 }, { inPlaceOf: 'episode:e' })).toBe('reserved');
      expect(await reserve(one, 'model:b', { input_tokens: 1 })).toMatchObject({ remaining: '0' });
    });

    it('counts in the window of its time alone', async () => {
      await putOnPlan(platform.admin, tenantId, [{ meter: 'requests', limit: '2', period: 'MINUTE' }]);
      expect(await reserve(one, 'route:a', { requests: 2 })).toBe('reserved');
      expect(await reserve(one, 'route:b', { requests: 1 })).toMatchObject({ period: 'MINUTE', retryAfterSeconds: 60 });
      await one.release(tenantId, ['route:a']);
      platform.now = new Date('2026-11-20T12:01:00Z');
      expect(await reserve(one, 'route:b', { requests: 2 })).toBe('reserved');
    });

    it('of one API key or end user leaves the others alone, and its calls count for it', async () => {
      await putOnPlan(platform.admin, tenantId, [
        { meter: 'input_tokens', limit: '100', per: 'API_KEY' },
        { meter: 'input_tokens', limit: '50', per: 'END_USER' },
      ]);
      const of = (apiKeyId: string, endUserId: string) => ({ apiKeyId, endUserId });
      expect(await reserve(one, 'episode:1', { input_tokens: 50 }, of('k1', 'u1'))).toBe('reserved');
      expect(await reserve(one, 'episode:2', { input_tokens: 1 }, of('k2', 'u1'))).toMatchObject({
        per: 'END_USER',
        remaining: '0',
      });
      const call = newId();
      expect(await reserve(other, `model:${call}`, { input_tokens: 45 }, { inPlaceOf: 'episode:1' })).toBe('reserved');
      await finish(call, 45);
      expect(await reserve(one, 'model:x', { input_tokens: 6 }, { inPlaceOf: 'episode:1' })).toMatchObject({
        per: 'END_USER',
        remaining: '5',
      });
      expect(await reserve(one, 'episode:3', { input_tokens: 50 }, of('k1', 'u2'))).toBe('reserved');
      expect(await reserve(one, 'episode:4', { input_tokens: 6 }, of('k1', 'u3'))).toMatchObject({
        per: 'API_KEY',
        remaining: '5',
      });
      expect(await reserve(one, 'episode:5', { input_tokens: 50 }, of('k3', 'u4'))).toBe('reserved');
    });

    it('lets through what a soft limit, or none, is about', async () => {
      await putOnPlan(platform.admin, tenantId, [{ meter: 'input_tokens', limit: '1', enforcement: 'SOFT' }]);
      expect(await reserve(one, 'model:a', { input_tokens: 500, tool_calls: 7 })).toBe('reserved');
    });
  });

  it('a budget is held against what the period costs with everything that is running', async () => {
    await putOnPlan(platform.admin, tenantId, [], ['input_tokens', 'output_tokens']);
    await platform.admin.query(
      `insert into billing.budget (tenant_id, amount, enforcement, updated_at) values ($1, 1.5, 'HARD', now())`,
      [tenantId],
    );
    const call = newId();
    expect(await reserve(one, `model:${call}`, { input_tokens: 50, output_tokens: 50 })).toBe('reserved');
    expect(await reserve(other, 'model:b', { input_tokens: 51 })).toMatchObject({
      quota: 'budget',
      limit: '1.5',
      remaining: '0.5',
    });
    await finish(call, 10, 0);
    expect(await reserve(other, 'model:b', { input_tokens: 140 })).toBe('reserved');
    expect(await reserve(one, 'tool:c', { tool_calls: 1 })).toBe('reserved');
  });

  const STREAMS = Number(process.env.QUOTA_STREAMS ?? 1_000);

  it(`${STREAMS} streams at once, some of which crash, never overshoot a limit, and none is refused while there is room`, async () => {
    const limit = 40_000;
    await putOnPlan(platform.admin, tenantId, [{ meter: 'output_tokens', limit: String(limit) }]);
    const finished: ReturnType<typeof modelCallFinished>[] = [];
    let [used, crashed, refused] = [0, 0, 0];
    const stream = async (nr: number): Promise<void> => {
      const [id, by, worst] = [newId(), nr % 2 === 0 ? one : other, 50 + (nr % 7) * 25];
      const verdict = await reserve(by, `model:${id}`, { output_tokens: worst });
      if (verdict !== 'reserved') {
        refused++;
        expect(Number((verdict as { remaining: string }).remaining)).toBeLessThan(worst);
        return;
      }
      if (nr % 11 === 0) return void crashed++;
      const actual = nr % 3 === 0 ? worst : Math.floor(worst * 0.4);
      used += actual;
      finished.push(
        modelCallFinished({ tenantId, at: platform.now, modelCallId: id as ModelCallId, inputTokens: 0, outputTokens: actual }),
      );
    };
    const overshoot: number[] = [];
    const look = async (): Promise<void> => {
      const { rows } = await platform.admin.query<{ taken: number }>(
        `select (coalesce((select quantity from billing.usage_counter where tenant_id = $1 and meter = 'output_tokens'), 0))::float8 as taken`,
        [tenantId],
      );
      overshoot.push(Math.max(0, (rows[0]?.taken ?? 0) - limit));
    };
    let running = true;
    const metering = (async () => {
      while (running || finished.length > 0) {
        await platform.meter(finished.splice(0, 50));
        await look();
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    await Promise.all(Array.from({ length: STREAMS }, (_, nr) => stream(nr)));
    running = false;
    await metering;
    expect([Math.max(...overshoot), used <= limit]).toEqual([0, true]);
    expect(crashed).toBeGreaterThan(0);
    // What the crashed ones hold comes back, and then exactly what is left fits.
    platform.now = new Date(platform.now.getTime() + LEASE_MS);
    if (limit > used) expect(await reserve(one, 'model:rest', { output_tokens: limit - used })).toBe('reserved');
    expect(await reserve(other, 'model:more', { output_tokens: 1 })).toMatchObject({ remaining: '0' });
    if (STREAMS >= 1_000) expect(refused).toBeGreaterThan(0);
  }, 120_000);
}
