import { Decimal, sum } from '@switchyard/kernel/decimal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyPrices, decimals, NO_TERMS, planOf, prices } from '../test-support/pricing.ts';
import { billingPeriod } from './period.ts';
import { type Price, priceFault, tiersFault } from './pricing/price.ts';
import { rate } from './pricing/tariff.ts';
import { costOf } from './rating.ts';

const METER = 'requests';
const WHOLE_PERIOD = billingPeriod(new Date('2026-11-10'));

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

describe('a volume price', () => {
  const price = {
    ...tiered([
      ['10', '2', '5'],
      [null, '1', '7'],
    ]),
    model: 'VOLUME' as const,
  };

  it('charges all units what the tier of the total says, and that flat amount alone', () => {
    const amounts = ['0', '0.5', '10', '11', '100'].map((quantity) => rate(price, new Decimal(quantity)).toFixed());
    expect(amounts).toEqual(['0', '6', '25', '18', '107']);
  });

  it('is nothing for nothing unless it says so, and its bounds are inclusive unless it says so', () => {
    expect(rate({ ...price, zeroUsage: 'FIRST_TIER' }, new Decimal(0)).toFixed()).toBe('5');
    expect(rate({ ...price, tierBounds: 'EXCLUSIVE' }, new Decimal(10)).toFixed()).toBe('17');
  });
});

describe('a package price', () => {
  const price = {
    ...tiered([
      ['2', '10', '0'],
      [null, '8', '1'],
    ]),
    model: 'PACKAGE' as const,
    packageSize: new Decimal(100),
  };

  it.each([
    ['UP', ['0', '10', '20', '29', '29']],
    ['DOWN', ['0', '0', '20', '20', '29']],
    ['NEAREST', ['0', '10', '20', '20', '29']],
    ['EXACT', ['0', '9.9', '20', '21.08', '29']],
  ] as const)('rounds begun packages %s, and its tiers count packages', (packageRounding, expected) => {
    const amounts = ['0', '99', '200', '201', '300'].map((used) =>
      rate({ ...price, packageRounding }, new Decimal(used)).toFixed(),
    );
    expect(amounts).toEqual(expected);
  });

  it('charges one package for nothing where it says so', () => {
    expect(rate({ ...price, zeroUsage: 'FIRST_TIER' }, new Decimal(0)).toFixed()).toBe('10');
  });
});

describe('a graduated price with exclusive bounds', () => {
  it('enters the next tier with the unit at the bound', () => {
    const price = {
      ...tiered([
        ['10', '1', '5'],
        [null, '1', '7'],
      ]),
      tierBounds: 'EXCLUSIVE' as const,
    };
    expect([9, 10].map((used) => rate(price, new Decimal(used)).toFixed())).toEqual(['14', '22']);
  });
});

describe('the cost of a record', () => {
  it('adds up over all records to what they add to the amount for nothing, whatever the price and however usage was cut into records', () => {
    const quantities = fc.array(decimals({ min: -50, max: 200 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(anyPrices(METER), quantities, (price, parts) => {
        let runningTotal = new Decimal(0);
        const costs = parts.map((quantity) => {
          runningTotal = runningTotal.plus(quantity);
          return costOf(planOf([price]), WHOLE_PERIOD, { meter: METER, quantity, runningTotal });
        });
        expect(sum(costs)).toEqual(rate(price, sum(parts)).minus(rate(price, new Decimal(0))));
      }),
    );
  });

  it('is nothing for a meter that the plan does not price', () => {
    const record = { meter: 'other', quantity: new Decimal(5), runningTotal: new Decimal(5) };
    expect(costOf(planOf([tiered([[null, '1', '0']])]), WHOLE_PERIOD, record).toFixed()).toBe('0');
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

  it.each([
    [
      {
        model: 'PER_UNIT' as const,
        tiers: tiered([
          ['1', '1', '0'],
          [null, '1', '0'],
        ]).tiers,
      },
      /has one tier/,
    ],
    [{ model: 'PACKAGE' as const }, /needs a packageSize/],
    [{ packageSize: new Decimal(5) }, /only a PACKAGE/],
    [{ minimumAmount: new Decimal(5), maximumAmount: new Decimal(4) }, /must not lie below/],
  ])('belong to a price that makes sense: %j', (terms, message) => {
    expect(priceFault({ ...tiered([[null, '1', '0']]), ...terms })).toMatch(message);
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
  return {
    ...NO_TERMS,
    meter: METER,
    model: tiers.length === 1 ? 'PER_UNIT' : 'GRADUATED',
    tiers,
    includedQuantity: new Decimal(0),
  };
}
