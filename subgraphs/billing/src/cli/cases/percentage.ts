import { Decimal, sum, ZERO } from '@switchyard/kernel/decimal';
import { boundsAdjustment } from '../../domain/pricing/adjustments.ts';
import type { Parameters } from './parameters.ts';
import { PERCENT } from './tiers.ts';
import type { CaseUsage } from './usage.ts';

type Rule = {
  readonly percent: Decimal;
  readonly fixed: Decimal;
  readonly freeEvents: Decimal | null;
  readonly freeAmount: Decimal | null;
  /** EITHER: what comes after the first allowance to be used up is charged. BOTH: after the last. */
  readonly freeUntil: 'EITHER' | 'BOTH';
};

/**
 * A percentage of each transaction and a fixed amount on top, after free ones. A transaction in which the free amount runs
 * out is charged for the part beyond it, and for its fixed amount.
 */
export function percentage(parameters: Parameters, { events, quantity, eventCount }: CaseUsage): Decimal {
  const rule: Rule = {
    percent: parameters.needed(...PERCENT),
    fixed:
      parameters.decimal('fixed_per_event', 'fixed_amount', 'per_event', 'fixed_fee', 'fixed', 'fixed_per_transaction') ?? ZERO,
    freeEvents: parameters.decimal('free_events', 'free_units_per_events', 'free_transactions'),
    freeAmount: parameters.decimal('free_amount', 'free_units_per_total_aggregation', 'free_total_amount', 'free_units'),
    freeUntil: /\bboth\b/.test(parameters.text('free_rule') ?? '') ? 'BOTH' : 'EITHER',
  };
  const bounds = {
    minimumAmount: parameters.decimal(
      'per_transaction_min',
      'per_transaction_min_amount',
      'min_per_transaction',
      'transaction_min',
      'per_transaction_minimum',
    ),
    maximumAmount: parameters.decimal(
      'per_transaction_max',
      'per_transaction_max_amount',
      'max_per_transaction',
      'transaction_max',
      'per_transaction_maximum',
    ),
  };
  if (events === null) return ofTotal(rule, quantity, eventCount ?? new Decimal(1));
  let running = ZERO;
  return sum(
    events.map((amount, index) => {
      const before = running;
      running = running.plus(amount);
      const fee = feeOf(rule, { amount, before, running, index });
      return fee === null ? ZERO : fee.plus(boundsAdjustment(fee, bounds));
    }),
  );
}

type Transaction = { readonly amount: Decimal; readonly before: Decimal; readonly running: Decimal; readonly index: number };

/** Null: free. */
function feeOf(
  { percent, fixed, freeEvents, freeAmount, freeUntil }: Rule,
  { amount, before, running, index }: Transaction,
): Decimal | null {
  const byCount = freeEvents?.gt(index) ?? null;
  const byAmount = freeAmount === null ? null : running.lt(freeAmount);
  const allowances = [byCount, byAmount].filter((each) => each !== null);
  const isFree = allowances.length > 0 && (freeUntil === 'EITHER' ? allowances.every(Boolean) : allowances.some(Boolean));
  if (isFree) return null;
  const freePart =
    freeAmount === null || byCount === false ? ZERO : Decimal.min(Decimal.max(freeAmount.minus(before), ZERO), amount);
  return amount.minus(freePart).times(percent).div(100).plus(fixed);
}

function ofTotal({ percent, fixed, freeEvents, freeAmount }: Rule, amount: Decimal, count: Decimal): Decimal {
  const charged = Decimal.max(amount.minus(freeAmount ?? ZERO), ZERO);
  return charged
    .times(percent)
    .div(100)
    .plus(Decimal.max(count.minus(freeEvents ?? ZERO), ZERO).times(fixed));
}
