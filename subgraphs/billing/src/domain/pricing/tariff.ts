import { Decimal, ZERO } from '@switchyard/kernel/decimal';
import type { PriceFlags, PriceTier, Tariff } from './price.ts';

/** Digits after the point that an amount carries on the wire and in PostgreSQL. */
export const AMOUNT_DIGITS = 18;

/**
 * What `quantity` units of one period cost, unrounded up to the 18th digit. A quantity of zero or less, which reversals can
 * lead to, costs what zero does. Under VOLUME it can fall as the quantity grows, under all other models never.
 */
export function rate(tariff: Tariff, quantity: Decimal): Decimal {
  const billable = Decimal.max(quantity.minus(tariff.includedQuantity), ZERO);
  return amountOf(tariff, billable).toDecimalPlaces(AMOUNT_DIGITS);
}

function amountOf(tariff: Tariff, billable: Decimal): Decimal {
  switch (tariff.model) {
    case 'PER_UNIT':
    case 'GRADUATED':
      return graduated(tariff, billable);
    case 'VOLUME':
      return volume(tariff, billable);
    case 'PACKAGE': {
      const packages = packagesOf(tariff, billable);
      return graduated(tariff, tariff.zeroUsage === 'FIRST_TIER' ? Decimal.max(packages, 1) : packages);
    }
  }
}

function graduated({ tiers, zeroUsage, tierBounds }: Tariff, billable: Decimal): Decimal {
  if (billable.isZero()) return zeroUsage === 'FIRST_TIER' ? (tiers[0]?.flatAmount ?? ZERO) : ZERO;
  let amount = ZERO;
  let floor = ZERO;
  for (const { upTo, unitAmount, flatAmount } of tiers) {
    if (tierBounds === 'INCLUSIVE' ? billable.lte(floor) : billable.lt(floor)) break;
    const ceiling = upTo === null ? billable : Decimal.min(upTo, billable);
    amount = amount.plus(flatAmount).plus(unitAmount.times(ceiling.minus(floor)));
    floor = upTo ?? billable;
  }
  return amount;
}

function volume({ tiers, zeroUsage, tierBounds }: Tariff, billable: Decimal): Decimal {
  if (billable.isZero() && zeroUsage === 'NOTHING') return ZERO;
  const reached = tierOf(tiers, tierBounds, billable);
  return reached === undefined ? ZERO : reached.flatAmount.plus(reached.unitAmount.times(billable));
}

/** The tier that a total lies in. */
export function tierOf<T extends Pick<PriceTier, 'upTo'>>(
  tiers: readonly T[],
  tierBounds: PriceFlags['tierBounds'],
  total: Decimal,
): T | undefined {
  return tiers.find(({ upTo }) => upTo === null || (tierBounds === 'INCLUSIVE' ? total.lte(upTo) : total.lt(upTo)));
}

const TO_WHOLE = { UP: Decimal.ROUND_CEIL, DOWN: Decimal.ROUND_FLOOR, NEAREST: Decimal.ROUND_HALF_UP } as const;

function packagesOf({ packageSize, packageRounding }: Tariff, units: Decimal): Decimal {
  const packages = units.div(packageSize ?? 1);
  return packageRounding === 'EXACT' ? packages : packages.toDecimalPlaces(0, TO_WHOLE[packageRounding]);
}
