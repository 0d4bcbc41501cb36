import { Decimal, sum, ZERO } from '@switchyard/kernel/decimal';
import type { Tariff } from '../../domain/pricing/price.ts';
import { rate } from '../../domain/pricing/tariff.ts';
import { blocks } from './blocks.ts';
import { type Parameters, Unsupported } from './parameters.ts';
import { percentage } from './percentage.ts';
import { proratedTiers } from './prorated-tiers.ts';
import { flagsOf, INCLUDED, PERCENT, singleTier, tariff, tiersOf, UNIT } from './tiers.ts';
import type { CaseUsage } from './usage.ts';

export type Charge = (parameters: Parameters, usage: CaseUsage) => Decimal;

const LOOSE = ['price', 'amount', 'cost'];
const PACKAGE_SIZE = [
  'package_size',
  'size',
  'divide_by',
  'units_per_package',
  'block_size',
  'package_units',
  'per',
  'transform_quantity_divide_by',
];
const PACKAGE_AMOUNT = [
  'package_amount',
  'package_price',
  'price_per_package',
  'amount_per_package',
  'block_amount',
  'block_price',
  ...UNIT,
  ...LOOSE,
];

/** What is charged for usage, by the model's name. Several names stand for one idea, because vendors differ in words first. */
export function chargeOf(model: string): Charge | null {
  return CHARGES.find(([names]) => names.includes(model))?.[1] ?? null;
}

const perUnit: Charge = (parameters, usage) => {
  const unitAmount = parameters.needed(...UNIT, ...LOOSE, 'rate');
  const flat = parameters.decimal('flat_amount', 'fixed_amount') ?? ZERO;
  return metered(
    tariff({ model: 'PER_UNIT', tiers: singleTier(unitAmount, flat), ...included(parameters), ...flagsOf(parameters) }),
    usage,
  );
};

const tiered = (model: 'GRADUATED' | 'VOLUME', kind: 'UNIT' | 'PERCENT' | 'FLAT'): Charge => {
  return (parameters, usage) => {
    const tiers = tiersOf(parameters, kind);
    const size = parameters.decimal(...PACKAGE_SIZE);
    const price = tariff({ model, tiers, ...included(parameters), ...flagsOf(parameters) });
    if (size !== null) return metered({ ...price, model: 'PACKAGE', packageSize: size }, usage);
    return metered(price, usage);
  };
};

const packages: Charge = (parameters, usage) => {
  if (parameters.raw('tiers') !== undefined) return tiered('GRADUATED', 'UNIT')(parameters, usage);
  const packageSize = parameters.needed(...PACKAGE_SIZE);
  const tiers = singleTier(parameters.needed(...PACKAGE_AMOUNT));
  const least = parameters.decimal('minimum_packages', 'min_packages') ?? ZERO;
  const price = tariff({ model: 'PACKAGE', tiers, packageSize, ...included(parameters), ...flagsOf(parameters) });
  return Decimal.max(metered(price, usage), least.times(tiers[0]?.unitAmount ?? ZERO));
};

/** OpenMeter's "dynamic": usage is an amount already, marked up. */
const dynamic: Charge = (parameters, { quantity }) => quantity.times(parameters.decimal('multiplier', 'markup_rate') ?? 1);

const flat: Charge = (parameters, usage) => {
  const fee = parameters.total('fee', 'amount', 'flat_amount', 'flat_fee', 'price', 'fees', ...PERIOD_FEES);
  if (fee === null) throw new Unsupported('the price says no fee');
  return usage.quantity.isZero() ? fee : fee.times(usage.quantity);
};

/** Fees that are named by how often they are due. */
export const PERIOD_FEES = [
  'monthly',
  'quarterly',
  'yearly',
  'annual',
  'weekly',
  'daily',
  'monthly_fee',
  'yearly_fee',
  'annual_fee',
  'plan_amount',
  'subscription_fee',
];

const CHARGES: readonly (readonly [readonly string[], Charge])[] = [
  [
    [
      'per_unit',
      'unit',
      'standard',
      'usage',
      'usage_based',
      'linear',
      'metered',
      'overage',
      'per_seat',
      'unit_price',
      'wallet',
      'prepaid',
      'prepaid_credits',
      'prepaid_credit',
      'pay_as_you_go',
    ],
    perUnit,
  ],
  [
    ['graduated', 'tiered', 'tiered_graduated', 'tier', 'slab', 'incremental', 'progressive', 'tiered_with_overage'],
    tiered('GRADUATED', 'UNIT'),
  ],
  [['volume', 'bulk', 'tiered_volume', 'volume_tiered', 'all_units'], tiered('VOLUME', 'UNIT')],
  [['stairstep', 'stair_step', 'step', 'tiered_flat', 'volume_flat'], tiered('VOLUME', 'FLAT')],
  [['package', 'packages', 'tiered_package', 'block', 'transform_quantity', 'package_tiered', 'graduated_package'], packages],
  [['graduated_percentage', 'tiered_percentage', 'percentage_graduated', 'graduated_percent'], tiered('GRADUATED', 'PERCENT')],
  [['volume_percentage', 'bulk_percentage'], tiered('VOLUME', 'PERCENT')],
  [['percentage', 'percent'], percentage],
  [['tiered_blocks_top', 'tiered_blocks_top_tier', 'blocks_top'], blocks('TOP')],
  [['tiered_blocks_all', 'tiered_blocks_all_tiers', 'tiered_blocks', 'blocks_all', 'blocks'], blocks('ALL')],
  [['dynamic', 'custom', 'amount'], dynamic],
  [['flat', 'flat_fee', 'fixed', 'fixed_fee', 'flat_rate', 'base_fee', 'subscription', 'recurring', 'one_off'], flat],
];

function included(parameters: Parameters): Pick<Tariff, 'includedQuantity'> {
  return { includedQuantity: parameters.decimal(...INCLUDED) ?? ZERO };
}

/** What the new usage adds to what was used before. */
function metered(price: Tariff, usage: CaseUsage): Decimal {
  const { quantity, before, prorated } = usage;
  if (prorated !== null) return proratedTiers(price.tiers, usage);
  refuseBeyondLastTier(price, before.plus(quantity));
  const after = rate(price, before.plus(quantity));
  return before.isZero() ? after : after.minus(rate(price, before));
}

/** A case may stop its table where its example ends; what lies beyond has no price. */
function refuseBeyondLastTier({ tiers, includedQuantity, packageSize }: Tariff, total: Decimal): void {
  const last = tiers.at(-1)?.upTo ?? null;
  if (
    last !== null &&
    total
      .minus(includedQuantity)
      .div(packageSize ?? 1)
      .gt(last)
  ) {
    throw new Unsupported(`the last tier ends at ${last.toFixed()}, and ${total.toFixed()} were used`);
  }
}

/** Percentages of amounts, for a total that already knows what of it is free. */
export const resolvedPercentage: Charge = (parameters, { quantity, eventCount, events }) => {
  const count = eventCount ?? new Decimal(events?.length ?? 0);
  const free = parameters.decimal('resolved_free_units', 'free_amount', 'free_units') ?? ZERO;
  const freeEvents = parameters.decimal('resolved_free_events', 'free_events') ?? ZERO;
  const percent = parameters.needed(...PERCENT);
  const fixed = parameters.decimal('fixed_per_event', 'fixed_amount', 'per_event', 'fixed_fee') ?? ZERO;
  const parts = [
    Decimal.max(quantity.minus(free), ZERO).times(percent).div(100),
    Decimal.max(count.minus(freeEvents), ZERO).times(fixed),
  ];
  return sum(parts);
};
