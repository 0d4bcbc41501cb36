import { Decimal } from '@switchyard/kernel/decimal';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputOf, PERIOD, stretchOf } from '../test-support/invoices.ts';
import { anyPrices, decimals, NO_TERMS, planOf } from '../test-support/pricing.ts';
import { roundToMinorUnit, toMinorUnits } from './currency.ts';
import { CARRIED, type InvoiceAmounts, invoiceOf, ROUNDING, totalOf } from './invoice.ts';
import { invoiceId, parseInvoiceId } from './invoice-id.ts';
import type { InvoiceTerms, NamedDiscount } from './invoice-terms.ts';
import { billingPeriod, periodEndingAt } from './period.ts';
import type { Price } from './pricing/price.ts';
import { rate } from './pricing/tariff.ts';

const D = (text: string | number) => new Decimal(text);
const bounds = fc.oneof(fc.constant(null), decimals({ min: 0, max: 400 }));
const price = (meter: string): fc.Arbitrary<Price> =>
  fc.tuple(anyPrices(meter), bounds, bounds).map(([each, a, b]) => {
    const [minimumAmount, maximumAmount] = a !== null && b !== null && a.gt(b) ? [b, a] : [a, b];
    return { ...each, minimumAmount, maximumAmount };
  });
const discount: fc.Arbitrary<NamedDiscount> = fc.oneof(
  decimals({ min: 1, max: 100 }).map((percentOff) => ({ code: 'P', discount: { percentOff } })),
  decimals({ min: 1, max: 300 }).map((amountOff) => ({ code: 'A', discount: { amountOff } })),
);
const terms: fc.Arbitrary<InvoiceTerms> = fc.record({
  taxPercent: decimals({ min: 0, max: 30 }),
  discounts: fc.array(discount, { maxLength: 3 }),
  creditBalance: decimals({ min: 0, max: 500 }),
});
const bill = fc.record({
  requests: price('requests'),
  tokens: price('input_tokens'),
  baseFee: decimals({ min: 0, max: 500 }),
  used: fc.tuple(decimals({ min: 0, max: 2000 }), decimals({ min: 0, max: 2000 })),
  changeAt: fc.date({ min: PERIOD.start, max: new Date(PERIOD.end.getTime() - 1), noInvalidDate: true }),
  terms,
});
type Bill = typeof bill extends fc.Arbitrary<infer B> ? B : never;

/** Two stretches: the first counts requests, the second tokens, and both pay their part of the base fee. */
function invoice({ requests, tokens, baseFee, used: [some, more], changeAt, terms: of }: Bill): InvoiceAmounts {
  const plan = planOf([requests, tokens], baseFee.toFixed());
  return invoiceOf(
    inputOf(
      [
        stretchOf(plan, { requests: some, other: more }, { end: changeAt }),
        stretchOf(plan, { input_tokens: more }, { start: changeAt }),
      ],
      of,
    ),
  );
}

