import fc from 'fast-check';
import { expect, it } from 'vitest';
import { endsEarly } from './early-exit.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });

it('an answer that is surely right ends the matter, and so does one that no other tier is left for', () => {
  fc.assert(
    fc.property(share, share, (probability, objective) => {
      expect(endsEarly({ probability: 1, errorCost: 0.02, next: { objective } })).toBe(true);
      expect(endsEarly({ probability, errorCost: 0.02, next: null })).toBe(true);
    }),
  );
});

it('an answer is given up only where the next tier promises less, its cost included; the surer the answer, the less', () => {
  expect(endsEarly({ probability: 0.9, errorCost: 0.02, next: { objective: 0.0021 } })).toBe(true);
  expect(endsEarly({ probability: 0.9, errorCost: 0.02, next: { objective: 0.0019 } })).toBe(false);
  fc.assert(
    fc.property(share, share, share, (one, other, objective) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)];
      const next = { objective };
      if (endsEarly({ probability: less, errorCost: 0.5, next }))
        expect(endsEarly({ probability: more, errorCost: 0.5, next })).toBe(true);
    }),
  );
});
