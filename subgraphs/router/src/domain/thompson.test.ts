import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomOf } from '../training/random.ts';
import { drawn, explored, leastProbabilities } from './thompson.ts';

const belief = fc.record({
  mean: fc.double({ min: 0, max: 0.1, noNaN: true }),
  deviation: fc.double({ min: 0, max: 0.02, noNaN: true }),
});
const beliefs = fc.array(belief, { minLength: 1, maxLength: 9 });

describe('the probability of being the least', () => {
  it('adds up to 1, and is greater for none that is believed to be more', () => {
    fc.assert(
      fc.property(beliefs, fc.double({ min: 0.001, max: 0.02, noNaN: true }), (given, deviation) => {
        const equal = given.map(({ mean }) => ({ mean, deviation }));
        const probabilities = leastProbabilities(equal);
        expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
        equal.forEach(({ mean }, a) => {
          equal.forEach((other, b) => {
            if (mean <= other.mean) expect(probabilities[a] ?? 0).toBeGreaterThanOrEqual((probabilities[b] ?? 0) - 1e-6);
          });
        });
      }),
    );
  });

  it('is what many draws say', () => {
    const given = [
      { mean: 0.02, deviation: 0.01 },
      { mean: 0.025, deviation: 0.002 },
      { mean: 0.03, deviation: 0.02 },
      { mean: 0.2, deviation: 0.001 },
    ];
    const random = randomOf(7);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const wins = [0, 0, 0, 0];
    const DRAWS = 200_000;
    for (let n = 0; n < DRAWS; n += 1) {
      const objectives = given.map(({ mean, deviation }) => mean + deviation * normal());
      const least = objectives.indexOf(Math.min(...objectives));
      wins[least] = (wins[least] ?? 0) + 1;
    }
    leastProbabilities(given).forEach((probability, at) => {
      expect(Math.abs(probability - (wins[at] ?? 0) / DRAWS)).toBeLessThan(0.005);
    });
  });

  it('is that of the difference, for two: Φ of it in deviations', () => {
    const [first] = leastProbabilities([
      { mean: 0, deviation: 3 },
      { mean: 5, deviation: 4 },
    ]);
    expect(first).toBeCloseTo(0.8413447, 6);
  });
});

describe('what is explored', () => {
  const given = beliefs.chain((all) =>
    fc.record({
      all: fc.constant(all),
      best: fc.nat(all.length - 1),
      budget: fc.double({ min: 0, max: 0.2, noNaN: true }),
      draw: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    }),
  );

  it('has probabilities that add up to exactly 1 in any order, and stays within its budget', () => {
    fc.assert(
      fc.property(given, ({ all, best, budget }) => {
        const shares = explored(all, best, budget);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(1);
        expect(shares.toReversed().reduce((sum, share) => sum + share, 0)).toBe(1);
        expect(shares[best] ?? 0).toBeGreaterThanOrEqual(1 - budget);
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('draws nothing that has no probability', () => {
    fc.assert(
      fc.property(given, ({ all, best, budget, draw }) => {
        const shares = explored(all, best, budget);
        expect(shares[drawn(shares, draw)] ?? 0).toBeGreaterThan(0);
      }),
    );
  });
});
