import type { EventEnvelope } from '@switchyard/contracts/envelope';
import { Decimal, sum } from '@switchyard/kernel/decimal';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { computeInvoice } from '../commands/preview-invoice.ts';
import type { billingPeriod } from '../domain/period.ts';
import { costOf } from '../domain/rating.ts';
import { type BillingPlatform, startBilling } from '../test-support/billing-platform.ts';
import { episodeRequested, modelCallFinished, toolCallFinished } from '../test-support/events.ts';
import { previewOf } from '../test-support/previews.ts';
import { plansById } from './plans.ts';
import { recordsOfLine } from './usage-records.ts';
import { usageByBucket } from './usage-totals.ts';

let platform: BillingPlatform;
beforeAll(async () => {
  platform = await startBilling(inject('adminUrl'));
});
afterAll(() => platform.close());

type Raw = { meter: string; quantity: string; occurredAt: Date; runningTotal: string };

/** The truth: what the records say, read around everything that is kept beside them. */
async function rawRecords(tenantId: TenantId): Promise<Raw[]> {
  const { rows } = await platform.admin.query<Raw>(
    `select meter, quantity, occurred_at as "occurredAt", running_total as "runningTotal" from billing.usage_record where tenant_id = $1`,
    [tenantId],
  );
  return rows;
}

const from = new Date('2026-10-29T00:00:00Z');
const to = new Date('2026-11-04T00:00:00Z');
const time = fc.oneof(
  fc.date({ min: from, max: new Date(to.getTime() - 1), noInvalidDate: true }),
  fc.constantFrom('2026-10-31T23:59:59.999Z', '2026-11-01T00:00:00.000Z', '2026-11-02T13:00:00.000Z').map((at) => new Date(at)),
);
const step = fc.record({
  at: time,
  tokens: fc.integer({ min: 0, max: 5000 }),
  kind: fc.constantFrom('episode', 'model', 'tool'),
});

/** Batches as a log may deliver them: shuffled in time, late, and each event perhaps several times. */
const deliveries = fc.array(step, { minLength: 1, maxLength: 40 }).chain((steps) =>
  fc.record({
    steps: fc.constant(steps),
    order: fc.array(fc.nat({ max: steps.length - 1 }), { minLength: steps.length, maxLength: steps.length * 2 }),
    batchSize: fc.integer({ min: 1, max: 15 }),
    cut: time,
  }),
);

function eventsOf(tenantId: TenantId, steps: readonly { at: Date; tokens: number; kind: string }[]): EventEnvelope[] {
  return steps.map(({ at, tokens, kind }) => {
    if (kind === 'episode') return episodeRequested({ tenantId, at });
    if (kind === 'tool') return toolCallFinished({ tenantId, at });
    return modelCallFinished({ tenantId, at, inputTokens: tokens, outputTokens: tokens % 7 });
  });
}

it('totals, lines and costs always equal the raw records: duplicates, shuffles, late events, any batches', async () => {
  platform.now = new Date('2026-11-03T12:00:00Z');
  await fc.assert(
    fc.asyncProperty(deliveries, async ({ steps, order, batchSize, cut }) => {
      const tenantId = newId<TenantId>();
      const events = eventsOf(tenantId, steps);
      const delivered = [...order.flatMap((nr) => events[nr] ?? []), ...events];
      for (let start = 0; start < delivered.length; start += batchSize) {
        await platform.meter(delivered.slice(start, start + batchSize));
      }
      const raw = await rawRecords(tenantId);
      expect(raw.length).toBe(new Set(events.flatMap(meteredOf)).size);
      await bucketsEqualRecords(tenantId, raw, cut);
      await linesEqualRecords(tenantId, raw, cut);
    }),
    { numRuns: 25 },
  );
}, 120_000);

function meteredOf({ id, type, data }: EventEnvelope): string[] {
  if (type !== 'model_call.finished') return [id];
  const { inputTokens, outputTokens } = data as { inputTokens: number; outputTokens: number };
  return [...(inputTokens > 0 ? [`${id} in`] : []), ...(outputTokens > 0 ? [`${id} out`] : [])];
}

