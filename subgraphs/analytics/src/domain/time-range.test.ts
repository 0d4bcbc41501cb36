import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketStart, buckets, countBuckets, GRANULARITIES, nextBucket, pieces, wholeMinutes } from './time-range.ts';

const START = Date.parse('2023-11-05T00:00:00.000Z');
const minute = fc.integer({ min: 0, max: 3 * 366 * 24 * 60 }).map((n) => START + n * 60_000);
const range = fc
  .tuple(minute, minute)
  .filter(([a, b]) => a !== b)
  .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
const granularity = fc.constantFrom(...GRANULARITIES);
const at = (text: string) => Date.parse(text);

describe('a range of time', () => {
  it('is widened to the whole minutes that it touches', () => {
    const asked = { from: at('2026-01-31T23:58:00.001Z'), to: at('2026-01-31T23:59:00.001Z') };
    expect(wholeMinutes(asked)).toEqual({ from: at('2026-01-31T23:58:00.000Z'), to: at('2026-02-01T00:00:00.000Z') });
  });

  it('is cut into at most seven pieces of whole buckets, without gap or overlap', () => {
    fc.assert(
      fc.property(range, granularity, (whole, coarsest) => {
        const parts = pieces(whole, coarsest);
        expect(parts.length).toBeLessThanOrEqual(7);
        expect(parts[0]?.from).toBe(whole.from);
        expect(parts.at(-1)?.to).toBe(whole.to);
        for (const [index, part] of parts.entries()) {
          expect(part.from).toBe(parts[index - 1]?.to ?? whole.from);
          expect(bucketStart(part.granularity, part.from)).toBe(part.from);
          expect(bucketStart(part.granularity, part.to)).toBe(part.to);
          expect(GRANULARITIES.indexOf(part.granularity)).toBeLessThanOrEqual(GRANULARITIES.indexOf(coarsest));
        }
      }),
    );
  });

  it('touches as many buckets as are counted without listing them', () => {
    fc.assert(
      fc.property(range, fc.constantFrom('HOUR' as const, 'DAY' as const, 'MONTH' as const), (whole, width) => {
        const starts = buckets(width, whole);
        expect(countBuckets(width, whole)).toBe(starts.length);
        expect(starts[0]).toBe(bucketStart(width, whole.from));
        expect(nextBucket(width, starts.at(-1) ?? 0)).toBeGreaterThanOrEqual(whole.to);
      }),
    );
  });

  it('knows months of every length', () => {
    expect(nextBucket('MONTH', at('2024-02-10T00:00:00.000Z'))).toBe(at('2024-03-01T00:00:00.000Z'));
    expect(nextBucket('MONTH', at('2026-12-31T23:59:59.999Z'))).toBe(at('2027-01-01T00:00:00.000Z'));
  });
});
