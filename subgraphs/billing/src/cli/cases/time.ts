import { Decimal } from '@switchyard/kernel/decimal';
import type { Share } from '../../domain/pricing/proration.ts';
import type { Parameters } from './parameters.ts';

const DAY_MS = 86_400_000;
const PART = ['left', 'remaining', 'unused', 'used', 'billed', 'active', 'elapsed', 'to_bill'];
const WHOLE = ['in_period', 'in_month', 'in_year', 'in_quarter', 'in_week', 'in_cycle', 'total'];

/**
 * The part of a period that a case is about: "17 of 31 days", seconds likewise, or from a first to a last day (both
 * counted), or from a moment to the period's end. Null when it is about a whole one.
 */
export function shareOf(parameters: Parameters, usage: Parameters): Share | null {
  for (const unit of ['days', 'seconds', 'hours', 'months']) {
    const whole = parameters.decimal(...WHOLE.map((each) => `${unit}_${each}`), `period_${unit}`, `total_${unit}`);
    const names = [...PART.flatMap((each) => [`${unit}_${each}`, `${each}_${unit}`]), unit];
    const part = parameters.decimal(...names) ?? usage.decimal(...names);
    const dated = unit === 'days' ? daysBetween(usage) : null;
    if (whole !== null && (part ?? dated) !== null) return { part: part ?? dated ?? whole, whole };
  }
  return betweenTimes(parameters) ?? betweenTimes(usage);
}

/** First and last day both count. */
function daysBetween(usage: Parameters): Decimal | null {
  const from = usage.date('start', 'started', 'from', 'start_date');
  const to = usage.date('terminated', 'end', 'to', 'end_date', 'terminated_at');
  return from === null || to === null ? null : new Decimal(to.getTime() - from.getTime()).div(DAY_MS).plus(1);
}

function betweenTimes(of: Parameters): Share | null {
  const [start, end] = [of.date('period_start', 'period_starts_at'), of.date('period_end', 'period_ends_at')];
  const at = of.date('at', 'change_at', 'proration_date', 'changed_at');
  if (start === null || end === null || at === null) return null;
  return { part: new Decimal(end.getTime() - at.getTime()), whole: new Decimal(end.getTime() - start.getTime()) };
}
