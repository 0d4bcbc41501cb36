import type { Tx } from '@switchyard/database/database';
import { Decimal, formatDecimal } from '@switchyard/kernel/decimal';
import { z } from 'zod';
import type { Meter, Plan, PlanId } from '../domain/plan.ts';
import { DEFAULT_FLAGS, type Price, priceFault } from '../domain/pricing/price.ts';
import type { QuotaRule } from '../domain/quota.ts';
import { MeterEntity, PlanEntity, type PlanRow } from './entities.ts';

/** The plan that a new tenant starts on. */
export const DEFAULT_PLAN = 'pay-as-you-go';

const amount = z
  .string()
  .regex(/^\d+(\.\d{1,18})?$/)
  .transform((text) => new Decimal(text));

const price = z
  .object({
    meter: z.string(),
    model: z.enum(['PER_UNIT', 'GRADUATED', 'VOLUME', 'PACKAGE']),
    tiers: z.array(z.object({ upTo: amount.nullable(), unitAmount: amount, flatAmount: amount })),
    includedQuantity: amount,
    packageSize: amount.nullable().default(null),
    minimumAmount: amount.nullable().default(null),
    maximumAmount: amount.nullable().default(null),
    zeroUsage: z.enum(['NOTHING', 'FIRST_TIER']).default(DEFAULT_FLAGS.zeroUsage),
    tierBounds: z.enum(['INCLUSIVE', 'EXCLUSIVE']).default(DEFAULT_FLAGS.tierBounds),
    packageRounding: z.enum(['UP', 'DOWN', 'NEAREST', 'EXACT']).default(DEFAULT_FLAGS.packageRounding),
    rounding: z.enum(['INVOICE', 'LINE']).default(DEFAULT_FLAGS.rounding),
  })
  .superRefine((each, check) => {
    const message = priceFault(each);
    if (message !== null) check.addIssue({ code: 'custom', message });
  });

/** @throws z.ZodError for a document that does not price every quantity. */
export function parsePrices(document: unknown): readonly Price[] {
  return z.array(price).parse(document);
}

export async function plansById(tx: Tx, ids: readonly PlanId[]): Promise<readonly Plan[]> {
  return (await tx.em.find(PlanEntity, { id: { $in: [...ids] } })).map(planOf);
}

/** Null: there is no plan of this code. */
export async function newestPlan(tx: Tx, code: string): Promise<Plan | null> {
  const [row] = await tx.em.find(PlanEntity, { code }, { orderBy: { version: 'desc' }, limit: 1 });
  return row === undefined ? null : planOf(row);
}

/** Of two who publish at once, one waits. */
export async function lockPlans(tx: Tx): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtext('billing.plan'))`);
}

export async function insertPlan(tx: Tx, plan: Plan, quotas: readonly QuotaRule[], publishedAt: Date): Promise<Plan> {
  const { prices, baseFee, ...rest } = plan;
  const documents: { prices: unknown; quotas: unknown } = JSON.parse(JSON.stringify({ prices, quotas }));
  tx.em.persist(tx.em.create(PlanEntity, { ...rest, ...documents, baseFee: formatDecimal(baseFee), limits: {}, publishedAt }));
  await tx.em.flush();
  return plan;
}

/** The newest version of each plan, cheapest base fee first. */
export async function currentPlans(tx: Tx): Promise<Plan[]> {
  const versions = (await tx.em.find(PlanEntity, {}, { orderBy: { version: 'asc' } })).map(planOf);
  const newest = [...new Map(versions.map((plan) => [plan.code, plan])).values()];
  return newest.sort((a, b) => a.baseFee.comparedTo(b.baseFee));
}

/** @throws Error when the plan that every tenant starts on is not there: the database was not migrated. */
export async function defaultPlanId(tx: Tx): Promise<PlanId> {
  const [plan] = await tx.em.find(PlanEntity, { code: DEFAULT_PLAN }, { orderBy: { version: 'desc' }, limit: 1 });
  if (plan === undefined) throw new Error(`there is no plan ${DEFAULT_PLAN}`);
  return plan.id;
}

export async function allMeters(tx: Tx): Promise<Meter[]> {
  const rows = await tx.em.find(MeterEntity, {}, { orderBy: { position: 'asc', code: 'asc' } });
  return rows.map(({ code, description, unit, aggregation, uniqueBy }) => ({
    code,
    description,
    unit,
    aggregation,
    uniqueBy: uniqueBy ?? null,
  }));
}

/** By code. */
export async function meterMap(tx: Tx): Promise<ReadonlyMap<string, Meter>> {
  return new Map((await allMeters(tx)).map((meter) => [meter.code, meter]));
}

function planOf(row: PlanRow): Plan {
  const { id, code, version, name, currency, trialDays, prorationUnit } = row;
  const baseFee = new Decimal(row.baseFee);
  return { id, code, version, name, currency, baseFee, trialDays, prorationUnit, prices: parsePrices(row.prices) };
}
