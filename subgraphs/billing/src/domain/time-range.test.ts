import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finestFor, fits, pieces, ROLLUPS, type Rollup } from './time-range.ts';

const time = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true });
const range = fc
  .tuple(time, fc.integer({ min: 1, max: 40 * ROLLUPS.DAY }))
  .map(([from, lengthMs]) => ({ from, to: new Date(from.getTime() + lengthMs) }));
const coarsest = fc.constantFrom<Rollup>('MINUTE', 'HOUR', 'DAY');

describe('the pieces of a range', () => {
  it('cover it in order, without gap or overlap', () => {
    fc.assert(
      fc.property(range, coarsest, (range, coarsest) => {
        const cut = pieces(range, coarsest);
        expect([range.from, ...cut.map((piece) => piece.to)]).toEqual([...cut.map((piece) => piece.from), range.to]);
        expect(cut.length).toBeLessThanOrEqual(7);
      }),
    );
  });

  it('are whole buckets, but for two ends of less than a minute', () => {
    fc.assert(
      fc.property(range, coarsest, (range, coarsest) => {
        for (const { source, from, to } of pieces(range, coarsest)) {
          if (source === 'RECORDS') {
            expect(to.getTime() - from.getTime()).toBeLessThan(2 * ROLLUPS.MINUTE);
          } else {
            expect([from.getTime() % ROLLUPS[source], to.getTime() % ROLLUPS[source]]).toEqual([0, 0]);
            expect(ROLLUPS[source]).toBeLessThanOrEqual(ROLLUPS[coarsest]);
          }
        }
      }),
    );
  });

  it('are none of an empty range', () => {
    expect(pieces({ from: new Date(5), to: new Date(5) }, 'DAY')).toEqual([]);
  });
});

describe('the finest granularity', () => {
  const from = new Date('2026-01-01');
  it.each([
    [7, 'MINUTE'],
    [8, 'HOUR'],
    [420, 'HOUR'],
    [421, 'DAY'],
    [36_500, 'MONTH'],
  ] as const)('of %i days is %s', (days, granularity) => {
    const range = { from, to: new Date(from.getTime() + days * ROLLUPS.DAY) };
    expect(finestFor(range)).toBe(granularity);
    expect(fits(range, granularity)).toBe(true);
  });
});
