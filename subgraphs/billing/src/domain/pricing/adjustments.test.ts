import { Decimal, sum } from '@switchyard/kernel/decimal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimals } from '../../test-support/pricing.ts';
import { useCredits } from './adjustments.ts';
import { prorate, shareOf } from './proration.ts';

const at = new Date('2026-11-10T00:00:00Z');

describe('credits', () => {
  const grant = fc.record({
    id: fc.uuid(),
    remaining: decimals({ min: 0, max: 100 }),
    expiresAt: fc.option(fc.date({ min: new Date('2026-11-01'), max: new Date('2026-12-01'), noInvalidDate: true })),
    grantedAt: fc.date({ min: new Date('2026-01-01'), max: new Date('2026-11-01'), noInvalidDate: true }),
  });

  it('pay as much as there is and is asked, from none more than it has, and from none that has expired', () => {
    fc.assert(
      fc.property(fc.uniqueArray(grant, { selector: ({ id }) => id }), decimals({ min: 0, max: 300 }), (grants, asked) => {
        const uses = useCredits(grants, asked, at);
        const valid = grants.filter(({ expiresAt }) => expiresAt === null || at < expiresAt);
        const available = sum(valid.map(({ remaining }) => remaining));
        expect(sum(uses.map(({ amount }) => amount)).eq(Decimal.min(asked, available))).toBe(true);
        for (const { grantId, amount } of uses) {
          expect(amount.lte(valid.find(({ id }) => id === grantId)?.remaining ?? 0)).toBe(true);
        }
      }),
    );
  });

  it('that expire soonest are used first, then the oldest', () => {
    const of = (id: string, expires: string | null, granted: string) => {
      return {
        id,
        remaining: new Decimal(10),
        expiresAt: expires === null ? null : new Date(expires),
        grantedAt: new Date(granted),
      };
    };
    const grants = [
      of('never, new', null, '2026-10-02'),
      of('late', '2027-01-01', '2026-10-01'),
      of('never, old', null, '2026-10-01'),
      of('over', '2026-11-10', '2026-10-01'),
      of('soon', '2026-12-01', '2026-10-03'),
    ];
    expect(useCredits(grants, new Decimal(35), at).map(({ grantId, amount }) => [grantId, amount.toFixed()])).toEqual([
      ['soon', '10'],
      ['late', '10'],
      ['never, old', '10'],
      ['never, new', '5'],
    ]);
  });
});

describe('a part of a period', () => {
  const period = { start: new Date('2026-11-01'), end: new Date('2026-12-01') };

  it('adds up with the others to the whole, by the second or by the day, wherever it is cut', () => {
    const cut = fc.date({ min: period.start, max: period.end, noInvalidDate: true });
    fc.assert(
      fc.property(cut, fc.constantFrom('SECOND' as const, 'DAY' as const), (at, unit) => {
        const parts = [
          shareOf({ start: period.start, end: at }, period, unit),
          shareOf({ start: at, end: period.end }, period, unit),
        ];
        const [whole] = parts.map((part) => part.whole);
        expect(sum(parts.map(({ part }) => part)).toFixed()).toBe(whole?.toFixed());
      }),
    );
  });

  it('costs its share, exactly where that can be written', () => {
    const half = { start: period.start, end: new Date('2026-11-16T12:00:00Z') };
    expect(prorate(new Decimal(10), shareOf(half, period, 'SECOND')).toFixed()).toBe('5.166666666666666667');
    expect(prorate(new Decimal(30), shareOf(half, period, 'DAY')).toFixed()).toBe('16');
  });
});
