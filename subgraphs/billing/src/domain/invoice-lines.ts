import { Decimal, formatDecimal, ZERO } from '@switchyard/kernel/decimal';
import { roundToMinorUnit } from './currency.ts';
import { type Meter, type Plan, priceOf } from './plan.ts';
import { boundsAdjustment } from './pricing/adjustments.ts';
import type { Price } from './pricing/price.ts';
import { prorate, proratedPrice, type Share } from './pricing/proration.ts';
import { rate } from './pricing/tariff.ts';
import type { RecordRange } from './usage-snapshot.ts';

export type InvoiceLine = {
  /** Its place in the invoice, unique in it: what it is for, and of which stretch. */
  readonly key: string;
  readonly description: string;
  /** Null for what no usage record is behind. */
  readonly meter: string | null;
  readonly quantity: Decimal;
  /** Set where amount = quantity · unitAmount; null where tiers or included units make it several. */
  readonly unitAmount: Decimal | null;
  readonly amount: Decimal;
  /** The usage records behind it. */
  readonly records: RecordRange | null;
};

/** What a meter came to: in all that was invoiced before, and in all that is counted now. */
export type Moved = { readonly records: RecordRange; readonly before: Decimal; readonly after: Decimal };

/** A stretch as it is invoiced. */
export type StretchUsage = {
  readonly start: Date;
  readonly end: Date;
  readonly plan: Plan;
  /** Which part of its period it is: included units, minimum and maximum count for as much. */
  readonly share: Share;
  /** Which part of its period the base fee is due for: its share, less a trial. */
  readonly feeShare: Share;
  /** Its period was closed before: only what came later is charged. */
  readonly isLate: boolean;
  readonly usage: ReadonlyMap<string, Moved>;
};

/**
 * The lines of one stretch: its base fee; one line per meter that was used, priced or not, so that every record is in exactly
 * one line; and beside it what no record is behind: what is due without usage, what a minimum adds, what a maximum takes off.
 */
export function stretchLines(stretch: StretchUsage, meters: readonly Meter[], suffix: string): readonly InvoiceLine[] {
  const { plan, isLate, share, usage } = stretch;
  const codes = meterCodes(plan, usage);
  return [
    ...(isLate ? [] : baseFee(stretch)),
    ...codes.flatMap((code) => {
      const price = priceOf(plan, code);
      const name = `${nameOf(code, meters)}${isLate ? `, ${stretch.start.toISOString().slice(0, 7)}, recorded late` : ''}`;
      return price === null
        ? unpriced(code, name, usage.get(code))
        : meterLines({ price: proratedPrice(price, share), name, isLate, moved: usage.get(code), currency: plan.currency });
    }),
  ].map((line) => ({ ...line, key: `${line.key}${suffix}` }));
}

/** In the plan's order; meters that the plan does not price come last. Priced ones without usage may still have something due. */
function meterCodes(plan: Plan, usage: ReadonlyMap<string, unknown>): string[] {
  const priced = plan.prices.map((price) => price.meter);
  return [...priced, ...[...usage.keys()].filter((code) => !priced.includes(code)).sort((a, b) => (a < b ? -1 : 1))];
}

function nameOf(code: string, meters: readonly Meter[]): string {
  return meters.find((meter) => meter.code === code)?.description ?? code;
}

function baseFee({ plan, feeShare }: StretchUsage): InvoiceLine[] {
  const amount = prorate(plan.baseFee, feeShare);
  if (amount.isZero()) return [];
  const isWhole = feeShare.part.eq(feeShare.whole);
  const percent = feeShare.part.times(100).div(feeShare.whole).toDecimalPlaces(2);
  const description = isWhole ? `${plan.name}: base fee` : `${plan.name}: base fee for ${formatDecimal(percent)} % of the period`;
  return [fixed('BASE_FEE', description, amount, { quantity: new Decimal(1), unitAmount: amount })];
}

function unpriced(code: string, name: string, moved: Moved | undefined): InvoiceLine[] {
  if (moved === undefined) return [];
  const { records, before, after } = moved;
  const description = `${name}: not charged for`;
  return [{ key: code, description, meter: code, quantity: after.minus(before), unitAmount: ZERO, amount: ZERO, records }];
}

type Metered = {
  readonly price: Price;
  readonly name: string;
  readonly isLate: boolean;
  readonly moved: Moved | undefined;
  readonly currency: string;
};

function meterLines({ price, name, isLate, moved, currency }: Metered): InvoiceLine[] {
  const { meter } = price;
  const forNothing = rate(price, ZERO);
  const [before, after] = [rate(price, moved?.before ?? ZERO), rate(price, moved?.after ?? ZERO)];
  const boundsBefore = isLate ? boundsAdjustment(before, price) : ZERO;
  const adjustment = boundsAdjustment(after, price).minus(boundsBefore);
  const exact = after.minus(isLate ? before : ZERO).plus(adjustment);
  const missing = price.rounding === 'LINE' ? roundToMinorUnit(exact, currency).minus(exact) : ZERO;
  return [
    ...(moved === undefined ? [] : [usageLine(price, name, moved, after.minus(before))]),
    ...(isLate ? [] : optional(`DUE_WITHOUT_USAGE:${meter}`, `${name}: due without usage`, forNothing)),
    ...optional(
      `BOUNDS:${meter}`,
      `${name}: ${adjustment.gt(0) ? 'up to the minimum' : 'beyond the maximum, taken off'}`,
      adjustment,
    ),
    ...optional(`ROUNDING:${meter}`, `${name}: rounding to the smallest unit of ${currency}`, missing),
  ];
}

function usageLine(price: Price, name: string, { records, before, after }: Moved, amount: Decimal): InvoiceLine {
  const { meter, includedQuantity } = price;
  const description = includedQuantity.isZero() ? name : `${name}: the first ${formatDecimal(includedQuantity)} included`;
  return { key: meter, description, meter, quantity: after.minus(before), unitAmount: singleUnitAmount(price), amount, records };
}

function singleUnitAmount({ model, tiers, includedQuantity }: Price): Decimal | null {
  const [tier, ...more] = tiers;
  const isSimple = (model === 'PER_UNIT' || model === 'GRADUATED') && more.length === 0 && includedQuantity.isZero();
  return isSimple && tier?.flatAmount.isZero() ? tier.unitAmount : null;
}

function optional(key: string, description: string, amount: Decimal): InvoiceLine[] {
  return amount.isZero() ? [] : [fixed(key, description, amount)];
}

/** A line that no record is behind. */
export function fixed(
  key: string,
  description: string,
  amount: Decimal,
  of: Pick<InvoiceLine, 'quantity' | 'unitAmount'> = { quantity: ZERO, unitAmount: null },
): InvoiceLine {
  return { key, description, meter: null, ...of, amount, records: null };
}
