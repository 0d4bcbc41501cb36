import type { Tx } from '@switchyard/database/database';
import { notFound, PlatformError } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import { billingPeriod } from '../domain/period.ts';
import type { Plan } from '../domain/plan.ts';
import { stretchAt } from '../domain/stretch.ts';
import { openAccounts } from '../store/accounts.ts';
import { lastOccurrence, saveChange, scheduleOf } from '../store/plan-changes.ts';
import { newestPlan, plansById } from '../store/plans.ts';
import { lockAccounts } from '../store/usage-ledger.ts';

/**
 * Moves a tenant to the newest version of a plan: at the period's end, or now, which ends the stretch that is running. What
 * was used before stays under the plan before; the base fee, included units and bounds of both count in proportion. It takes
 * the place of a change that was planned before.
 * @throws PlatformError NOT_FOUND for a plan that is not there; CONFLICT for one in another currency once there is usage.
 */
export async function changePlan(
  tx: Tx,
  asked: { readonly tenantId: TenantId; readonly planCode: string; readonly when: 'NOW' | 'PERIOD_END'; readonly now: Date },
): Promise<void> {
  const { tenantId, planCode, when, now } = asked;
  const plan = await newestPlan(tx, planCode);
  if (plan === null) throw notFound('plan', planCode);
  await openAccounts(tx, [tenantId], now);
  await lockAccounts(tx, [tenantId]);
  const last = await lastOccurrence(tx, tenantId);
  const startsAt = when === 'PERIOD_END' ? billingPeriod(now).end : behind(last, now);
  const schedule = await scheduleOf(tx, tenantId);
  const current = stretchAt(schedule, startsAt).planId;
  await refuseOtherCurrency(tx, {
    plan,
    planIds: [schedule.firstPlanId, ...schedule.changes.map((each) => each.planId)],
    used: last !== null,
  });
  const isPlanned = schedule.changes.some((change) => change.startsAt > startsAt);
  if (current === plan.id && !isPlanned) return;
  await saveChange(tx, tenantId, { startsAt, planId: plan.id }, now);
}

/** Usage may be told of a few minutes ahead of our clock: a plan does not begin in the midst of what another one counted. */
function behind(last: Date | null, now: Date): Date {
  return last !== null && last >= now ? new Date(last.getTime() + 1) : now;
}

async function refuseOtherCurrency(
  tx: Tx,
  of: { readonly plan: Plan; readonly planIds: readonly string[]; readonly used: boolean },
): Promise<void> {
  const earlier = await plansById(tx, of.planIds);
  if (!of.used || earlier.every(({ currency }) => currency === of.plan.currency)) return;
  throw new PlatformError('CONFLICT', {
    publicMessage: `Usage has been charged in ${earlier[0]?.currency}, so this tenant cannot move to a plan in ${of.plan.currency}.`,
  });
}