describe('an invoice', () => {
  it('has lines that add up to its subtotal, and amounts that can be paid: total = subtotal − credits + tax', () => {
    fc.assert(
      fc.property(bill, (each) => {
        const { lines, subtotal, credits, tax, total } = invoice(each);
        expect(totalOf(lines).eq(subtotal)).toBe(true);
        expect(total.eq(subtotal.minus(credits).plus(tax))).toBe(true);
        for (const amount of [subtotal, credits, tax, total]) {
          expect(amount.gte(0) && amount.eq(roundToMinorUnit(amount, 'USD'))).toBe(true);
        }
        expect(credits.lte(each.terms.creditBalance)).toBe(true);
      }),
    );
  });

  it('holds every meter of a stretch that was used exactly once, at what its usage adds to nothing', () => {
    fc.assert(
      fc.property(price('requests'), decimals({ min: 0, max: 2000 }), (requests, used) => {
        const { lines } = invoiceOf(inputOf([stretchOf(planOf([requests]), { requests: used, input_tokens: used })]));
        const metered = lines.filter((line) => line.meter !== null);
        expect(metered.map(({ meter, quantity, amount }) => [meter, quantity, amount.toFixed()])).toEqual([
          [
            'requests',
            used,
            rate(requests, used)
              .minus(rate(requests, D(0)))
              .toFixed(),
          ],
          ['input_tokens', used, '0'],
        ]);
        expect(new Set(lines.map((line) => line.key)).size).toBe(lines.length);
      }),
    );
  });

  it('keeps a meter within its minimum and maximum, used or not', () => {
    fc.assert(
      fc.property(price('requests'), fc.option(decimals({ min: 0, max: 2000 })), (requests, used) => {
        const whole = { ...requests, rounding: 'INVOICE' as const };
        const { lines } = invoiceOf(inputOf([stretchOf(planOf([whole]), used === null ? {} : { requests: used })]));
        const amount = totalOf(lines.filter(({ key }) => key !== ROUNDING));
        expect(amount.gte(requests.minimumAmount ?? 0)).toBe(true);
        expect(amount.lte(requests.maximumAmount ?? amount)).toBe(true);
      }),
    );
  });

  it('says a unit amount only where it explains the amount', () => {
    fc.assert(
      fc.property(bill, (each) => {
        for (const { unitAmount, quantity, amount } of invoice(each).lines) {
          if (unitAmount !== null) expect(unitAmount.times(quantity).eq(amount)).toBe(true);
        }
      }),
    );
  });

  it('asks the base fee of a period once, however often the plan changed to one of the same fee', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 29 }), { maxLength: 5 }), (days) => {
        const cuts = [
          PERIOD.start,
          ...days.sort((a, b) => a - b).map((day) => new Date(Date.UTC(2026, 10, 1 + day))),
          PERIOD.end,
        ];
        const stretches = cuts.slice(1).map((end, index) => stretchOf(planOf([], '30'), {}, { start: cuts[index] ?? end, end }));
        expect(invoiceOf(inputOf(stretches)).total.toFixed()).toBe('30');
      }),
    );
  });

  it('of nothing is nothing', () => {
    expect(invoiceOf(inputOf([stretchOf(planOf([]), {})])).lines).toEqual([]);
  });

  it('is rounded once, half-up, or by line where the price says so', () => {
    const lines = (rounding: Price['rounding']) => {
      const prices = ['requests', 'input_tokens'].map((meter) => ({ ...perUnit(meter, '0.0025'), rounding }));
      const used = { requests: D(1), input_tokens: D(1) };
      return invoiceOf(inputOf([stretchOf(planOf(prices), used)])).lines.map(({ key, amount }) => [key, amount.toFixed()]);
    };
    expect(lines('INVOICE')).toEqual([
      ['requests', '0.0025'],
      ['input_tokens', '0.0025'],
      [ROUNDING, '0.005'],
    ]);
    expect(lines('LINE')).toEqual([
      ['requests', '0.0025'],
      ['ROUNDING:requests', '-0.0025'],
      ['input_tokens', '0.0025'],
      ['ROUNDING:input_tokens', '-0.0025'],
    ]);
  });

  it('takes discounts one after the other, then asks tax, then is paid from credits', () => {
    const plan = planOf([], '100');
    const discounts = [
      { code: 'TEN', discount: { percentOff: D(10) } },
      { code: 'LESS', discount: { amountOff: D(15) } },
    ];
    const of = { discounts, taxPercent: D('7.7'), creditBalance: D('30.005') };
    const { lines, subtotal, tax, credits, total } = invoiceOf(inputOf([stretchOf(plan, {})], of));
    expect(lines.map(({ amount }) => amount.toFixed())).toEqual(['100', '-10', '-15']);
    expect([subtotal, tax, credits, total].map((amount) => amount.toFixed())).toEqual(['75', '5.78', '30', '50.78']);
  });

  it('carries over as credit what late usage made cheaper', () => {
    const tiers = [
      { upTo: D(10), unitAmount: D(2), flatAmount: D(0) },
      { upTo: null, unitAmount: D(1), flatAmount: D(0) },
    ];
    const volume = { ...perUnit('requests', '0'), model: 'VOLUME' as const, tiers };
    const start = new Date('2026-10-01');
    const records = { meter: 'requests', stretchStart: start, after: 10, upTo: 11, until: null };
    const usage = new Map([['requests', { records, before: D(10), after: D(11) }]]);
    const late = stretchOf(planOf([volume]), {}, { start, end: PERIOD.start, isLate: true, usage });
    const { lines, subtotal, carried, total } = invoiceOf(inputOf([late, stretchOf(planOf([volume]), {})]));
    expect(lines.map(({ key, quantity, amount }) => [key, quantity.toFixed(), amount.toFixed()])).toEqual([
      ['requests@2026-10-01T00:00:00.000Z', '1', '-9'],
      [CARRIED, '0', '9'],
    ]);
    expect([subtotal, carried, total].map((amount) => amount.toFixed())).toEqual(['0', '9', '0']);
  });

  it('counts what came late toward the minimum that its period has paid already', () => {
    const requests = { ...perUnit('requests', '1'), minimumAmount: D(100) };
    const start = new Date('2026-10-01');
    const lateTotal = (before: number, after: number) => {
      const records = { meter: 'requests', stretchStart: start, after: 1, upTo: 2, until: null };
      const usage = new Map([['requests', { records, before: D(before), after: D(after) }]]);
      return invoiceOf(
        inputOf([stretchOf(planOf([requests]), {}, { start, end: PERIOD.start, isLate: true, usage })]),
      ).total.toFixed();
    };
    expect([lateTotal(50, 70), lateTotal(50, 120), lateTotal(150, 160)]).toEqual(['0', '20', '10']);
  });
});

