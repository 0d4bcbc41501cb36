import { Decimal, sum } from '@switchyard/kernel/decimal';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { changePlan } from './commands/change-plan.ts';
import { closePeriod } from './commands/close-period.ts';
import { previewInvoice } from './commands/preview-invoice.ts';
import { publishPlan } from './commands/publish-plan.ts';
import { recordUsage } from './commands/record-usage.ts';
import type { Plan } from './domain/plan.ts';
import type { Price } from './domain/pricing/price.ts';
import { costOf } from './domain/rating.ts';
import { stretchAt } from './domain/stretch.ts';
import type { Usage } from './domain/usage.ts';
import { type IssuedInvoice, linesOf } from './store/invoices.ts';
import { scheduleOf } from './store/plan-changes.ts';
import { plansById } from './store/plans.ts';
import { type BillingPlatform, startBilling } from './test-support/billing-platform.ts';
import { NO_TERMS } from './test-support/pricing.ts';

/** Usage events in all; EXACTNESS_EVENTS=1000000 is the size that the README tells of. */
const EVENTS = Number(process.env.EXACTNESS_EVENTS ?? 6_000);
const TENANTS = Number(process.env.EXACTNESS_TENANTS ?? (EVENTS >= 100_000 ? 200 : 30));
const BATCH = 500;
const METERS = ['requests', 'input_tokens', 'custom_units'] as const;
const [OCTOBER_END, NOVEMBER_END] = [new Date('2026-11-01T00:00:00Z'), new Date('2026-12-01T00:00:00Z')];
/** When plans change, between two waves of usage. */
const WAVES = ['2026-11-08T03:04:05.678Z', '2026-11-15T12:00:00Z', '2026-11-22T23:59:59.999Z', '2026-11-30T23:59:59.999Z'].map(
  (at) => new Date(at),
);

let platform: BillingPlatform;
beforeAll(async () => {
  platform = await startBilling(inject('adminUrl'));
});
afterAll(() => platform.close());

