import { Decimal } from '@switchyard/kernel/decimal';
import type { InvoiceInput } from '../domain/invoice.ts';
import type { StretchUsage } from '../domain/invoice-lines.ts';
import type { InvoiceTerms } from '../domain/invoice-terms.ts';
import { billingPeriod } from '../domain/period.ts';
import type { Plan } from '../domain/plan.ts';
import { shareOf } from '../domain/pricing/proration.ts';

export const PERIOD = billingPeriod(new Date('2026-11-10'));

export const METERS = [
  { code: 'requests', description: 'Requests', unit: 'request', aggregation: 'COUNT', uniqueBy: null },
  { code: 'input_tokens', description: 'Tokens sent', unit: 'token', aggregation: 'SUM', uniqueBy: null },
] as const;

export const NO_ADJUSTMENT: InvoiceTerms = { taxPercent: new Decimal(0), discounts: [], creditBalance: new Decimal(0) };

/** What was used in a stretch of a period: the whole one unless told. */
export function stretchOf(plan: Plan, used: Readonly<Record<string, Decimal>>, of: Partial<StretchUsage> = {}): StretchUsage {
  const { start = PERIOD.start, end = PERIOD.end } = of;
  const share = shareOf({ start, end }, billingPeriod(start), plan.prorationUnit);
  const usage = Object.entries(used).map(([meter, after]) => {
    const records = { meter, stretchStart: start, after: 0, upTo: 1, until: null };
    return [meter, { records, before: new Decimal(0), after }] as const;
  });
  return { start, end, plan, share, feeShare: share, isLate: false, usage: new Map(usage), ...of };
}

export function inputOf(stretches: readonly StretchUsage[], terms: Partial<InvoiceTerms> = {}): InvoiceInput {
  const currency = stretches[0]?.plan.currency ?? 'USD';
  return { period: PERIOD, currency, stretches, meters: METERS, terms: { ...NO_ADJUSTMENT, ...terms } };
}
