import { describe, expect, it } from 'vitest';
import { randomOf } from '../training/random.ts';
import { NOTHING_SEEN, residualAt, seen } from './bandit.ts';
import { ALPHA, type Learning, type Lesson, learn, learnedUnder, NOTHING_LEARNT, relearn } from './learning.ts';

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
    return { policyVersion: 1, errorCost: 0.02, tier, wrong, contested: true, weighed };
  });
}

function taught(given: readonly Lesson[]): Learning {
  return given.reduce((learning, lesson) => learn(learning, lesson).learning, NOTHING_LEARNT);
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

  it('counts a decision as it is now when what was said of it changes', () => {
    const given = lessons(50, 1, { cheapError: 0.4, dearError: 0.1, explores: 0.2 });
    const last = given.at(-1) as Lesson;
    const turned = relearn(taught(given), { ...last, wrong: !last.wrong });
    const anew = taught([...given.slice(0, -1), { ...last, wrong: !last.wrong }]);
    expect(turned.posteriors[last.tier]?.moments[0]).toBeCloseTo(anew.posteriors[last.tier]?.moments[0] ?? 0, 10);
  });

  it('is forgotten of a tier that drifts, and nobody but the rules is in charge then', () => {
    const learning = {
      ...taught(lessons(500, 1, { cheapError: 0.2, dearError: 0.1, explores: 0.2 })),
      incumbent: 'learning' as const,
    };
    let after: Learning = learning;
    let changed: string[] = [];
    for (const lesson of lessons(200, 2, { cheapError: 0.7, dearError: 0.1, explores: 0.2 })) {
      const next = learn(after, lesson);
      after = next.learning;
      if (next.change !== null) {
        changed = [lesson.tier, next.change.kind];
        break;
      }
    }
    expect(changed).toEqual(['cheap', 'WORSE']);
    expect(after.posteriors.cheap).toMatchObject({ seen: 0, priorWeight: 40 });
    expect(after.posteriors.dear?.seen).toBeGreaterThan(50);
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
          const next = learn(learning, lesson).learning;
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
    const next = learn(learning, { ...(lesson as Lesson), policyVersion: 2 }).learning;
    expect(next.incumbent).toBe('rules');
    // What was decided under the policy before, and is judged only now, changes nobody back.
    expect(learn({ ...next, incumbent: 'learning' }, lesson as Lesson).learning.incumbent).toBe('learning');
    expect(learnedUnder(learning, 1).incumbent).toBe('tier:dear');
    expect(learnedUnder(learning, 2).incumbent).toBe('rules');
  });
});