async function bucketsEqualRecords(tenantId: TenantId, raw: readonly Raw[], cut: Date): Promise<void> {
  for (const range of [
    { from, to: cut },
    { from: cut, to },
  ].filter((range) => range.from < range.to)) {
    for (const granularity of ['MINUTE', 'HOUR', 'DAY', 'MONTH'] as const) {
      const buckets = await platform.database.tenant(tenantId, (tx) => usageByBucket(tx, { range, granularity, meter: null }));
      const inRange = raw.filter(({ occurredAt }) => occurredAt >= range.from && occurredAt < range.to);
      expect(sumsOf(buckets.map(({ at, meter, quantity }) => [`${meter} ${at.toISOString()}`, quantity]))).toEqual(
        sumsOf(inRange.map(({ meter, occurredAt, quantity }) => [`${meter} ${startOf(occurredAt, granularity)}`, quantity])),
      );
    }
  }
}

function startOf(at: Date, granularity: 'MINUTE' | 'HOUR' | 'DAY' | 'MONTH'): string {
  const digits = { MINUTE: 16, HOUR: 13, DAY: 10, MONTH: 7 }[granularity];
  return new Date(`${at.toISOString().slice(0, digits)}${'0000-01-01T00:00:00.000Z'.slice(digits)}`).toISOString();
}

async function linesEqualRecords(tenantId: TenantId, raw: readonly Raw[], cut: Date): Promise<void> {
  await platform.database.tenant(tenantId, async (tx) => {
    for (const at of [null, cut]) {
      const { snapshot, period, amounts } = await previewOf(tx, { tenantId, at, now: platform.now });
      const counted = raw.filter(({ occurredAt }) => isIn(period, occurredAt) && (at === null || occurredAt < at));
      const metered = amounts.lines.filter(({ meter }) => meter !== null);
      expect(sumsOf(metered.map(({ meter, quantity }) => [String(meter), quantity]))).toEqual(
        sumsOf(counted.map(({ meter, quantity }) => [meter, quantity])),
      );
      const [stretch] = snapshot.stretches;
      const [plan] = await plansById(tx, [stretch?.planId ?? '']);
      if (stretch === undefined || plan === undefined) throw new Error('no stretch');
      for (const { meter, quantity, amount } of metered) {
        const behind = await recordsOfLine(tx, stretch, { meter: String(meter), before: null, limit: 1000 });
        expect(sum(behind.map((record) => new Decimal(record.quantity)))).toEqual(quantity);
        const costs = behind.map((record) =>
          costOf(plan, period, {
            meter: record.meter,
            quantity: new Decimal(record.quantity),
            runningTotal: new Decimal(record.runningTotal),
          }),
        );
        if (at === null) expect(sum(costs)).toEqual(amount);
      }
    }
  });
}

function isIn(period: ReturnType<typeof billingPeriod>, at: Date): boolean {
  return at >= period.start && at < period.end;
}

function sumsOf(entries: readonly (readonly [string, Decimal | string])[]): Record<string, string> {
  const sums = new Map<string, Decimal>();
  for (const [key, quantity] of entries) sums.set(key, (sums.get(key) ?? new Decimal(0)).plus(quantity));
  return Object.fromEntries([...sums].map(([key, total]) => [key, total.toFixed()]));
}

it('a preview stays what it was, however much is recorded after it', async () => {
  platform.now = new Date('2026-11-03T12:00:00Z');
  const tenantId = newId<TenantId>();
  const at = new Date('2026-11-03T11:00:30Z');
  const early = Array.from({ length: 5 }, () => modelCallFinished({ tenantId, at: new Date('2026-11-02T10:00:00.500Z') }));
  await platform.meter(early);
  const read = <T>(work: Parameters<typeof platform.database.tenant<T>>[1]) => platform.database.tenant(tenantId, work);
  for (const until of [null, at]) {
    const before = await read((tx) => previewOf(tx, { tenantId, at: until, now: platform.now }));
    await platform.meter([
      modelCallFinished({ tenantId, at: new Date('2026-11-02T10:00:00.700Z') }),
      toolCallFinished({ tenantId, at }),
    ]);
    const again = await read((tx) => computeInvoice(tx, before.snapshot));
    expect(again.amounts).toEqual(before.amounts);
    const fresh = await read((tx) => previewOf(tx, { tenantId, at: until, now: platform.now }));
    expect(fresh.amounts.lines).not.toEqual(before.amounts.lines);
  }
});
