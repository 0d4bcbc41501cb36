import { Decimal, sum } from '@switchyard/kernel/decimal';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimals, NO_TERMS, planOf, prices } from '../test-support/pricing.ts';
import { roundToMinorUnit } from './currency.ts';
import { BASE_FEE, invoiceLines, ROUNDING, totalOf } from './invoice.ts';
import { invoiceId, parseInvoiceId } from './invoice-id.ts';
import { billingPeriod, periodEndingAt } from './period.ts';
import { rate } from './pricing/tariff.ts';

const METERS = [
  { code: 'requests', description: 'Requests', unit: 'request', aggregation: 'COUNT', uniqueBy: null },
  { code: 'input_tokens', description: 'Tokens sent', unit: 'token', aggregation: 'SUM', uniqueBy: null },
] as const;

const bill = fc.record({
  requests: prices('requests', { flatAmounts: true }),
  tokens: prices('input_tokens', { flatAmounts: true }),
  baseFee: decimals({ min: 0, max: 500 }),
  used: fc.tuple(decimals({ min: 0, max: 2000 }), decimals({ min: 0, max: 2000 })),
});

describe('the lines of an invoice', () => {
  it('add up to an amount that can be paid, less than a minor unit away from what was used', () => {
    fc.assert(
      fc.property(bill, ({ requests, tokens, baseFee, used: [some, more] }) => {
        const plan = planOf([requests, tokens], baseFee.toFixed());
        const usage = new Map([
          ['requests', some],
          ['input_tokens', more],
        ]);
        const total = totalOf(invoiceLines({ plan, meters: METERS, usage }));
        const exact = sum([baseFee, rate(requests, some), rate(tokens, more)]);
        expect(total).toEqual(roundToMinorUnit(total, 'USD'));
        expect(total.minus(exact).abs().lte('0.005')).toBe(true);
      }),
    );
  });

  it('hold every meter that was used exactly once, at what its usage costs', () => {
    fc.assert(
      fc.property(bill, ({ requests, used: [some, more] }) => {
        const usage = new Map([
          ['requests', some],
          ['input_tokens', more],
        ]);
        const lines = invoiceLines({ plan: planOf([requests]), meters: METERS, usage }).filter((line) => line.meter !== null);
        expect(lines.map(({ meter, quantity, amount }) => [meter, quantity, amount.toFixed()])).toEqual([
          ['requests', some, rate(requests, some).toFixed()],
          ['input_tokens', more, '0'],
        ]);
      }),
    );
  });

  it('say a unit amount only where it explains the amount', () => {
    fc.assert(
      fc.property(bill, ({ requests, tokens, baseFee, used: [some, more] }) => {
        const plan = planOf([requests, tokens], baseFee.toFixed());
        const usage = new Map([
          ['requests', some],
          ['input_tokens', more],
        ]);
        for (const { unitAmount, quantity, amount } of invoiceLines({ plan, meters: METERS, usage })) {
          if (unitAmount !== null) expect(unitAmount.times(quantity)).toEqual(amount);
        }
      }),
    );
  });

  it('are the base fee alone where nothing was used', () => {
    expect(invoiceLines({ plan: planOf([], '19'), meters: METERS, usage: new Map() }).map((line) => line.key)).toEqual([
      BASE_FEE,
    ]);
    expect(invoiceLines({ plan: planOf([]), meters: METERS, usage: new Map() })).toEqual([]);
  });

  it('round the whole invoice once, half-up', () => {
    const price = { ...tokenPrice('0.0025'), meter: 'requests' };
    const plan = planOf([price, tokenPrice('0.0025')]);
    const usage = new Map([
      ['requests', new Decimal(1)],
      ['input_tokens', new Decimal(1)],
    ]);
    const lines = invoiceLines({ plan, meters: METERS, usage });
    expect(lines.map(({ key, amount }) => [key, amount.toFixed()])).toEqual([
      ['requests', '0.0025'],
      ['input_tokens', '0.0025'],
      [ROUNDING, '0.005'],
    ]);
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
  it('says which records the invoice counts', () => {
    const until = fc.option(fc.date({ noInvalidDate: true }));
    const upTo = fc.array(fc.tuple(fc.string(), fc.integer({ min: 1 }))).map((entries) => new Map(entries));
    fc.assert(
      fc.property(until, upTo, fc.string(), (until, upTo, line) => {
        const snapshot = { tenantId: newId<TenantId>(), planId: newId(), periodStart: new Date('2026-11-01'), until, upTo };
        expect(parseInvoiceId(invoiceId(snapshot, line))).toEqual({ snapshot, line });
      }),
    );
  });

  it('is nothing when it is any other text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.json()), (id) => {
        expect(parseInvoiceId(id)).toBeNull();
      }),
    );
  });
});

function tokenPrice(unitAmount: string) {
  const tiers = [{ upTo: null, unitAmount: new Decimal(unitAmount), flatAmount: new Decimal(0) }];
  return { ...NO_TERMS, meter: 'input_tokens', model: 'PER_UNIT' as const, tiers, includedQuantity: new Decimal(0) };
}
