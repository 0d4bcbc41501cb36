import { Decimal, ZERO } from '@switchyard/kernel/decimal';
import type { QuotaRefusal } from '@switchyard/kernel/quotas';
import { err, ok, type Result } from '@switchyard/kernel/result';
import { billingPeriod } from './period.ts';
import { floorTo, ROLLUPS } from './time-range.ts';

export type QuotaPeriod = 'MINUTE' | 'DAY' | 'BILLING_PERIOD';
/** HARD is never overshot; SOFT lets through, and tells. */
export type QuotaEnforcement = 'HARD' | 'SOFT';
/** Whose usage counts: all of the tenant's, or that of each API key or end user on its own. */
export type QuotaSubject = 'TENANT' | 'API_KEY' | 'END_USER';

export type QuotaRule = {
  readonly meter: string;
  readonly limit: Decimal;
  readonly period: QuotaPeriod;
  readonly enforcement: QuotaEnforcement;
  readonly per: QuotaSubject;
};

/** What a period's usage may cost. */
export type Budget = { readonly limit: Decimal; readonly enforcement: QuotaEnforcement };

/** All that limits a tenant. */
export type TenantLimits = {
  readonly rules: readonly QuotaRule[];
  readonly budget: Budget | null;
  /** What the period's totals cost, by the tenant's plan: what the budget is held against. */
  readonly costOf: (totals: ReadonlyMap<string, Decimal>) => Decimal;
  /** The meters that cost something. */
  readonly pricedMeters: readonly string[];
};

export type Window = { readonly period: QuotaPeriod; readonly start: Date; readonly end: Date };

/** The window of a period that `at` lies in: a clock minute or day in UTC, or the billing period. */
export function windowAt(period: QuotaPeriod, at: Date): Window {
  if (period === 'BILLING_PERIOD') return { period, ...billingPeriod(at) };
  const start = floorTo(at, period);
  return { period, start, end: new Date(start.getTime() + ROLLUPS[period]) };
}

/** What is about to be used, and by whom. */
export type Wish = {
  readonly amounts: ReadonlyMap<string, Decimal>;
  readonly apiKeyId: string | null;
  readonly endUserId: string | null;
};

/** Names whose usage it is: '' is the tenant's. Null where the rule does not concern this usage. */
export function subjectOf(per: QuotaSubject, { apiKeyId, endUserId }: Pick<Wish, 'apiKeyId' | 'endUserId'>): string | null {
  if (per === 'TENANT') return '';
  if (per === 'API_KEY') return apiKeyId === null ? null : `key:${apiKeyId}`;
  return endUserId === null ? null : `user:${endUserId}`;
}

/** What has been used, and what is held for what is running. */
export type QuotaState = {
  used(meter: string, window: Window, subject: string): Decimal;
  held(meter: string, subject: string): Decimal;
};

type Refused = QuotaRefusal & { readonly kind: 'refused' };

/** Whether all of it fits into every hard limit, together with what was used and what is held. */
export function admit(limits: TenantLimits, state: QuotaState, wish: Wish, now: Date): Result<null, Refused> {
  for (const rule of limits.rules) {
    const amount = wish.amounts.get(rule.meter);
    const subject = subjectOf(rule.per, wish);
    if (amount === undefined || amount.isZero() || subject === null || rule.enforcement === 'SOFT') continue;
    const window = windowAt(rule.period, now);
    const taken = state.used(rule.meter, window, subject).plus(state.held(rule.meter, subject));
    if (taken.plus(amount).gt(rule.limit)) return err(refusal(rule, rule.limit.minus(taken), window));
  }
  return withinBudget(limits, state, wish, now);
}

type Limit = { readonly meter: string | null; readonly period: string; readonly per: string; readonly limit: Decimal };

function refusal({ meter, period, per, limit }: Limit, left: Decimal, { start: startsAt, end: resetsAt }: Window): Refused {
  return { kind: 'refused', meter, period, per, limit, remaining: Decimal.max(left, ZERO), startsAt, resetsAt };
}

/** The period's cost with everything that is running at its worst case, by the plan's own tiers: not a price times an amount. */
function withinBudget(limits: TenantLimits, state: QuotaState, wish: Wish, now: Date): Result<null, Refused> {
  const { budget, pricedMeters } = limits;
  if (budget === null || budget.enforcement === 'SOFT') return ok(null);
  if (!pricedMeters.some((meter) => wish.amounts.get(meter)?.isZero() === false)) return ok(null);
  const taken = takenTotals(limits, state, now);
  const before = limits.costOf(taken);
  const after = new Map(taken);
  for (const [meter, amount] of wish.amounts) if (after.has(meter)) after.set(meter, (after.get(meter) ?? ZERO).plus(amount));
  const cost = limits.costOf(after);
  // What costs nothing more is not refused, even when the budget is gone.
  if (cost.lte(budget.limit) || cost.lte(before)) return ok(null);
  const of = { meter: null, period: 'BILLING_PERIOD', per: 'TENANT', limit: budget.limit };
  return err(refusal(of, budget.limit.minus(before), windowAt('BILLING_PERIOD', now)));
}

