import { type BillingPeriod, billingPeriod } from './period.ts';
import type { PlanId } from './plan.ts';

/** From `startsAt` on the tenant is on this plan. */
export type PlanChange = { readonly startsAt: Date; readonly planId: PlanId };

/** Which plan holds when: the first one, however far back, until the first change. Changes are in the order of time. */
export type PlanSchedule = { readonly firstPlanId: PlanId; readonly changes: readonly PlanChange[] };

/**
 * The part of a billing period that one plan holds: [start, end). Usage is counted and priced by stretch: the whole period
 * where the plan did not change in it.
 */
export type Stretch = { readonly planId: PlanId; readonly start: Date; readonly end: Date };

/** The stretch that `at` lies in. */
export function stretchAt(schedule: PlanSchedule, at: Date): Stretch {
  const period = billingPeriod(at);
  const begun = schedule.changes.findLast(({ startsAt }) => startsAt <= at);
  const next = schedule.changes.find(({ startsAt }) => startsAt > at);
  return {
    planId: begun?.planId ?? schedule.firstPlanId,
    start: begun !== undefined && begun.startsAt > period.start ? begun.startsAt : period.start,
    end: next !== undefined && next.startsAt < period.end ? next.startsAt : period.end,
  };
}

/** The stretches of a period, in order, without gap or overlap. */
export function stretchesOf(schedule: PlanSchedule, period: BillingPeriod): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (let at = period.start; at < period.end; ) {
    const stretch = stretchAt(schedule, at);
    stretches.push(stretch);
    at = stretch.end;
  }
  return stretches;
}

/** A schedule in which a plan holds from `startsAt` on, whatever was planned for later. */
export function withChange(schedule: PlanSchedule, change: PlanChange): PlanSchedule {
  const earlier = schedule.changes.filter(({ startsAt }) => startsAt < change.startsAt);
  return { ...schedule, changes: [...earlier, change] };
}
