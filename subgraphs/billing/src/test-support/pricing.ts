import { Decimal } from '@switchyard/kernel/decimal';
import fc from 'fast-check';
import type { Plan } from '../domain/plan.ts';
import { DEFAULT_FLAGS, type Price } from '../domain/pricing/price.ts';

/** Decimals with up to six digits after the point, as exact as they are written. */
export function decimals(range: { readonly min: number; readonly max: number }): fc.Arbitrary<Decimal> {
  return fc
    .integer({ min: range.min * 1_000_000, max: range.max * 1_000_000 })
    .map((micros) => new Decimal(micros).div(1_000_000));
}

/** Prices of one to five tiers, with or without flat amounts and included units. */
export function prices(meter: string, options: { readonly flatAmounts: boolean }): fc.Arbitrary<Price> {
  const flatAmount = options.flatAmounts ? decimals({ min: 0, max: 50 }) : fc.constant(new Decimal(0));
  return fc
    .record({
      widths: fc.array(decimals({ min: 1, max: 500 }), { maxLength: 4 }),
      amounts: fc.array(fc.record({ unitAmount: decimals({ min: 0, max: 20 }), flatAmount }), { minLength: 5, maxLength: 5 }),
      includedQuantity: fc.oneof(fc.constant(new Decimal(0)), decimals({ min: 0, max: 300 })),
    })
    .map(({ widths, amounts, includedQuantity }) => {
      const tiers = amounts.slice(0, widths.length + 1).map(({ unitAmount, flatAmount }, index) => ({
        upTo: index < widths.length ? Decimal.sum(...widths.slice(0, index + 1)) : null,
        unitAmount,
        flatAmount,
      }));
      return { ...NO_TERMS, meter, model: tiers.length === 1 ? 'PER_UNIT' : 'GRADUATED', tiers, includedQuantity };
    });
}

/** Prices of every model, with any flags. */
export function anyPrices(meter: string): fc.Arbitrary<Price> {
  return fc
    .record({
      price: prices(meter, { flatAmounts: true }),
      model: fc.constantFrom('AS_IT_IS', 'VOLUME', 'PACKAGE'),
      packageSize: decimals({ min: 1, max: 100 }),
      zeroUsage: fc.constantFrom('NOTHING', 'FIRST_TIER'),
      tierBounds: fc.constantFrom('INCLUSIVE', 'EXCLUSIVE'),
      packageRounding: fc.constantFrom('UP', 'DOWN', 'NEAREST', 'EXACT'),
      rounding: fc.constantFrom('INVOICE', 'LINE'),
    })
    .map(({ price, model, packageSize, ...flags }): Price => {
      if (model === 'AS_IT_IS') return { ...price, ...flags };
      return { ...price, ...flags, model, packageSize: model === 'PACKAGE' ? packageSize : null };
    });
}

/** What a price says beside its tiers when it says nothing. */
export const NO_TERMS = { ...DEFAULT_FLAGS, packageSize: null, minimumAmount: null, maximumAmount: null } as const;

export function planOf(prices: readonly Price[], baseFee = '0'): Plan {
  return {
    id: '-',
    code: 'test',
    version: 1,
    name: 'Test',
    currency: 'USD',
    baseFee: new Decimal(baseFee),
    trialDays: 0,
    prorationUnit: 'SECOND',
    prices,
  };
}
