import { existsSync, readFileSync } from 'node:fs';
import { Decimal } from '@switchyard/kernel/decimal';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rated } from './rate.ts';

function totalOf(model: string, tiers_params: unknown, usage: unknown, currency = 'USD'): string {
  const result = rated({ id: '-', model, tiers_params, usage, currency });
  return 'total' in result ? result.total : result.unsupported;
}

const TIERS = [
  { from_value: 0, to_value: '10', per_unit_amount: '2', flat_fee: 1 },
  { from_value: 11, to_value: 'inf', per_unit_amount: 1.5 },
];

describe('a case', () => {
  it.each([
    ['graduated', { tiers: TIERS }, { quantity: '12' }, '24'],
    ['Tiered Pricing', { ranges: TIERS }, { units: 12 }, '24'],
    [
      'bulk',
      {
        tiers: [
          { first_unit: 1, unit_price: '2' },
          { first_unit: 11, unit_price: '1' },
        ],
      },
      { quantity: 11 },
      '11',
    ],
    [
      'stairstep',
      {
        tiers: [
          { up_to: 10, price: 5 },
          { up_to: null, price: 8 },
        ],
      },
      { quantity: 11 },
      '8',
    ],
    ['overage', { included_units: 100, overage_price: '0.5' }, { quantity: 120 }, '10'],
    ['per_unit+maximum', { unit_amount_cents: 250, cap: '$5' }, { quantity: 3 }, '5'],
    ['per_unit+coupon', { unit_amount: '10', percent_off: '20%' }, { quantity: 2 }, '16'],
    ['per_unit+tax', { unit_amount: '10.01', tax_percent: 19 }, { quantity: 1 }, '11.91'],
    ['per_unit+tax', { unit_amount: '10.4', tax_percent: 10 }, { quantity: 1 }, '11', 'JPY'],
    [
      'percentage',
      { rate_percent: '10', per_transaction_max_amount: 3, per_transaction_min_amount: 1 },
      { transactions: [5, 20, 50] },
      '6',
    ],
    [
      'tiered_blocks_all',
      {
        tiers: [
          { block_size: 100, max_blocks: 10, block_amount: 1 },
          { block_size: 1000, block_amount: 0.5 },
        ],
      },
      { quantity: 1001 },
      '10.5',
    ],
    ['proration_second', { old: 0, new: 100, seconds_left: 1, seconds_in_period: 3 }, {}, '33.33'],
    ['tiered_package', { tiers: [{ up_to: 1, price: 10 }, { price: 5 }], package_size: 100 }, { quantity: 201 }, '20'],
  ])('in %s is rated under the names that its vendor uses', (model, parameters, usage, total, currency = 'USD') => {
    expect(totalOf(model, parameters, usage, currency)).toBe(total);
  });

  it('with a rule that nobody knows is not rated but named', () => {
    expect(totalOf('per_unit', { unit_amount: 1, moon_phase_factor: 2 }, { quantity: 1 })).toMatch('moon_phase_factor');
    expect(totalOf('astrology', {}, { quantity: 1 })).toMatch('astrology');
    expect(totalOf('volume', { tiers: [{ up_to: 5, unit_amount: 1 }] }, { quantity: 6 })).toMatch('last tier ends at 5');
  });
});

/** Worked examples of other systems; they are not part of this repository. */
const FILE = new URL('../../../../../shared/data/billing/pricing-cases.json', import.meta.url);
const example = z.object({
  id: z.string(),
  model: z.string(),
  tiers_params: z.unknown(),
  usage: z.unknown(),
  expected_total: z.string(),
});

describe.skipIf(!existsSync(FILE))(
  `worked examples (skipped where ${FILE.pathname.split('/').slice(-4).join('/')} is absent)`,
  () => {
    const examples = existsSync(FILE) ? z.array(example).parse(JSON.parse(readFileSync(FILE, 'utf8'))) : [];

    it('are there', () => {
      expect(examples.length).toBeGreaterThan(0);
    });

    it.each(examples)('$id comes to $expected_total', ({ expected_total, ...each }) => {
      expect(totalOf(each.model, each.tiers_params, each.usage)).toBe(new Decimal(expected_total).toFixed());
    });
  },
);
