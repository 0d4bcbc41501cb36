import { describe, expect, it } from 'vitest';
import { randomOf } from '../training/random.ts';
import { NOTHING_SEEN, residualAt, seen } from './bandit.ts';
import { ALPHA, forget, type Learning, type Lesson, learn, NOTHING_LEARNT } from './learning.ts';

type World = { readonly cheapError: number; readonly dearError: number; readonly explores: number };

/** Requests that the rules send to the cheap tier, which is believed to be as good as the dear one. */
function lessons(size: number, seed: number, { cheapError, dearError, explores }: World): Lesson[] {
  const random = randomOf(seed);
  return Array.from({ length: size }, () => {
    const tier = random() < explores ? 'dear' : 'cheap';
    const weighed = [
      { tier: 'cheap', cost: 0.001, propensity: 1 - explores },
      { tier: 'dear', cost: 0.003, propensity: explores },
    ].map((own) => ({ ...own, priorError: 0.2, ruleError: 0.2, learntError: 0.2, open: true }));
    const wrong = random() < (tier === 'cheap' ? cheapError : dearError);
    return { policyVersion: 1, errorCost: 0.02, tier, wrong, weighed };
  });
}

function taught(given: readonly Lesson[]): Learning {
  return given.reduce(learn, NOTHING_LEARNT);
}

describe('what was learnt', () => {
  it('follows the residual, slowly at first', () => {
    const few = Array.from({ length: 20 }).reduce<typeof NOTHING_SEEN>((sum) => seen(sum, [1, 0, 0], 0.3), NOTHING_SEEN);
    const many = Array.from({ length: 2_000 }).reduce<typeof NOTHING_SEEN>((sum) => seen(sum, [1, 0, 0], 0.3), NOTHING_SEEN);
    expect(residualAt(NOTHING_SEEN, [1, 0, 0]).mean).toBe(0);
    expect(residualAt(few, [1, 0, 0]).mean).toBeLessThan(0.03);
    expect(residualAt(many, [1, 0, 0]).mean).toBeCloseTo((0.3 * 2_000) / 2_200, 10);
    expect(residualAt(many, [1, 0, 0]).deviation).toBeLessThan(residualAt(few, [1, 0, 0]).deviation);
  });

  it('is forgotten of a tier that drifted, and nobody but the rules is in charge then', () => {
    const learning = {
      ...taught(lessons(500, 1, { cheapError: 0.4, dearError: 0.1, explores: 0.2 })),
      incumbent: 'learning' as const,
    };
    const after = forget(learning, 'cheap');
    expect(after.posteriors.cheap?.seen).toBe(0);
    expect(after.posteriors.dear).toBe(learning.posteriors.dear);
    expect([after.incumbent, after.challenges]).toEqual(['rules', {}]);
  });
});

describe('who is in charge', () => {
  it('changes to a tier that the tenant’s own data shows to be better for everything', () => {
    const learning = taught(lessons(4_000, 3, { cheapError: 0.6, dearError: 0.1, explores: 0.1 }));
    expect(learning.incumbent).toBe('tier:dear');
  });

  it('never changes where nothing else was tried: there is nothing to show it by', () => {
    const learning = taught(lessons(4_000, 3, { cheapError: 0.6, dearError: 0.1, explores: 0 }));
    expect(learning.incumbent).toBe('rules');
  });

  it('seldom changes for the worse, however often it is looked at', () => {
    const SEEDS = 300;
    const mistaken = Array.from({ length: SEEDS }, (_, seed) => {
      // The dear tier saves exactly what it costs: changing to it would be no gain.
      const given = lessons(1_000, 1_000 + seed, { cheapError: 0.3, dearError: 0.2, explores: 0.1 });
      return given.reduce<{ learning: Learning; changed: boolean }>(
        ({ learning, changed }, lesson) => {
          const next = learn(learning, lesson);
          return { learning: next, changed: changed || next.incumbent !== 'rules' };
        },
        { learning: NOTHING_LEARNT, changed: false },
      ).changed;
    }).filter(Boolean).length;
    expect(mistaken / SEEDS).toBeLessThanOrEqual(ALPHA);
  });

  it('begins again with the rules under another policy', () => {
    const learning = taught(lessons(4_000, 3, { cheapError: 0.6, dearError: 0.1, explores: 0.1 }));
    const [lesson] = lessons(1, 4, { cheapError: 0.6, dearError: 0.1, explores: 0.1 });
    expect(learn(learning, { ...(lesson as Lesson), policyVersion: 2 }).incumbent).toBe('rules');
  });
});
