import { type Decimal, formatDecimal } from '@switchyard/kernel/decimal';

export type PlanId = string;

/** PER_UNIT is a GRADUATED price of one tier; the name tells a reader which of the two to expect. */
export type PricingModel = 'PER_UNIT' | 'GRADUATED';

/** Units beyond the previous tier's `upTo`, up to and with this one's (null: all that follow). */
export type PriceTier = {
  readonly upTo: Decimal | null;
  readonly unitAmount: Decimal;
  /** Charged once in a period in which the tier is entered. */
  readonly flatAmount: Decimal;
};

export type Price = {
  readonly meter: string;
  readonly model: PricingModel;
  /** At least one, `upTo` rising, the last one open. They count from the first unit after `includedQuantity`. */
  readonly tiers: readonly PriceTier[];
  /** Units of each period that cost nothing. */
  readonly includedQuantity: Decimal;
};

/** One version of a plan. It never changes: a new price is a new version, and a tenant stays on its own until moved. */
export type Plan = {
  readonly id: PlanId;
  readonly code: string;
  readonly version: number;
  readonly name: string;
  /** ISO 4217. Every amount of the plan is in it. */
  readonly currency: string;
  /** In full for each period. */
  readonly baseFee: Decimal;
  readonly prices: readonly Price[];
};

/** What is counted, and in what. */
export type Meter = {
  readonly code: string;
  readonly description: string;
  readonly unit: string;
  readonly aggregation: 'SUM' | 'COUNT';
};

/** Why these tiers cannot price every quantity; null when they can. */
export function tiersFault(tiers: readonly PriceTier[]): string | null {
  const last = tiers.at(-1);
  if (last === undefined) return 'a price needs at least one tier';
  if (last.upTo !== null) return `the last tier must be open, not end at ${formatDecimal(last.upTo)}`;
  let floor: Decimal | null = null;
  for (const { upTo } of tiers.slice(0, -1)) {
    if (upTo === null) return 'only the last tier may be open';
    if (upTo.lte(floor ?? 0)) return `tiers must rise: ${formatDecimal(upTo)} does not`;
    floor = upTo;
  }
  return null;
}
