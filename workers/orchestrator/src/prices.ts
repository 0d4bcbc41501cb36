import { Decimal } from '@switchyard/kernel/decimal';
import type { TierConfig } from '@switchyard/models/tier';
import type { ModelCallStart } from '@switchyard/sessions/module';
import type { TierInUse } from './ports.ts';

/** A tier's prices beside those of the dearest one that is configured (by what a token in and one out cost together). */
export function pricesOf(tier: TierConfig, tiers: ReadonlyMap<string, TierInUse>): ModelCallStart['prices'] {
  let dearest = tier;
  for (const { config } of tiers.values()) if (sumOf(config).gt(sumOf(dearest))) dearest = config;
  return {
    input: tier.inputPricePerMillion,
    output: tier.outputPricePerMillion,
    dearestInput: dearest.inputPricePerMillion,
    dearestOutput: dearest.outputPricePerMillion,
    currency: tier.currency,
  };
}

function sumOf(tier: TierConfig): Decimal {
  return new Decimal(tier.inputPricePerMillion).plus(tier.outputPricePerMillion);
}
