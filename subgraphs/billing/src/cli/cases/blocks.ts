import { Decimal, sum, ZERO } from '@switchyard/kernel/decimal';
import { Parameters, Unsupported } from './parameters.ts';
import type { CaseUsage } from './usage.ts';

type BlockTier = { readonly size: Decimal; readonly capacity: Decimal | null; readonly amount: Decimal };

/**
 * Kill Bill's tiers of blocks: units are sold in blocks whose size differs by tier. ALL: each tier's blocks hold the units
 * that lie in it. TOP: all units are sold in blocks of the tier that the total reaches. What lies beyond the last tier is
 * sold as in it.
 */
export function blocks(policy: 'ALL' | 'TOP') {
  return (parameters: Parameters, { quantity }: CaseUsage): Decimal => {
    const tiers = blockTiers(parameters);
    return policy === 'ALL' ? allTiers(tiers, quantity) : topTier(tiers, quantity);
  };
}

function blockTiers(parameters: Parameters): readonly BlockTier[] {
  const rows = parameters.list('tiers', 'blocks') ?? [];
  if (rows.length === 0) throw new Unsupported('the price has no tiers');
  return rows.map((row, index) => {
    const tier = new Parameters(row, `tier ${index + 1}`);
    const size = tier.decimal('block_size', 'size') ?? new Decimal(1);
    const blocks = tier.decimal('max_blocks', 'max', 'maximum_blocks');
    const amount = tier.needed('block_amount', 'block_price', 'amount', 'price', 'unit_amount');
    tier.refuseUnread();
    return { size, capacity: blocks === null ? null : blocks.times(size), amount };
  });
}

function allTiers(tiers: readonly BlockTier[], quantity: Decimal): Decimal {
  let left = quantity;
  return sum(
    tiers.map((tier, index) => {
      const isLast = index === tiers.length - 1;
      const units = isLast || tier.capacity === null ? left : Decimal.min(left, tier.capacity);
      left = left.minus(units);
      return inBlocks(tier, units);
    }),
  );
}

function topTier(tiers: readonly BlockTier[], quantity: Decimal): Decimal {
  let ceiling = ZERO;
  const reached = tiers.find(({ capacity }) => {
    ceiling = ceiling.plus(capacity ?? quantity);
    return quantity.lte(ceiling);
  });
  const tier = reached ?? tiers.at(-1);
  return tier === undefined ? ZERO : inBlocks(tier, quantity);
}

function inBlocks({ size, amount }: BlockTier, units: Decimal): Decimal {
  return units.div(size).toDecimalPlaces(0, Decimal.ROUND_CEIL).times(amount);
}
