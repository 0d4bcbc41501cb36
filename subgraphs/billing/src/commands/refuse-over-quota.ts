import type { Tx } from '@switchyard/database/database';
import { Decimal, sum, ZERO } from '@switchyard/kernel/decimal';
import type { TenantId } from '@switchyard/kernel/ids';
import { quotaError } from '@switchyard/kernel/quotas';
import type { UsageRecord } from '../domain/allocation.ts';
import { isLimited, subjectOf, type TenantLimits, takenTotals, type Window, windowAt } from '../domain/quota.ts';
import { type PlanVersions, tenantLimits } from '../store/quota-limits.ts';
import { lockQuotas, viewOf } from '../store/quota-store/postgres.ts';
import type { QuotaView } from '../store/quota-store/quota-store.ts';
import { addSubjectUsage } from '../store/quota-usage.ts';

export type QuotaGuard = {
  /**
   * Looks at what the limits stand at with the new records in.
   * @throws PlatformError QUOTA_EXCEEDED, RATE_LIMITED.
   */
  check(records: readonly UsageRecord[], apiKeyId: string | null): Promise<void>;
};

/**
 * For usage that comes without a reservation, within its own transaction: takes the sole right to change what is used of the
 * tenant's limits before, and looks at them after the records are in; when one is overshot it throws, and nothing of the call
 * is kept. So it holds for every kind of meter, the largest and the distinct values too.
 */
export async function guardQuotas(
  tx: Tx,
  { versions, tenantId, now }: { readonly versions: PlanVersions; readonly tenantId: TenantId; readonly now: Date },
  meters: readonly string[],
): Promise<QuotaGuard> {
  const limits = await tenantLimits(tx, versions, { tenantId, now });
  if (!meters.some((meter) => isLimited(limits, meter))) return { check: async () => {} };
  await lockQuotas(tx, tenantId);
  return {
    check: async (records, apiKeyId) => {
      if (apiKeyId !== null && limits.rules.some((rule) => rule.per === 'API_KEY')) {
        await addSubjectUsage(
          tx,
          records.map((record) => usedBy(`key:${apiKeyId}`, record)),
        );
      }
      await refuseOverQuota(tx, { limits, tenantId, now, apiKeyId }, records);
    },
  };
}

function usedBy(subject: string, { tenantId, meter, counted, occurredAt }: UsageRecord) {
  return { tenantId, subject, meter, quantity: counted, at: occurredAt };
}

type Checking = {
  readonly limits: TenantLimits;
  readonly tenantId: TenantId;
  readonly now: Date;
  readonly apiKeyId: string | null;
};

async function refuseOverQuota(tx: Tx, checking: Checking, records: readonly UsageRecord[]): Promise<void> {
  const { limits, tenantId, now, apiKeyId } = checking;
  const touched = limits.rules.flatMap((rule) => {
    const subject = subjectOf(rule.per, { apiKeyId, endUserId: null });
    if (rule.enforcement === 'SOFT' || subject === null) return [];
    const own = records.filter((record) => record.meter === rule.meter);
    const inWindows = Map.groupBy(own, ({ occurredAt }) => windowAt(rule.period, occurredAt).start.getTime());
    return [...inWindows].map(([start, within]) => {
      return { rule, meter: rule.meter, window: windowAt(rule.period, new Date(start)), subject, added: countedOf(within) };
    });
  });
  const period = windowAt('BILLING_PERIOD', now);
  const priced = limits.budget === null ? [] : limits.pricedMeters.map((meter) => ({ meter, window: period, subject: '' }));
  const view = await viewOf(tx, { tenantId, now, windows: [...touched, ...priced], keys: [] });
  for (const { rule, meter, window, subject, added } of touched) {
    const taken = view.used(meter, window, subject).plus(isNow(window, now) ? view.held(meter, subject) : ZERO);
    if (added.lte(0) || taken.lte(rule.limit)) continue;
    const remaining = Decimal.max(rule.limit.minus(taken).plus(added), ZERO);
    throw quotaError({ ...rule, remaining, startsAt: window.start, resetsAt: window.end }, now);
  }
  refuseOverBudget(checking, records, view);
}

function refuseOverBudget({ limits, now }: Checking, records: readonly UsageRecord[], view: QuotaView): void {
  const { budget } = limits;
  if (budget === null || budget.enforcement === 'SOFT') return;
  const period = windowAt('BILLING_PERIOD', now);
  const own = records.filter(({ occurredAt }) => occurredAt >= period.start && occurredAt < period.end);
  const added = Map.groupBy(own, (record) => record.meter);
  const after = takenTotals(limits, view, now);
  const before = new Map([...after].map(([meter, total]) => [meter, total.minus(countedOf(added.get(meter) ?? []))]));
  const [cost, stood] = [limits.costOf(after), limits.costOf(before)];
  if (cost.lte(budget.limit) || cost.lte(stood)) return;
  const remaining = Decimal.max(budget.limit.minus(stood), ZERO);
  const of = {
    meter: null,
    period: period.period,
    per: 'TENANT',
    limit: budget.limit,
    remaining,
    startsAt: period.start,
    resetsAt: period.end,
  };
  throw quotaError(of, now);
}

function countedOf(records: readonly UsageRecord[]): Decimal {
  return sum(records.map((record) => record.counted));
}

function isNow({ start, end }: Window, now: Date): boolean {
  return now >= start && now < end;
}
