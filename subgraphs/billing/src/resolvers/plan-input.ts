import { Decimal } from '@switchyard/kernel/decimal';
import type { NewPlan } from '../commands/publish-plan.ts';
import { DEFAULT_FLAGS, type Price } from '../domain/pricing/price.ts';
import type { QuotaRule } from '../domain/quota.ts';
import type { PriceInput, PublishPlanInput } from '../generated/resolvers.ts';

/** What an operator wrote, with every default in its place. */
export function planOf(input: PublishPlanInput): NewPlan & { readonly quotas: readonly QuotaRule[] } {
  const { code, name, currency, baseFee, trialDays, prorationUnit, prices, quotas } = input;
  return {
    code,
    name,
    currency,
    baseFee: new Decimal(baseFee),
    trialDays: trialDays ?? 0,
    prorationUnit: prorationUnit ?? 'SECOND',
    prices: prices.map(priceOf),
    quotas: (quotas ?? []).map(({ meter, limit, period, enforcement, per }) => {
      return { meter, limit: new Decimal(limit), period, enforcement, per: per ?? 'TENANT' };
    }),
  };
}

function priceOf(input: PriceInput): Price {
  return {
    meter: input.meter,
    model: input.model,
    tiers: input.tiers.map(({ upTo, unitAmount, flatAmount }) => ({
      upTo: decimalOf(upTo),
      unitAmount: new Decimal(unitAmount),
      flatAmount: new Decimal(flatAmount ?? 0),
    })),
    includedQuantity: new Decimal(input.includedQuantity ?? 0),
    packageSize: decimalOf(input.packageSize),
    minimumAmount: decimalOf(input.minimumAmount),
    maximumAmount: decimalOf(input.maximumAmount),
    zeroUsage: input.zeroUsage ?? DEFAULT_FLAGS.zeroUsage,
    tierBounds: input.tierBounds ?? DEFAULT_FLAGS.tierBounds,
    packageRounding: input.packageRounding ?? DEFAULT_FLAGS.packageRounding,
    rounding: input.rounding ?? DEFAULT_FLAGS.rounding,
  };
}

function decimalOf(text: string | null | undefined): Decimal | null {
  return text == null ? null : new Decimal(text);
}
