import { type Decimal, ZERO } from '@switchyard/kernel/decimal';
import { DEFAULT_FLAGS, type PriceFlags, type PriceTier, type Tariff } from '../../domain/pricing/price.ts';
import { Parameters, readBound, Unsupported } from './parameters.ts';

export const UNIT = [
  'unit_amount',
  'unit_amount_decimal',
  'unit_price',
  'per_unit_amount',
  'per_unit',
  'price_per_unit',
  'unit_cost',
  'overage_amount',
  'overage_price',
  'overage_rate',
];
export const PERCENT = ['rate_percent', 'percent', 'percentage', 'percent_rate', 'rate'];
const FLAT = ['flat_amount', 'flat_amount_decimal', 'flat_fee', 'flat', 'flat_price', 'fixed_amount', 'tier_fee', 'base_amount'];
const UPPER = [
  'up_to',
  'upto',
  'to',
  'to_value',
  'last_unit',
  'ending_unit',
  'end',
  'max',
  'max_units',
  'upper',
  'upper_bound',
  'limit',
];
const LOWER = [
  'from',
  'from_value',
  'first_unit',
  'starting_unit',
  'start',
  'min',
  'min_units',
  'lower',
  'lower_bound',
  'starting_at',
  'above',
];
const LOOSE = ['price', 'amount', 'cost', 'fee'];
export const INCLUDED = [
  'free_units',
  'included_units',
  'included',
  'included_quantity',
  'free_quantity',
  'allowance',
  'free',
  'free_tier',
  'overage_starts_at',
];

/** How the numbers of a tier are meant. */
export type TierKind = 'UNIT' | 'PERCENT' | 'FLAT';

/**
 * Tiers under whatever names. Those that only say where they begin end where the next one begins: "1, 11" are 1 to 10 and
 * from 11 on, "0, 10" are up to 10 and beyond.
 */
export function tiersOf(parameters: Parameters, kind: TierKind): readonly PriceTier[] {
  const rows = parameters.list('tiers', 'ranges', 'graduated_ranges', 'volume_ranges', 'slabs', 'price_tiers', 'tier');
  if (rows === null || rows.length === 0) throw new Unsupported('the price has no tiers');
  const read = rows.map((row, index) => tierOf(new Parameters(row, `tier ${index + 1}`), kind));
  const beginsAtOne = read[0]?.lower?.eq(1) ?? false;
  return read.map(({ lower: _, upper, ...amounts }, index) => {
    const next = read[index + 1]?.lower ?? null;
    const upTo = upper ?? (next !== null && beginsAtOne ? next.minus(1) : next);
    return { upTo, ...amounts };
  });
}

function tierOf(row: Parameters, kind: TierKind) {
  const upper = readBound(row.raw(...UPPER));
  const lower = row.decimal(...LOWER);
  const loose = row.decimal(...LOOSE);
  const flat = row.decimal(...FLAT) ?? (kind === 'FLAT' ? loose : null);
  const unit = kind === 'PERCENT' ? row.decimal(...PERCENT, ...UNIT)?.div(100) : row.decimal(...UNIT, 'rate');
  if (flat === null && unit == null && loose === null) throw new Unsupported('a tier says no amount');
  row.refuseUnread();
  return { lower, upper, unitAmount: unit ?? (kind === 'UNIT' ? loose : null) ?? ZERO, flatAmount: flat ?? ZERO };
}

/** The flags that a case sets in words. */
export function flagsOf(parameters: Parameters): Partial<PriceFlags> {
  const zero = parameters.text('zero_usage', 'at_zero_usage', 'bill_at_zero', 'zero_usage_policy');
  const bounds = parameters.text('tier_bounds', 'bounds', 'boundary', 'up_to_inclusive', 'upper_bound', 'tier_boundary');
  const round = parameters.text('round', 'rounding', 'package_rounding', 'round_mode');
  return {
    ...(zero === null || /\b(not?|nothing|none|never|false|free)\b/.test(zero) ? {} : { zeroUsage: 'FIRST_TIER' as const }),
    ...(bounds === null || !/exclusive|false/.test(bounds) ? {} : { tierBounds: 'EXCLUSIVE' as const }),
    ...(round === null ? {} : { packageRounding: packageRounding(round) }),
  };
}

function packageRounding(text: string): PriceFlags['packageRounding'] {
  if (/up|ceil|true/.test(text)) return 'UP';
  if (/down|floor/.test(text)) return 'DOWN';
  if (/near|half/.test(text)) return 'NEAREST';
  if (/none|exact|false|prorat/.test(text)) return 'EXACT';
  throw new Unsupported(`a rounding that the engine does not know: ${text}`);
}

export function tariff(of: Partial<Tariff> & Pick<Tariff, 'model' | 'tiers'>): Tariff {
  return { ...DEFAULT_FLAGS, includedQuantity: ZERO, packageSize: null, ...of };
}

export function singleTier(unitAmount: Decimal, flatAmount: Decimal = ZERO): readonly PriceTier[] {
  return [{ upTo: null, unitAmount, flatAmount }];
}
