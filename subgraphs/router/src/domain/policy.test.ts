import { Decimal } from '@switchyard/kernel/decimal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  features,
  history,
  LADDER,
  learning,
  limits,
  NO_LIMITS,
  PLAIN,
  policy,
  predictions,
  resting,
} from '../test-support/arbitraries.ts';
import { explain } from './explanation.ts';
import { historyOf, NO_HISTORY } from './history.ts';
import { type Learning, NOTHING_LEARNT } from './learning.ts';
import { type Choice, choose } from './policy.ts';
import { NO_PREDICTIONS } from './predictions.ts';
import { FIRST_POLICY as POLICY } from './routing-policy.ts';
import type { Situation } from './situation.ts';

const DEFAULT: Situation = {
  ladder: LADDER,
  features: PLAIN,
  limits: NO_LIMITS,
  policy: POLICY,
  history: NO_HISTORY,
  resting: new Set(),
  predictions: NO_PREDICTIONS,
  learning: NOTHING_LEARNT,
  draw: 0,
};

const situation = fc.record({
  ladder: fc.constant(LADDER),
  features,
  history,
  policy,
  limits,
  resting,
  predictions,
  learning,
  draw: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

function chosen(change: Partial<Situation>): Choice {
  const result = choose({ ...DEFAULT, ...change });
  if (!result.ok) throw new Error(result.error.kind);
  return result.value;
}

describe('any decision', () => {
  it('lists every tier, with propensities that add up to exactly 1, and explores no more than the policy lets it', () => {
    fc.assert(
      fc.property(situation, (given) => {
        const result = choose(given);
        if (!result.ok) return;
        const { candidates, chosen: picked, tier, usual, reason } = result.value;
        expect(candidates.map((candidate) => candidate.tier)).toEqual(LADDER.map(({ name }) => name));
        expect(candidates.reduce((sum, { propensity }) => sum + propensity, 0)).toBe(1);
        expect(picked.tier).toBe(tier.name);
        expect(candidates.find((candidate) => candidate.tier === tier.name)).toEqual(picked);
        const best = candidates.find((candidate) => candidate.tier === usual)?.propensity ?? 0;
        expect(best).toBeGreaterThanOrEqual(1 - given.policy.exploration);
        expect(reason === 'EXPLORATION').toBe(tier.name !== usual);
        for (const { leftOut, propensity } of candidates) if (leftOut !== null && propensity > 0) expect(reason).toBe('FALLBACK');
      }),
    );
  });

  it('has the least objective among the tiers that may be chosen, unless none may, chance decides or one tier is for all', () => {
    fc.assert(
      fc.property(situation, (given) => {
        const result = choose(given);
        if (!result.ok) {
          expect(given.limits.excludeTiers).toHaveLength(LADDER.length);
          return;
        }
        const { candidates, chosen: picked, reason, usual } = result.value;
        const open = candidates.filter(({ leftOut }) => leftOut === null);
        expect(picked.leftOut === 'excluded').toBe(false);
        if (reason === 'FALLBACK' && given.predictions.fault === null) expect(open).toEqual([]);
        if (open.length === 0) return;
        expect(picked.leftOut).toBeNull();
        const best = open.find(({ tier }) => tier === usual);
        const fixed = open.find(({ tier }) => given.learning.incumbent === `tier:${tier}`);
        expect(best).toEqual(fixed ?? open.toSorted((a, b) => a.objective - b.objective)[0]);
      }),
    );
  });

  it('tries every tier that may be tried, where the policy explores', () => {
    fc.assert(
      fc.property(situation, (given) => {
        const result = choose(given);
        if (!result.ok || !['POLICY', 'EXPLORATION'].includes(result.value.reason)) return;
        const open = result.value.candidates.filter(({ leftOut }) => leftOut === null);
        const least = given.policy.exploration / 2 / Math.max(1, open.length - 1);
        if (open.length > 1) for (const { propensity } of open) expect(propensity).toBeGreaterThanOrEqual(least - 1e-9);
      }),
    );
  });

  it('has costs that are not negative, and errors strictly between 0 and 1', () => {
    fc.assert(
      fc.property(situation, (given) => {
        const result = choose(given);
        for (const candidate of result.ok ? result.value.candidates : []) {
          expect(candidate.expectedCost.isNegative()).toBe(false);
          expect(candidate.expectedError).toBeGreaterThan(0);
          expect(candidate.expectedError).toBeLessThan(1);
          expect(candidate.objective).toBeCloseTo(
            candidate.expectedCost.toNumber() + given.policy.errorCost.toNumber() * candidate.expectedError,
            9,
          );
        }
      }),
    );
  });

  it('expects no more errors when a wrong answer costs more, and no more cost when it costs less', () => {
    fc.assert(
      fc.property(situation, fc.integer({ min: 1, max: 1000 }), (given, factor) => {
        const sure = { ...given, learning: NOTHING_LEARNT, policy: { ...given.policy, exploration: 0 } };
        const dearer = { ...sure, policy: { ...sure.policy, errorCost: given.policy.errorCost.times(factor) } };
        const [before, after] = [choose(sure), choose(dearer)];
        if (!before.ok || !after.ok || before.value.reason === 'FALLBACK') return;
        expect(after.value.chosen.expectedError).toBeLessThanOrEqual(before.value.chosen.expectedError);
        expect(after.value.chosen.expectedCost.toNumber()).toBeGreaterThanOrEqual(before.value.chosen.expectedCost.toNumber());
      }),
    );
  });

  it('can be told to a person in one sentence that names the tier', () => {
    fc.assert(
      fc.property(situation, (given) => {
        const result = choose(given);
        if (!result.ok) return;
        const sentence = explain(result.value, given.policy, 'USD');
        expect(sentence).toContain(result.value.tier.name);
        expect(sentence).toMatch(/^[A-Z].*\.$/);
        expect(sentence).not.toMatch(/NaN|undefined|Infinity/);
      }),
    );
  });
});

describe('with the default policy', () => {
  it.each(['FAQ', 'ORDER', 'LEAD'] as const)('an everyday %s message is looked up', (useCase) => {
    expect(chosen({ features: { ...PLAIN, useCase } }).tier.name).toBe('local');
  });

  it('a hard question is not looked up, and goes up the ladder with its difficulty', () => {
    const plain = chosen({ features: { ...PLAIN, useCase: 'GENERAL' } });
    const hard = chosen({ features: { ...PLAIN, useCase: 'GENERAL', domainFlags: ['code', 'math', 'legal', 'medical'] } });
    expect(plain.tier.name).not.toBe('local');
    expect(LADDER.indexOf(hard.tier)).toBeGreaterThan(LADDER.indexOf(plain.tier));
  });

  it('an answer that must fit a schema is not looked up', () => {
    const structured = { ...PLAIN, useCase: 'FAQ' as const, domainFlags: ['faq', 'structured'] as const };
    expect(chosen({ features: structured }).tier.name).not.toBe('local');
  });
});

describe('limits', () => {
  it('leave out what could cost more than maxCost, resting tiers and those too slow, and say so', () => {
    const resting = new Set(['small']);
    const choice = chosen({
      features: { ...PLAIN, useCase: 'GENERAL' },
      limits: { ...NO_LIMITS, maxCost: new Decimal('0.006'), maxLatencyMs: 7_000 },
      resting,
    });
    expect(choice.candidates.map(({ leftOut }) => leftOut)).toEqual([null, 'resting', null, 'too-dear']);
    expect(choice.tier.name).toBe('medium');
    expect(explain(choice, POLICY, 'USD')).toContain(
      'small is resting after errors of its provider, large could cost more than allowed',
    );
  });

  it('that nothing fits lead to the cheapest tier that is awake', () => {
    const choice = chosen({ limits: { ...NO_LIMITS, maxLatencyMs: 1, excludeTiers: ['local'] }, resting: new Set(['small']) });
    expect([choice.tier.name, choice.reason]).toEqual(['medium', 'FALLBACK']);
  });

  it('are no matter to a pin, but for maxCost and tiers that were tried', () => {
    expect(chosen({ limits: { ...NO_LIMITS, pinnedTier: 'large', maxLatencyMs: 1 } }).reason).toBe('PINNED');
    const refusal = (change: Partial<typeof NO_LIMITS>) => choose({ ...DEFAULT, limits: { ...NO_LIMITS, ...change } });
    expect(refusal({ pinnedTier: 'huge' })).toMatchObject({ error: { kind: 'unknown-tier' } });
    expect(refusal({ pinnedTier: 'large', excludeTiers: ['large'] })).toMatchObject({ error: { kind: 'pin-excluded' } });
    expect(refusal({ pinnedTier: 'large', maxCost: new Decimal('0.001') })).toMatchObject({ error: { kind: 'pin-too-dear' } });
    expect(refusal({ excludeTiers: LADDER.map(({ name }) => name) })).toMatchObject({ error: { kind: 'nothing-left' } });
  });
});

describe('learning from the tenant', () => {
  const past = (tier: string, outcome: 'CORRECT' | 'WRONG', count: number) =>
    Array.from({ length: count }, () => ({
      sketch: { high: 0, low: 0 },
      tier,
      outcome,
      priorError: 0.2,
      listCost: 0.001,
      actualCost: 0.003,
      callLatencyMs: 900,
    }));
  const small = (decisions: Parameters<typeof historyOf>[0]) => {
    const candidate = chosen({ history: historyOf(decisions) }).candidates.find(({ tier }) => tier === 'small');
    return { error: candidate?.expectedError ?? 0, cost: candidate?.expectedCost.toNumber() ?? 0 };
  };

  it('wrong answers raise the error of their tier, right ones lower it, and a few of them change little', () => {
    const prior = small([]).error;
    expect(small(past('small', 'WRONG', 50)).error).toBeGreaterThan(0.5);
    expect(small(past('small', 'CORRECT', 200)).error).toBeLessThan(prior / 3);
    expect(Math.abs(small(past('small', 'CORRECT', 1)).error - prior)).toBeLessThan(0.03);
    expect(small(past('large', 'WRONG', 50)).error).toBe(prior);
  });

  it('costs follow what was really paid', () => {
    const ratio = small(past('small', 'CORRECT', 400)).cost / small([]).cost;
    expect(ratio).toBeGreaterThan(2.8);
    expect(ratio).toBeLessThan(3);
  });

  it('a tier that was seen to be slow is left out of what must be fast', () => {
    const choice = chosen({
      history: historyOf(past('small', 'CORRECT', 10).map((decision) => ({ ...decision, callLatencyMs: 20_000 }))),
      limits: { ...NO_LIMITS, maxLatencyMs: 10_000 },
    });
    expect(choice.candidates.find(({ tier }) => tier === 'small')?.leftOut).toBe('too-slow');
  });
});

describe('who decides', () => {
  const general = { ...PLAIN, useCase: 'GENERAL' as const };
  const learnt = (incumbent: Learning['incumbent'], posteriors: Learning['posteriors'] = {}) =>
    chosen({ features: general, learning: { ...NOTHING_LEARNT, incumbent, posteriors } });
  /** A thousand requests on which the medium tier was wrong where it was thought to be right. */
  const mediumIsWrong = { medium: { priorWeight: 200, seen: 1000, squares: [1000, 0, 0, 0, 0, 0], moments: [800, 0, 0] } };

  it('is the rules until something else was put in charge: what was learnt changes nothing before', () => {
    expect(learnt('rules', mediumIsWrong).tier.name).toBe(learnt('rules').tier.name);
  });

  it('is what was learnt, once that is in charge', () => {
    const before = learnt('learning');
    const after = learnt('learning', mediumIsWrong);
    expect(before.tier.name).toBe('medium');
    expect(after.tier.name).not.toBe('medium');
  });

  it('is one tier for everything, once that is in charge, as long as it may be chosen', () => {
    const fixed = learnt('tier:large');
    expect(fixed.tier.name).toBe('large');
    expect(explain(fixed, POLICY, 'USD')).toContain('one tier for everything');
    const limits = { ...NO_LIMITS, excludeTiers: ['large'] };
    expect(chosen({ limits, learning: { ...NOTHING_LEARNT, incumbent: 'tier:large' } }).tier.name).not.toBe('large');
  });
});

describe('exploration', () => {
  const policy = { ...POLICY, exploration: 0.2 };

  it('is left to the draw, and says so to a person', () => {
    const given = { features: { ...PLAIN, useCase: 'GENERAL' as const }, policy };
    const choices = Array.from({ length: 100 }, (_, at) => chosen({ ...given, draw: at / 100 }));
    const exploring = choices.filter(({ reason }) => reason === 'EXPLORATION');
    expect(exploring.length).toBeGreaterThanOrEqual(8);
    expect(exploring.length).toBeLessThanOrEqual(20);
    expect(explain(exploring[0] as Choice, policy, 'USD')).toMatch(
      /^To keep learning which tier answers best, \d.*rather than to medium/,
    );
  });

  it('never chooses a tier that might cost more than the limit', () => {
    const limits = { ...NO_LIMITS, maxCost: new Decimal('0.006') };
    for (let at = 0; at < 100; at += 1) expect(chosen({ policy, limits, draw: at / 100 }).tier.name).not.toBe('large');
  });
});
