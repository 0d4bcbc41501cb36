import type { Tx } from '@switchyard/database/database';
import { Decimal, sum, ZERO } from '@switchyard/kernel/decimal';
import type { TenantId } from '@switchyard/kernel/ids';
import { z } from 'zod';
import type { Plan, PlanId } from '../domain/plan.ts';
import { DEFAULT_LIMITS, type PlanLimits } from '../domain/plan-limits.ts';
import { rate } from '../domain/pricing/tariff.ts';
import type { QuotaRule, TenantLimits } from '../domain/quota.ts';
import { stretchAt } from '../domain/stretch.ts';
import { PlanEntity } from './entities.ts';
import { scheduleOf } from './plan-changes.ts';
import { plansById } from './plans.ts';
import { BudgetEntity } from './quota-entities.ts';

const amount = z
  .string()
  .regex(/^\d+(\.\d{1,18})?$/)
  .transform((text) => new Decimal(text));

const rules = z.array(
  z.object({
    meter: z.string(),
    limit: amount,
    period: z.enum(['MINUTE', 'DAY', 'BILLING_PERIOD']),
    enforcement: z.enum(['HARD', 'SOFT']),
    per: z.enum(['TENANT', 'API_KEY', 'END_USER']).default('TENANT'),
  }),
);

const limits = z.object({
  requestsPerMinute: z.int().positive().default(DEFAULT_LIMITS.requestsPerMinute),
  connections: z.int().positive().default(DEFAULT_LIMITS.connections),
  subscriptionsPerConnection: z.int().positive().default(DEFAULT_LIMITS.subscriptionsPerConnection),
});

type Version = { readonly plan: Plan; readonly rules: readonly QuotaRule[]; readonly limits: PlanLimits };

/** A version of a plan never changes: each is read once. */
export type PlanVersions = { of(tx: Tx, id: PlanId): Promise<Version> };

/** @throws z.ZodError for a document that says no quotas. */
export function parseQuotas(document: unknown): readonly QuotaRule[] {
  return rules.parse(document);
}

export function createPlanVersions(): PlanVersions {
  const known = new Map<PlanId, Version>();
  return {
    of: async (tx, id) => {
      const there = known.get(id);
      if (there !== undefined) return there;
      const [plan] = await plansById(tx, [id]);
      const row = await tx.em.findOne(PlanEntity, { id });
      if (plan === undefined || row === null) throw new Error(`there is no plan ${id}`);
      const version = { plan, rules: parseQuotas(row.quotas), limits: limits.parse(row.limits) };
      known.set(id, version);
      return version;
    },
  };
}

type Whose = { readonly tenantId: TenantId; readonly now: Date };

/** All that limits a tenant now. */
export async function tenantLimits(tx: Tx, versions: PlanVersions, { tenantId, now }: Whose): Promise<TenantLimits> {
  const { planId } = stretchAt(await scheduleOf(tx, tenantId), now);
  const { plan, rules: ofPlan } = await versions.of(tx, planId);
  const budget = await tx.em.findOne(BudgetEntity, { tenantId });
  return {
    rules: ofPlan,
    budget: budget === null ? null : { limit: new Decimal(budget.amount), enforcement: budget.enforcement },
    pricedMeters: plan.prices.map((price) => price.meter),
    costOf: (totals) => plan.baseFee.plus(sum(plan.prices.map((price) => rate(price, totals.get(price.meter) ?? ZERO)))),
  };
}

export async function planLimits(tx: Tx, versions: PlanVersions, { tenantId, now }: Whose): Promise<PlanLimits> {
  return (await versions.of(tx, stretchAt(await scheduleOf(tx, tenantId), now).planId)).limits;
}