/** What the priced meters stand at in the billing period, what is held included. */
export function takenTotals({ pricedMeters }: TenantLimits, state: QuotaState, now: Date): ReadonlyMap<string, Decimal> {
  const window = windowAt('BILLING_PERIOD', now);
  return new Map(pricedMeters.map((meter) => [meter, state.used(meter, window, '').plus(state.held(meter, ''))]));
}

/** Shares of a limit that are told of, in percent, once each in a window. */
export const THRESHOLDS = [50, 80, 100] as const;

/** The shares of the limit that this usage has reached; a limit of 0 is reached from the start. */
export function reached(limit: Decimal, used: Decimal): readonly number[] {
  return THRESHOLDS.filter((percent) => used.gt(0) && used.times(100).gte(limit.times(percent)));
}

/** Whether a hard limit may keep anybody from using this meter. */
export function isLimited({ rules, budget, pricedMeters }: TenantLimits, meter: string): boolean {
  if (rules.some((rule) => rule.meter === meter && rule.enforcement === 'HARD')) return true;
  return budget?.enforcement === 'HARD' && pricedMeters.includes(meter);
}

/** How a limit stands, for people. */
export type QuotaStatus = {
  /** "budget" for what may be spent. */
  readonly meter: string;
  readonly period: QuotaPeriod;
  readonly per: QuotaSubject;
  readonly limit: Decimal;
  readonly used: Decimal;
  /** Not used, and not held for what is running. */
  readonly remaining: Decimal;
  readonly resetsAt: Date;
  readonly enforcement: QuotaEnforcement;
  /** The share of the limit that was reached just now; null where it is only asked how it stands. */
  readonly percent: number | null;
};

/** The limits of these meters, as they stand; those of end users are theirs, and not shown here. */
export function statusesOf(
  limits: TenantLimits,
  state: QuotaState,
  asked: { readonly apiKeyId: string | null; readonly now: Date },
): readonly QuotaStatus[] {
  const { apiKeyId, now } = asked;
  const ofRules = limits.rules.flatMap((rule): QuotaStatus[] => {
    const subject = subjectOf(rule.per, { apiKeyId, endUserId: null });
    if (subject === null) return [];
    const window = windowAt(rule.period, now);
    const used = state.used(rule.meter, window, subject);
    const left = rule.limit.minus(used).minus(state.held(rule.meter, subject));
    return [{ ...rule, used, remaining: Decimal.max(left, ZERO), resetsAt: window.end, percent: null }];
  });
  return [...ofRules, ...budgetStatus(limits, state, now)];
}

/** The meter's name under which the budget is told of. */
export const BUDGET = 'budget';

function budgetStatus(limits: TenantLimits, state: QuotaState, now: Date): QuotaStatus[] {
  const { budget, pricedMeters } = limits;
  if (budget === null) return [];
  const window = windowAt('BILLING_PERIOD', now);
  const used = limits.costOf(new Map(pricedMeters.map((meter) => [meter, state.used(meter, window, '')])));
  const taken = limits.costOf(takenTotals(limits, state, now));
  const remaining = Decimal.max(budget.limit.minus(taken), ZERO);
  const { limit, enforcement } = budget;
  const of = { meter: BUDGET, period: window.period, per: 'TENANT' as const, percent: null };
  return [{ ...of, limit, used, remaining, resetsAt: window.end, enforcement }];
}

/** What has to be known to tell how the limits stand. */
export function windowsOf(
  limits: TenantLimits,
  asked: { readonly apiKeyId: string | null; readonly now: Date },
): { readonly meter: string; readonly window: Window; readonly subject: string }[] {
  const { apiKeyId, now } = asked;
  const ofRules = limits.rules.flatMap((rule) => {
    const subject = subjectOf(rule.per, { apiKeyId, endUserId: null });
    return subject === null ? [] : [{ meter: rule.meter, window: windowAt(rule.period, now), subject }];
  });
  const window = windowAt('BILLING_PERIOD', now);
  return [...ofRules, ...(limits.budget === null ? [] : limits.pricedMeters.map((meter) => ({ meter, window, subject: '' })))];
}
