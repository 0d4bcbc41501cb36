import { type Decimal, formatDecimal } from '@switchyard/kernel/decimal';

/**
 * - PER_UNIT: every unit costs the same (a GRADUATED price of one tier; the name tells a reader which to expect).
 * - GRADUATED: each unit costs what its own tier says.
 * - VOLUME: all units cost what the tier says that the total reaches; so the amount can fall when a tier is crossed.
 * - PACKAGE: units are sold in packages; tiers and their unit amounts count packages.
 *
 * A percentage is a PER_UNIT or GRADUATED price of a meter that counts money: 1.2 % is a unit amount of 0.012.
 */
export type PricingModel = 'PER_UNIT' | 'GRADUATED' | 'VOLUME' | 'PACKAGE';

/** Units beyond the previous tier's `upTo`, up to this one's (null: all that follow). */
export type PriceTier = {
  readonly upTo: Decimal | null;
  readonly unitAmount: Decimal;
  /** Once in a period in which the tier is entered; under VOLUME only that of the tier reached. */
  readonly flatAmount: Decimal;
};

/** Where vendors differ, a price says what it means. The first of each is the default. docs/adr has why. */
export type PriceFlags = {
  /** What is due where nothing was used: nothing, or the first tier's flat amount (of a PACKAGE, the first package). */
  readonly zeroUsage: 'NOTHING' | 'FIRST_TIER';
  /** Whether exactly `upTo` units are still in the tier. */
  readonly tierBounds: 'INCLUSIVE' | 'EXCLUSIVE';
  /** What becomes of a package that was begun. EXACT charges the part that was used. */
  readonly packageRounding: 'UP' | 'DOWN' | 'NEAREST' | 'EXACT';
  /** Whether the line is rounded on its own, or with the invoice as a whole. */
  readonly rounding: 'INVOICE' | 'LINE';
};

export const DEFAULT_FLAGS: PriceFlags = {
  zeroUsage: 'NOTHING',
  tierBounds: 'INCLUSIVE',
  packageRounding: 'UP',
  rounding: 'INVOICE',
};

/** What a quantity is priced by. Amounts are in the plan's currency, and not negative. */
export type Tariff = PriceFlags & {
  readonly model: PricingModel;
  /** At least one, `upTo` rising, the last one open. They count from the first unit after `includedQuantity`. */
  readonly tiers: readonly PriceTier[];
  /** Units of each period that cost nothing. */
  readonly includedQuantity: Decimal;
  /** Units in a package; of PACKAGE alone. */
  readonly packageSize: Decimal | null;
};

export type Price = Tariff & {
  readonly meter: string;
  /** At least, and at most, what the meter costs in a full period. */
  readonly minimumAmount: Decimal | null;
  readonly maximumAmount: Decimal | null;
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

/** Why this price cannot be charged; null when it can. */
export function priceFault(price: Price): string | null {
  const { model, tiers, packageSize, minimumAmount, maximumAmount } = price;
  const fault = tiersFault(tiers);
  if (fault !== null) return fault;
  if (model === 'PER_UNIT' && tiers.length > 1) return 'a PER_UNIT price has one tier; GRADUATED and VOLUME have several';
  if (model === 'PACKAGE' && !packageSize?.gt(0)) return 'a PACKAGE price needs a packageSize above 0';
  if (model !== 'PACKAGE' && packageSize !== null) return 'only a PACKAGE price has a packageSize';
  if (minimumAmount !== null && maximumAmount?.lt(minimumAmount)) return 'the maximum must not lie below the minimum';
  return null;
}
