import { newId, type TenantId } from '@switchyard/kernel/ids';
import { createMemoryPubSub } from '@switchyard/pubsub/memory';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createMeter } from '../commands/create-meter.ts';
import { recordExternalUsage } from '../commands/record-external-usage.ts';
import type { ExternalEvent } from '../domain/external-usage.ts';
import { billingPeriod } from '../domain/period.ts';
import { type BillingPlatform, startBilling } from '../test-support/billing-platform.ts';
import { previewOf } from '../test-support/previews.ts';
import { createPlanVersions } from './quota-limits.ts';
import { usageByBucket } from './usage-totals.ts';

let platform: BillingPlatform;
const services = { versions: createPlanVersions(), pubsub: createMemoryPubSub() };
const NOW = new Date('2026-11-04T00:00:00Z');
const METERS = { s: 'SUM', c: 'COUNT', m: 'MAX', u: 'UNIQUE' } as const;
type Code = keyof typeof METERS;

beforeAll(async () => {
  platform = await startBilling(inject('adminUrl'));
  for (const [code, aggregation] of Object.entries(METERS)) {
    const input = { code, description: code, unit: 'unit', aggregation, uniqueBy: aggregation === 'UNIQUE' ? 'user' : null };
    await platform.database.crossTenant('operator', (tx) => createMeter(tx, input));
  }
});
afterAll(() => platform.close());

const from = new Date('2026-10-30T00:00:00Z');
const time = fc.date({ min: from, max: NOW, noInvalidDate: true });
const step = fc.record({
  meter: fc.constantFrom<Code>('s', 'c', 'm', 'u'),
  at: fc.oneof(time, fc.constantFrom(new Date('2026-11-01T00:00:00Z'), new Date('2026-10-31T23:59:59.999Z'))),
  quantity: fc.integer({ min: 0, max: 9 }),
  user: fc.constantFrom('ann', 'bob', 'cyd'),
  /** Which of the events before it this one replaces, if any is left. */
  replaces: fc.option(fc.nat(), { freq: 2 }),
});
const story = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 30 }),
  batchSize: fc.integer({ min: 1, max: 8 }),
  cut: time,
});

type Told = { code: Code; at: Date; quantity: number; user: string };

/** Sends the story in batches, everything twice; returns the events that stand in the end. */
async function tell(tenantId: TenantId, { steps, batchSize }: { steps: readonly Step[]; batchSize: number }): Promise<Told[]> {
  const standing = new Map<string, Told>();
  for (let start = 0; start < steps.length; start += batchSize) {
    const before = [...standing.keys()];
    const events = steps.slice(start, start + batchSize).map((each, nr): ExternalEvent => {
      const replaces = each.replaces === null || before.length === 0 ? null : before.splice(each.replaces % before.length, 1)[0];
      const id = `e${start + nr}`;
      const quantity = each.meter === 'c' ? 1 : each.quantity;
      if (replaces != null) standing.delete(replaces);
      standing.set(id, { code: each.meter, at: each.at, quantity, user: each.user });
      return {
        id,
        meter: each.meter,
        quantity: String(quantity),
        occurredAt: each.at,
        dimensions: { user: each.user },
        replaces: replaces ?? null,
      };
    });
    for (const accepted of [events.length, 0]) {
      const told = { tenantId, source: 'API' as const, events, now: NOW, apiKeyId: null };
      const outcome = await platform.database.tenant(tenantId, (tx) => recordExternalUsage(services, tx, told));
      expect(outcome).toMatchObject({ accepted, rejected: [] });
    }
  }
  return [...standing.values()];
}
type Step = { meter: Code; at: Date; quantity: number; user: string; replaces: number | null };

/** The truth: what these events come to. */
function totalOf(code: Code, events: readonly Told[]): number {
  const ours = events.filter((each) => each.code === code);
  if (code === 'u') return new Set(ours.map(({ user }) => user)).size;
  if (code === 'm') return Math.max(0, ...ours.map(({ quantity }) => quantity));
  return ours.reduce((total, { quantity }) => total + quantity, 0);
}

function totalsOf(groups: ReadonlyMap<string, readonly Told[]>): Record<string, number> {
  const totals = [...groups].flatMap(([group, events]) =>
    (Object.keys(METERS) as Code[]).map((code) => [`${code} ${group}`, totalOf(code, events)] as const),
  );
  return Object.fromEntries(totals.filter(([, total]) => total !== 0));
}

it('every kind of meter equals what its events come to: late, out of order, told twice, replaced, in any batches', async () => {
  await fc.assert(
    fc.asyncProperty(story, async (told) => {
      const tenantId = newId<TenantId>();
      const events = await tell(tenantId, told);
      for (const range of [
        { from, to: told.cut },
        { from: told.cut, to: new Date(NOW.getTime() + 1) },
      ].filter((each) => each.from < each.to)) {
        for (const granularity of ['MINUTE', 'HOUR', 'DAY', 'MONTH'] as const) {
          const buckets = await platform.database.tenant(tenantId, (tx) =>
            usageByBucket(tx, { range, granularity, meter: null }),
          );
          const inRange = events.filter(({ at }) => at >= range.from && at < range.to);
          const shown = buckets.map(({ at, meter, quantity }) => [`${meter} ${at.toISOString()}`, quantity.toNumber()] as const);
          expect(Object.fromEntries(shown.filter(([, quantity]) => quantity !== 0))).toEqual(
            totalsOf(Map.groupBy(inRange, ({ at }) => startOf(at, granularity))),
          );
        }
      }
      for (const at of [null, told.cut]) await linesEqual(tenantId, events, at);
    }),
    { numRuns: 25 },
  );
}, 120_000);

async function linesEqual(tenantId: TenantId, events: readonly Told[], at: Date | null): Promise<void> {
  const { period, amounts } = await platform.database.tenant(tenantId, (tx) => previewOf(tx, { tenantId, at, now: NOW }));
  const counted = events.filter((each) => {
    return billingPeriod(each.at).start.getTime() === period.start.getTime() && (at === null || each.at < at);
  });
  const lines = amounts.lines.filter(({ meter }) => meter !== null);
  const shown = lines.map(({ meter, quantity }) => [`${meter} `, quantity.toNumber()] as const);
  expect(Object.fromEntries(shown.filter(([, quantity]) => quantity !== 0))).toEqual(totalsOf(new Map([['', counted]])));
}

function startOf(at: Date, granularity: 'MINUTE' | 'HOUR' | 'DAY' | 'MONTH'): string {
  const digits = { MINUTE: 16, HOUR: 13, DAY: 10, MONTH: 7 }[granularity];
  return new Date(`${at.toISOString().slice(0, digits)}${'0000-01-01T00:00:00.000Z'.slice(digits)}`).toISOString();
}
