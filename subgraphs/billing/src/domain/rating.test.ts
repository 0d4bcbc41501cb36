import { existsSync, readFileSync } from 'node:fs';
import { Decimal, sum } from '@switchyard/kernel/decimal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decimals, planOf, prices } from '../test-support/pricing.ts';
import { type Price, tiersFault } from './plan.ts';
import { costOf, rate } from './rating.ts';

const METER = 'requests';

describe('rate', () => {
  it('never falls as the quantity grows', () => {
    const quantities = fc.tuple(decimals({ min: 0, max: 3000 }), decimals({ min: 0, max: 500 }));
    fc.assert(
      fc.property(prices(METER, { flatAmounts: true }), quantities, (price, [quantity, more]) => {
        expect(rate(price, quantity.plus(more)).gte(rate(price, quantity))).toBe(true);
      }),
    );
  });

  it('is continuous without flat amounts: one unit more costs at most the dearest unit', () => {
    const quantities = fc.tuple(decimals({ min: 0, max: 3000 }), decimals({ min: 0, max: 1 }));
    fc.assert(
      fc.property(prices(METER, { flatAmounts: false }), quantities, (price, [quantity, more]) => {
        const dearest = Decimal.max(...price.tiers.map((tier) => tier.unitAmount));
        expect(rate(price, quantity.plus(more)).minus(rate(price, quantity)).lte(dearest.times(more))).toBe(true);
      }),
    );
  });

  it('charges nothing for included units, and for them alone', () => {
    fc.assert(
      fc.property(prices(METER, { flatAmounts: true }), decimals({ min: 0, max: 2000 }), (price, quantity) => {
        const without = { ...price, includedQuantity: new Decimal(0) };
        expect(rate(price, price.includedQuantity).isZero()).toBe(true);
        expect(rate(price, price.includedQuantity.plus(quantity))).toEqual(rate(without, quantity));
      }),
    );
  });

  it('charges a flat amount once, when its tier is entered', () => {
    const price = tiered([
      ['10', '1', '5'],
      [null, '0', '7'],
    ]);
    const amounts = ['0', '0.5', '10', '10.000001', '5000'].map((quantity) => rate(price, new Decimal(quantity)).toFixed());
    expect(amounts).toEqual(['0', '5.5', '15', '22', '22']);
  });
});

describe('the cost of a record', () => {
  it('adds up over all records to the amount of their line, whatever the prices and however usage was cut into records', () => {
    const quantities = fc.array(decimals({ min: 0, max: 200 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(prices(METER, { flatAmounts: true }), quantities, (price, parts) => {
        let runningTotal = new Decimal(0);
        const costs = parts.map((quantity) => {
          runningTotal = runningTotal.plus(quantity);
          return costOf(planOf([price]), { meter: METER, quantity, runningTotal });
        });
        expect(sum(costs)).toEqual(rate(price, sum(parts)));
      }),
    );
  });

  it('is nothing for a meter that the plan does not price', () => {
    const record = { meter: 'other', quantity: new Decimal(5), runningTotal: new Decimal(5) };
    expect(costOf(planOf([tiered([[null, '1', '0']])]), record).toFixed()).toBe('0');
  });
});

describe('tiers', () => {
  it.each([
    [[], /at least one/],
    [[['5', '1', '0']], /last tier must be open/],
    [
      [
        [null, '1', '0'],
        [null, '1', '0'],
      ],
      /only the last/,
    ],
    [
      [
        ['5', '1', '0'],
        ['5', '1', '0'],
        [null, '1', '0'],
      ],
      /must rise/,
    ],
    [
      [
        ['0', '1', '0'],
        [null, '1', '0'],
      ],
      /must rise/,
    ],
  ] as const)('that cannot price every quantity are refused: %j', (rows, message) => {
    expect(tiersFault(tiered(rows).tiers)).toMatch(message);
  });

  it('that rise to an open end are accepted', () => {
    fc.assert(
      fc.property(prices(METER, { flatAmounts: true }), (price) => {
        expect(tiersFault(price.tiers)).toBeNull();
      }),
    );
  });
});

type TierRow = readonly [upTo: string | null, unitAmount: string, flatAmount: string];

function tiered(rows: readonly TierRow[]): Price {
  const tiers = rows.map(([upTo, unitAmount, flatAmount]) => ({
    upTo: upTo === null ? null : new Decimal(upTo),
    unitAmount: new Decimal(unitAmount),
    flatAmount: new Decimal(flatAmount),
  }));
  return { meter: METER, model: tiers.length === 1 ? 'PER_UNIT' : 'GRADUATED', tiers, includedQuantity: new Decimal(0) };
}

const text = z.union([z.string(), z.number()]).transform(String);
const models = z.array(z.looseObject({ model: z.string() }));
const examples = z.array(
  z.object({
    id: z.string(),
    model: z.string(),
    tiers_params: z.object({
      unit_amount: text.optional(),
      zero_usage: z.string().optional(),
      tiers: z.array(z.object({ up_to: text.nullable(), unit_amount: text.optional(), flat_amount: text.optional() })).optional(),
    }),
    usage: z.object({ quantity: text.optional(), pre_quantity: text.optional(), line_quantity: text.optional() }),
    expected_total: text,
  }),
);

/** Worked examples of other systems. Those for which usage before counts too are rated as what was added. */
const FILE = new URL('../../../../../shared/data/billing/pricing-cases.json', import.meta.url);
const RATED = ['per_unit', 'graduated', 'per_unit_delta', 'graduated_delta'];

describe.skipIf(!existsSync(FILE))(
  `worked examples (skipped where there is no ${FILE.pathname.split('/').slice(-4).join('/')})`,
  () => {
    const cases = existsSync(FILE) ? models.parse(JSON.parse(readFileSync(FILE, 'utf8'))) : [];
    const rated = examples.parse(cases.filter(({ model }) => RATED.includes(model))).filter((each) => !isFlatFeeForNothing(each));

    it('include per-unit and graduated ones', () => {
      expect(rated.length).toBeGreaterThan(0);
    });

    it.each(rated)('$id costs $expected_total', ({ tiers_params, usage, expected_total }) => {
      const rows = tiers_params.tiers ?? [{ up_to: null, unit_amount: tiers_params.unit_amount, flat_amount: '0' }];
      const price = tiered(rows.map((tier) => [tier.up_to, tier.unit_amount ?? '0', tier.flat_amount ?? '0']));
      const before = new Decimal(usage.pre_quantity ?? 0);
      const after = before.plus(usage.line_quantity ?? usage.quantity ?? 0);
      expect(rate(price, after).minus(rate(price, before)).eq(expected_total)).toBe(true);
    });
  },
);

/** A flat amount that is due without any usage is not offered: no record would be behind it. */
function isFlatFeeForNothing({ tiers_params, usage }: z.infer<typeof examples>[number]): boolean {
  return tiers_params.zero_usage !== undefined && new Decimal(usage.quantity ?? 0).isZero();
}
