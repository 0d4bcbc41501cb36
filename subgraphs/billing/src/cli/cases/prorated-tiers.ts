import { Decimal, sum, ZERO } from '@switchyard/kernel/decimal';
import type { PriceTier } from '../../domain/pricing/price.ts';
import type { CaseUsage } from './usage.ts';

/**
 * Units that came and went in the course of a period. Full units decide the tiers that an event reaches into; each tier
 * charges the part of the event's prorated units that lies in it. A tier's flat amount is due once it has been reached.
 */
export function proratedTiers(tiers: readonly PriceTier[], { events, prorated }: CaseUsage): Decimal {
  const charged = tiers.map(() => ZERO);
  let running = ZERO;
  let peak = ZERO;
  for (const [index, units] of (events ?? []).entries()) {
    const [low, high] = [Decimal.min(running, running.plus(units)), Decimal.max(running, running.plus(units))];
    let floor = ZERO;
    for (const [tier, { upTo }] of tiers.entries()) {
      const inTier = Decimal.max(Decimal.min(high, upTo ?? high).minus(Decimal.max(low, floor)), ZERO);
      const share = units.isZero() ? ZERO : inTier.div(units.abs());
      charged[tier] = (charged[tier] ?? ZERO).plus((prorated?.[index] ?? ZERO).times(share));
      floor = upTo ?? high;
    }
    running = running.plus(units);
    peak = Decimal.max(peak, running);
  }
  return sum(
    tiers.map(({ unitAmount, flatAmount }, tier) => {
      const floor = tier === 0 ? ZERO : (tiers[tier - 1]?.upTo ?? ZERO);
      return (charged[tier] ?? ZERO).times(unitAmount).plus(peak.gt(floor) ? flatAmount : ZERO);
    }),
  );
}
