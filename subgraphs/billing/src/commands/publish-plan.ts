import type { Tx } from '@switchyard/database/database';
import { type Decimal, formatDecimal } from '@switchyard/kernel/decimal';
import { badInput } from '@switchyard/kernel/errors';
import { newId } from '@switchyard/kernel/ids';
import { minorDigits } from '../domain/currency.ts';
import type { Plan } from '../domain/plan.ts';
import { type Price, priceFault } from '../domain/pricing/price.ts';
import type { QuotaRule } from '../domain/quota.ts';
import { allMeters, insertPlan, lockPlans, newestPlan } from '../store/plans.ts';

/** Everything that a plan says; its version follows from those that are there. */
export type NewPlan = Omit<Plan, 'id' | 'version'>;

const CODE = /^[a-z0-9][a-z0-9-]{0,62}$/;

/**
 * The next version of a plan, or the first of a new one. Tenants stay on theirs until they are moved; new tenants start on the
 * newest version of the default plan.
 * @throws PlatformError BAD_USER_INPUT for a plan that cannot price everything that it names.
 */
export async function publishPlan(
  tx: Tx,
  { quotas = [], ...plan }: NewPlan & { readonly quotas?: readonly QuotaRule[] },
  now: Date,
): Promise<Plan> {
  const meters = new Set((await allMeters(tx)).map((meter) => meter.code));
  const fault = planFault(plan, meters) ?? quotaFault(quotas, meters);
  if (fault !== null) throw badInput(`The plan cannot be published: ${fault}.`, 'input');
  await lockPlans(tx);
  const version = ((await newestPlan(tx, plan.code))?.version ?? 0) + 1;
  return await insertPlan(tx, { ...plan, id: newId(), version }, quotas, now);
}

function quotaFault(quotas: readonly QuotaRule[], meters: ReadonlySet<string>): string | null {
  const unknown = quotas.find(({ meter }) => !meters.has(meter));
  if (unknown !== undefined) return `there is no meter ${unknown.meter.slice(0, 64)}`;
  const negative = quotas.find(({ limit }) => limit.lt(0));
  if (negative !== undefined) return `the limit of ${negative.meter} is negative`;
  const names = quotas.map(({ meter, period, per, enforcement }) => `${enforcement} limit of ${meter} by ${period} and ${per}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? null : `there are two of: ${twice}`;
}

function planFault(plan: NewPlan, meters: ReadonlySet<string>): string | null {
  if (!CODE.test(plan.code)) return '`code` is made of lower-case letters, digits and hyphens, up to 63 of them';
  if (plan.name.trim() === '' || plan.name.length > 100) return '`name` has 1 to 100 characters';
  if (!Intl.supportedValuesOf('currency').includes(plan.currency))
    return `${plan.currency.slice(0, 8)} is no currency of ISO 4217`;
  if (plan.baseFee.decimalPlaces() > minorDigits(plan.currency))
    return `the base fee has more digits than ${plan.currency} can be paid with`;
  if (plan.trialDays < 0 || plan.trialDays > 366) return '`trialDays` is 0 to 366';
  const codes = plan.prices.map((price) => price.meter);
  const twice = codes.find((code, index) => codes.indexOf(code) !== index);
  if (twice !== undefined) return `${twice} has two prices`;
  for (const price of plan.prices) {
    if (!meters.has(price.meter)) return `there is no meter ${price.meter.slice(0, 64)}`;
    const fault = negativeAmount(price) ?? priceFault(price);
    if (fault !== null) return `${price.meter}: ${fault}`;
  }
  return plan.baseFee.lt(0) ? 'the base fee is negative' : null;
}

function negativeAmount({ tiers, includedQuantity, minimumAmount, maximumAmount }: Price): string | null {
  const amounts: (Decimal | null)[] = [includedQuantity, minimumAmount, maximumAmount];
  const negative = [...amounts, ...tiers.flatMap((tier) => [tier.unitAmount, tier.flatAmount])].find((amount) => amount?.lt(0));
  return negative == null ? null : `an amount is negative: ${formatDecimal(negative)}`;
}
