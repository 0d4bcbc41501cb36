import type { TenantId } from '@switchyard/kernel/ids';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { RELATIVE_ERROR } from './domain/ddsketch.ts';
import { FIRST_MINUTE, MINUTES, type Stream, streams } from './test-support/event-streams.ts';
import { createHarness, type Harness } from './test-support/harness.ts';
import { exactQuantile, recompute } from './test-support/recompute.ts';

type Money = { readonly amount: string };
type Kpis = Record<string, unknown> & {
  readonly cost: Money;
  readonly expectedCost: Money;
  readonly savings: Money;
  readonly tierDistribution: readonly { readonly tier: string; readonly share: number }[];
};

const KPIS = `query ($range: TimeRange!) { kpis(range: $range) {
  sessions episodes successRate escalationRate misrouteRate toolCalls toolCallFailureRate compensations inputTokens outputTokens
  cost { amount } expectedCost { amount } savings { amount }
  latencyP50Ms latencyP95Ms latencyP99Ms routerLatencyP50Ms routerLatencyP99Ms tierDistribution { tier share } feedbackScore asOf
} }`;

const ranges = fc
  .tuple(fc.nat({ max: MINUTES }), fc.nat({ max: MINUTES }))
  .filter(([a, b]) => a !== b)
  .map(([a, b]) => ({ from: FIRST_MINUTE + Math.min(a, b) * 60_000, to: FIRST_MINUTE + Math.max(a, b) * 60_000 }));
const WHOLE = { from: FIRST_MINUTE, to: FIRST_MINUTE + (MINUTES + 1) * 60_000 };

/** A counterexample is shown before the test runs out of time, though perhaps not the smallest. */
const LIMITS = { interruptAfterTimeLimit: 150_000, markInterruptAsFailure: true };

describe('the projection', () => {
  let live: Harness;
  let rebuilt: Harness;
  beforeAll(async () => {
    [live, rebuilt] = await Promise.all([createHarness(inject('adminUrl')), createHarness(inject('adminUrl'))]);
  });
  afterAll(async () => {
    await Promise.all([live.close(), rebuilt.close()]);
  });

  const timeRange = (range: { from: number; to: number }) => ({
    range: { from: new Date(range.from).toISOString(), to: new Date(range.to).toISOString() },
  });
  const readKpis = async (tenantId: TenantId, range: { from: number; to: number }): Promise<Kpis> => {
    const { data, errors } = await live.request({ tenantId, scopes: ['ANALYTICS_READ'] }, KPIS, timeRange(range));
    expect(errors).toBeUndefined();
    return data?.kpis as Kpis;
  };
  const feed = async (stream: Stream): Promise<void> => {
    for (const [index, batch] of stream.batches.entries()) {
      if (stream.crashes[index % stream.crashes.length] === true) await live.crash(batch);
      await live.deliver(batch);
    }
  };
  const expectExact = async (stream: Stream, range: { from: number; to: number }): Promise<void> => {
    for (const tenantId of stream.tenants) {
      const kpis = await readKpis(tenantId, range);
      const mine = stream.events.filter((event) => event.tenantid === tenantId);
      const { latencies, routerLatencies, tierShares, ...exact } = recompute(mine, range);
      const { cost, expectedCost, savings, tierDistribution, ...figures } = kpis;
      expect({ ...figures, cost: cost.amount, expectedCost: expectedCost.amount, savings: savings.amount }).toMatchObject(exact);
      expect(Object.fromEntries(tierDistribution.map(({ tier, share }) => [tier, share]))).toEqual(tierShares);
      expectQuantile(kpis.latencyP50Ms, exactQuantile(latencies, 0.5));
      expectQuantile(kpis.latencyP95Ms, exactQuantile(latencies, 0.95));
      expectQuantile(kpis.latencyP99Ms, exactQuantile(latencies, 0.99));
      expectQuantile(kpis.routerLatencyP50Ms, exactQuantile(routerLatencies, 0.5));
      expectQuantile(kpis.routerLatencyP99Ms, exactQuantile(routerLatencies, 0.99));
    }
  };

  it('comes to the KPIs of the raw events, however these are shuffled, repeated, cut into batches and interrupted', async () => {
    await fc.assert(
      fc.asyncProperty(streams, ranges, async (stream, range) => {
        await feed(stream);
        await expectExact(stream, WHOLE);
        await expectExact(stream, range);
      }),
      { ...LIMITS, numRuns: 30 },
    );
  }, 180_000);

  it('rebuilds to the same bytes from the same events in another order', async () => {
    await fc.assert(
      fc.asyncProperty(streams, async (stream) => {
        await feed(stream);
        await rebuilt.deliver(stream.events);
        const of = async (harness: Harness) =>
          (await harness.dump()).filter((row) => stream.tenants.some((tenantId) => row.includes(tenantId)));
        expect(await of(live)).toEqual(await of(rebuilt));
      }),
      { ...LIMITS, numRuns: 20 },
    );
  }, 180_000);

  it('loses nothing when consumers work on the same tenants side by side', async () => {
    await fc.assert(
      fc.asyncProperty(streams, async (stream) => {
        await Promise.all(stream.batches.map((batch) => live.deliver(batch)));
        await expectExact(stream, WHOLE);
      }),
      { ...LIMITS, numRuns: 15 },
    );
  }, 180_000);
});

function expectQuantile(estimate: unknown, exact: number | null): void {
  if (exact === null) expect(estimate).toBeNull();
  else expect(Math.abs(Number(estimate) - exact)).toBeLessThanOrEqual(Math.max(exact * RELATIVE_ERROR, 1e-6));
}
