import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf, mergeSketches, middleOf, quantile, RELATIVE_ERROR, sketchOf } from './ddsketch.ts';

const value = fc.oneof(
  fc.double({ min: 1e-6, max: 1e12, noNaN: true }),
  fc.integer({ min: 1, max: 100_000 }),
  fc.constantFrom(1, 1000),
);
const values = fc.array(value, { minLength: 1, maxLength: 300 });

describe('a sketch', () => {
  it('gives every value back within one per cent', () => {
    fc.assert(fc.property(value, (x) => Math.abs(middleOf(bucketOf(x)) - x) <= RELATIVE_ERROR * x));
  });

  it('gives every quantile within one per cent of the exact one', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (xs, q) => {
        const exact = xs.toSorted((a, b) => a - b)[Math.floor(q * (xs.length - 1))] ?? Number.NaN;
        return Math.abs((quantile(sketchOf(xs), q) ?? Number.NaN) - exact) <= RELATIVE_ERROR * exact;
      }),
    );
  });

  it('merges to the sketch of all values, in any order and grouping', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const all = sketchOf([...c, ...a, ...b]);
        const [x, y, z] = [sketchOf(a), sketchOf(b), sketchOf(c)];
        expect(mergeSketches(mergeSketches(x, y), z)).toEqual(all);
        expect(mergeSketches(z, mergeSketches(y, x))).toEqual(all);
      }),
    );
  });

  it('forgets a value that is taken out as if it had never been in', () => {
    fc.assert(
      fc.property(values, values, (kept, removed) => {
        const negative = new Map([...sketchOf(removed)].map(([bucket, count]) => [bucket, -count]));
        expect(mergeSketches(sketchOf([...kept, ...removed]), negative)).toEqual(sketchOf(kept));
      }),
    );
  });

  it('counts zero as zero, has no quantile of nothing, and refuses what is no duration', () => {
    expect(quantile(sketchOf([0, 0, 5]), 0.5)).toBe(0);
    expect(quantile(sketchOf([]), 0.5)).toBeNull();
    for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => bucketOf(wrong)).toThrow(RangeError);
  });
});