/** The same numbers at every run (mulberry32). */
function randomly(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
const random = randomly(20_261_125);
const pick = <T>(from: readonly [T, ...T[]]): T => from[Math.floor(random() * from.length)] ?? from[0];
const between = (from: Date, to: Date): Date => new Date(from.getTime() + Math.floor(random() * (to.getTime() - from.getTime())));

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => [random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

function usageOf(tenantId: TenantId, occurredAt: Date): Usage {
  const meter = pick(METERS);
  const quantity =
    meter === 'requests'
      ? new Decimal(1)
      : new Decimal(Math.floor(random() * 5_000_000)).div(meter === 'input_tokens' ? 1 : 1_000);
  const none = { sessionId: null, episodeId: null, toolCallId: null, reverses: null, cause: null, estimated: false };
  return { tenantId, meter, quantity, occurredAt, source: 'API', sourceId: newId(), dimensions: {}, ...none };
}

/** One plan of each kind: what is marginal, what falls when a tier is crossed, what has bounds, what has a fee for nothing. */
async function publishPlans(): Promise<readonly [string, ...string[]]> {
  const D = (value: string) => new Decimal(value);
  const tiers = (...rows: readonly (readonly [string | null, string, string])[]) =>
    rows.map(([upTo, unit, flat]) => ({ upTo: upTo === null ? null : D(upTo), unitAmount: D(unit), flatAmount: D(flat) }));
  const steps = tiers(['40', '0.0101', '1'], ['400', '0.0077', '2'], [null, '0.003', '0']);
  const shapes: Readonly<Record<string, Partial<Price>>> = {
    'x-graduated': { model: 'GRADUATED', tiers: steps, includedQuantity: D('7') },
    'x-volume': { model: 'VOLUME', tiers: steps, zeroUsage: 'FIRST_TIER', tierBounds: 'EXCLUSIVE' },
    'x-package': { model: 'PACKAGE', packageSize: D('33'), tiers: tiers(['3', '1.01', '0'], [null, '0.77', '0.5']) },
    'x-bounded': { minimumAmount: D('3'), maximumAmount: D('9.99'), rounding: 'LINE', tiers: tiers([null, '0.000123', '0']) },
  };
  for (const [code, shape] of Object.entries(shapes)) {
    const prices = METERS.map((meter): Price => {
      return { ...NO_TERMS, model: 'PER_UNIT', tiers: [], includedQuantity: D('0'), ...shape, meter };
    });
    const plan = {
      code,
      name: code,
      currency: 'USD',
      baseFee: D('10.01'),
      trialDays: 0,
      prorationUnit: 'SECOND' as const,
      prices,
    };
    await platform.database.crossTenant('operator', (tx) => publishPlan(tx, plan, platform.now));
  }
  return ['x-graduated', 'x-volume', 'x-package', 'x-bounded', 'scale'];
}

/** Delivers at least once, two writers at a time; every seventh batch dies before it commits, and comes again. */
async function deliver(usage: readonly Usage[]): Promise<void> {
  const duplicated = shuffled([...usage, ...usage.filter(() => random() < 0.05)]);
  const batches = Array.from({ length: Math.ceil(duplicated.length / BATCH) }, (_, nr) =>
    duplicated.slice(nr * BATCH, (nr + 1) * BATCH),
  );
  const writer = async (): Promise<void> => {
    for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
      const told = batch;
      const dies = random() < 1 / 7;
      const record = () =>
        platform.database.crossTenant('consumer', async (tx) => {
          await recordUsage(tx, told, platform.now);
          if (dies && !died.has(told)) {
            died.add(told);
            throw new Error('killed');
          }
        });
      await record().catch(record);
    }
  };
  const died = new Set<readonly Usage[]>();
  await Promise.all([writer(), writer()]);
}

async function live(tenants: readonly TenantId[], plans: readonly [string, ...string[]]): Promise<readonly Usage[]> {
  const told: Usage[] = [];
  const tell = async (usage: readonly Usage[]): Promise<void> => {
    told.push(...usage);
    await deliver(usage);
  };
  const someone = () => pick(tenants as readonly [TenantId, ...TenantId[]]);
  const each = Math.floor(EVENTS / (WAVES.length + 1));
  platform.now = new Date(OCTOBER_END.getTime() - 1);
  await tell(Array.from({ length: each }, () => usageOf(someone(), between(new Date('2026-10-01'), OCTOBER_END))));
  platform.now = OCTOBER_END;
  await Promise.all(tenants.map((tenantId) => close(tenantId, OCTOBER_END)));
  for (const [nr, until] of WAVES.entries()) {
    platform.now = until;
    const from = WAVES[nr - 1] ?? OCTOBER_END;
    await tell(
      Array.from({ length: each }, () => {
        const kind = random();
        // 5 % for the closed period, some for stretches that are over, the rest for the one that is running.
        if (kind < 0.05) return usageOf(someone(), between(new Date('2026-10-05'), OCTOBER_END));
        return usageOf(someone(), between(kind < 0.15 ? OCTOBER_END : from, until));
      }),
    );
    if (nr === WAVES.length - 1) continue;
    for (const tenantId of tenants.filter(() => random() < 0.4)) {
      const change = { tenantId, planCode: pick(plans), when: 'NOW' as const, now: platform.now };
      await platform.database.tenant(tenantId, (tx) => changePlan(tx, change));
    }
  }
  return told;
}

async function close(tenantId: TenantId, periodEnd: Date): Promise<IssuedInvoice> {
  return await platform.database.tenant(tenantId, (tx) => closePeriod(tx, { tenantId, periodEnd, now: platform.now }));
}

type Raw = { seq: number; quantity: string; counted: string; running: string };

/** What the rated records behind the lines of an invoice come to, line by line; each must be the line's amount to the last digit. */
async function checkLines(invoice: IssuedInvoice): Promise<void> {
  const { tenantId } = invoice;
  await platform.database.tenant(tenantId, async (tx) => {
    const lines = await linesOf(tx, [invoice.id]);
    expect(sum(lines.map(({ amount }) => new Decimal(amount))).eq(invoice.subtotal)).toBe(true);
    const schedule = await scheduleOf(tx, tenantId);
    for (const { meter, stretchStart, afterSeq, upToSeq, amount, quantity } of lines) {
      if (meter == null || stretchStart == null) continue;
      const records = await tx.query<Raw>(
        `select quantity, counted, running_total as running from billing.usage_record
          where tenant_id = $1 and meter = $2 and period_start = $3 and seq > $4 and seq <= $5`,
        [tenantId, meter, stretchStart, afterSeq, upToSeq],
      );
      const stretch = stretchAt(schedule, stretchStart);
      const [plan] = (await plansById(tx, [stretch.planId])) as [Plan];
      const costs = records.map(({ counted, running }) =>
        costOf(plan, stretch, { meter, quantity: new Decimal(counted), runningTotal: new Decimal(running) }),
      );
      expect(records).toHaveLength((upToSeq ?? 0) - (afterSeq ?? 0));
      expect(sum(costs).minus(amount).toFixed()).toBe('0');
      expect(
        sum(records.map((record) => new Decimal(record.quantity)))
          .minus(quantity)
          .toFixed(),
      ).toBe('0');
    }
  });
}

function totals(usage: readonly { tenantId: string; meter: string; quantity: Decimal }[]): Record<string, string> {
  const groups = Map.groupBy(usage, ({ tenantId, meter }) => `${tenantId} ${meter}`);
  return Object.fromEntries([...groups].map(([key, of]) => [key, sum(of.map(({ quantity }) => quantity)).toFixed()]));
}

it(`${EVENTS} events of ${TENANTS} tenants, doubled, late, shuffled, with writers that die and plans that change: lines − records = 0`, async () => {
  const plans = await publishPlans();
  const tenants = Array.from({ length: TENANTS }, () => newId<TenantId>());
  const told = await live(tenants, plans);
  const previews = new Map<TenantId, Awaited<ReturnType<typeof previewInvoice>>>();
  for (const tenantId of tenants) {
    const asked = { tenantId, at: NOVEMBER_END, now: platform.now };
    previews.set(tenantId, await platform.database.tenant(tenantId, (tx) => previewInvoice(tx, asked)));
  }
  platform.now = NOVEMBER_END;
  for (const tenantId of tenants) {
    const issued = await close(tenantId, NOVEMBER_END);
    const preview = previews.get(tenantId);
    if (preview === undefined || !('snapshot' in preview)) throw new Error('no preview');
    const lines = await platform.database.tenant(tenantId, (tx) => linesOf(tx, [issued.id]));
    expect(lines.map(({ key, amount, quantity }) => [key, Number(amount), Number(quantity)])).toEqual(
      preview.amounts.lines.map(({ key, amount, quantity }) => [key, amount.toNumber(), quantity.toNumber()]),
    );
    expect(preview.amounts.total.minus(issued.total).toFixed()).toBe('0');
    await checkLines(issued);
    await checkLines(await close(tenantId, OCTOBER_END));
  }
  const { rows } = await platform.admin.query<{ tenantId: string; meter: string; quantity: string }>(
    `select tenant_id as "tenantId", meter, quantity from billing.invoice_line where meter is not null`,
  );
  expect(totals(rows.map((row) => ({ ...row, quantity: new Decimal(row.quantity) })))).toEqual(totals(told));
  const { rows: places } = await platform.admin.query<{ lines: number; records: number }>(
    `select lines, count(*)::int as records from (
       select record.id, count(line.id)::int as lines from billing.usage_record as record left join billing.invoice_line as line
           on line.tenant_id = record.tenant_id and line.meter = record.meter and line.stretch_start = record.period_start
          and line.after_seq < record.seq and line.up_to_seq >= record.seq group by record.id) as placed group by lines`,
  );
  expect(places).toEqual([{ lines: 1, records: told.length }]);
}, 3_600_000);
