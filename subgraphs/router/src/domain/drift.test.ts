import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomOf } from '../training/random.ts';
import { type Judged, lastChange } from './drift.ts';
import { learnt } from './error-model.ts';
import { historyOf } from './history.ts';

/** Oldest first: `count` decisions of which a share `error` was wrong. */
function judged(count: number, error: number, expected: number, seed: number): Judged[] {
  const random = randomOf(seed);
  return Array.from({ length: count }, () => ({ expected, wrong: random() < error }));
}

const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);

describe('drift of a tier', () => {
  it('is found where it began, within some 30 decisions, when answers get 30 points worse', () => {
    const found = SEEDS.map((seed) => lastChange([...judged(200, 0.15, 0.15, seed), ...judged(80, 0.45, 0.15, seed + 100)]));
    expect(found.filter((at) => at >= 170 && at <= 230).length).toBeGreaterThanOrEqual(36);
  });

  it('is found when answers get better, too', () => {
    const found = SEEDS.map((seed) => lastChange([...judged(200, 0.6, 0.6, seed), ...judged(100, 0.2, 0.6, seed + 100)]));
    expect(found.filter((at) => at >= 160 && at <= 240).length).toBeGreaterThanOrEqual(36);
  });

  it('is rarely seen where there is none', () => {
    expect(SEEDS.filter((seed) => lastChange(judged(300, 0.15, 0.15, seed)) > 0).length).toBeLessThanOrEqual(2);
  });

  it('is not what a prior is that was wrong from the beginning', () => {
    expect(SEEDS.filter((seed) => lastChange(judged(300, 0.25, 0.1, seed)) > 0).length).toBeLessThanOrEqual(6);
  });

  it('begins among the decisions, whatever they are', () => {
    const any = fc.array(fc.record({ expected: fc.double({ min: 0, max: 1, noNaN: true }), wrong: fc.boolean() }));
    fc.assert(
      fc.property(any, (decisions) => {
        const at = lastChange(decisions);
        expect(at).toBeGreaterThanOrEqual(0);
        expect(at).toBeLessThanOrEqual(Math.max(0, decisions.length - 1));
      }),
    );
  });

  it('makes the tenant’s old outcomes count no longer', () => {
    const past = (seen: readonly Judged[]) =>
      historyOf(
        seen.toReversed().map(({ expected, wrong }) => ({
          sketch: { high: 0, low: 0 },
          tier: 'small',
          outcome: wrong ? 'WRONG' : 'CORRECT',
          priorError: expected,
          listCost: 0.001,
          actualCost: null,
          callLatencyMs: null,
        })),
      ).byTier.get('small');
    const steady = past(judged(300, 0.1, 0.1, 1));
    const dropped = past([...judged(300, 0.1, 0.1, 1), ...judged(60, 0.6, 0.1, 2)]);
    expect([steady?.drifted, dropped?.drifted]).toEqual([false, true]);
    expect(learnt(0.1, steady)).toBeLessThan(0.15);
    // 300 old decisions and 60 new ones together would say 0.18.
    expect(learnt(0.1, dropped)).toBeGreaterThan(0.45);
  });
});