describe('the smallest unit', () => {
  it.each([
    ['USD', '1.005', '1.01'],
    ['USD', '-1.005', '-1.01'],
    ['JPY', '10.5', '11'],
    ['KWD', '0.0014999', '0.001'],
  ])('of %s: %s becomes %s', (currency, amount, rounded) => {
    expect(roundToMinorUnit(new Decimal(amount), currency).toFixed()).toBe(rounded);
  });
});

describe('an amount for a provider', () => {
  it('is in the smallest unit of its currency, or cannot be paid', () => {
    expect([toMinorUnits(D('12.34'), 'USD'), toMinorUnits(D('12'), 'JPY'), toMinorUnits(D('1.234'), 'KWD')]).toEqual([
      1234, 12, 1234,
    ]);
    expect(() => toMinorUnits(D('0.5'), 'JPY')).toThrow(/cannot be paid/);
  });
});

describe('a billing period', () => {
  it('is the calendar month in UTC, and ends with its last instant', () => {
    const period = billingPeriod(new Date('2028-02-29T23:59:59.999Z'));
    expect(period).toEqual({ start: new Date('2028-02-01'), end: new Date('2028-03-01') });
    expect(periodEndingAt(period.end)).toEqual(period);
    expect(billingPeriod(period.end).start).toEqual(period.end);
    expect(billingPeriod(new Date('2026-12-31T23:00:00Z')).end).toEqual(new Date('2027-01-01'));
  });
});

describe('an invoice id', () => {
  it('says which records the invoice counts, and by which terms', () => {
    const time = fc.date({ noInvalidDate: true });
    const numbers = fc.array(fc.tuple(fc.string(), fc.integer({ min: 1 }))).map((entries) => new Map(entries));
    const tenantId = newId<TenantId>();
    const stretch = fc.record({
      tenantId: fc.constant(tenantId),
      planId: fc.uuid(),
      periodStart: time,
      end: time,
      feeFrom: time,
      isLate: fc.boolean(),
      until: fc.option(time),
      upTo: numbers,
      after: numbers,
    });
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 3 }), terms, fc.string(), (stretches, of, line) => {
        const snapshot = { tenantId, periodStart: PERIOD.start, stretches, terms: of };
        expect(parseInvoiceId(invoiceId(snapshot, line))).toEqual({ snapshot, line });
      }),
    );
  });

  it('is nothing when it is any other text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json()), (id) => {
        expect([parseInvoiceId(id), parseInvoiceId(`preview_${id}`)]).toEqual([null, null]);
      }),
    );
  });
});

function perUnit(meter: string, unitAmount: string): Price {
  const tiers = [{ upTo: null, unitAmount: D(unitAmount), flatAmount: D(0) }];
  return { ...NO_TERMS, meter, model: 'PER_UNIT', tiers, includedQuantity: D(0) };
}
