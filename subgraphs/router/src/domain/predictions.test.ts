import { describe, expect, it } from 'vitest';
import { LADDER, NO_LIMITS, PLAIN } from '../test-support/arbitraries.ts';
import { explain } from './explanation.ts';
import { NO_HISTORY } from './history.ts';
import { NOTHING_LEARNT } from './learning.ts';
import { choose } from './policy.ts';
import { createPredict, type Predictions } from './predictions.ts';
import type { Predictor } from './predictor/predictor.ts';
import { FIRST_POLICY } from './routing-policy.ts';

function predictorSaying(says: Readonly<Record<string, number>>): Predictor {
  return {
    names: Object.keys(says),
    predict: (_, room) => room.set(Object.values(says)),
    afterAnswer: () => null,
  };
}

const predict = (says: Readonly<Record<string, number>>, spentMs = 0) =>
  createPredict({ kind: 'loaded', predictor: predictorSaying(says) }, LADDER, 20).before('Which?', spentMs);

function chosen(predictions: Predictions) {
  const given = {
    ladder: LADDER,
    features: PLAIN,
    limits: NO_LIMITS,
    policy: FIRST_POLICY,
    learning: NOTHING_LEARNT,
    draw: 0,
    history: NO_HISTORY,
    resting: new Set<string>(),
  };
  const choice = choose({ ...given, predictions });
  if (!choice.ok) throw new Error(choice.error.kind);
  return { ...choice.value, sentence: explain(choice.value, FIRST_POLICY, 'USD') };
}

describe('what a trained model says', () => {
  it('is the expected error of the tier that bears the name of its head, or whose model does', () => {
    const { errors, fault } = predict({ small: 0.9, 'large-1': 0.6, stranger: 0.1 });
    expect(fault).toBeNull();
    expect([...errors.keys()]).toEqual(['small', 'large']);
    expect(errors.get('small')).toBeCloseTo(0.1);
    expect(errors.get('large')).toBeCloseTo(0.4);
  });

  it('moves the choice', () => {
    const sure = chosen(predict({ small: 0.99, medium: 0.99, large: 0.99 }));
    expect(sure).toMatchObject({ tier: { name: 'small' }, reason: 'POLICY' });
    const unsure = chosen(predict({ small: 0.1, medium: 0.2, large: 0.99 }));
    expect(unsure).toMatchObject({ tier: { name: 'large' }, reason: 'POLICY' });
  });
});

describe('without a trained model', () => {
  it('that was never configured, the prior decides, and nothing is said of it', () => {
    expect(chosen(createPredict({ kind: 'none' }, LADDER, 20).before('Which?', 0)).reason).toBe('POLICY');
  });

  it.each([
    ['unreadable', createPredict({ kind: 'unreadable' }, LADDER, 20).before('Which?', 0), 'could not be read'],
    ['failed', predict({ small: Number.NaN }), 'did not fit this message'],
    ['late', predict({ small: 0.9 }, 21), 'no time left'],
  ])('that is %s, the prior decides as it would have, and the reason and the sentence say so', (fault, predictions, words) => {
    const fallen = chosen(predictions);
    expect(fallen).toMatchObject({ reason: 'FALLBACK', fault });
    expect(fallen.sentence).toContain(words);
    expect(fallen.tier).toBe(chosen(createPredict({ kind: 'none' }, LADDER, 20).before('Which?', 0)).tier);
  });
});

describe('what an answer shows', () => {
  it('is known of the tier that the first head speaks for, and of no other', () => {
    const predictor: Predictor = {
      ...predictorSaying({ 'small-1': 0.5, large: 0.5 }),
      afterAnswer: (_, answer) => answer.length / 10,
    };
    const { checks, after } = createPredict({ kind: 'loaded', predictor }, LADDER, 20);
    expect(LADDER.filter(({ name }) => checks(name)).map(({ name }) => name)).toEqual(['small']);
    expect([after('small', 'Which?', 'This'), after('large', 'Which?', 'This')]).toEqual([0.4, null]);
  });

  it('is not known of a model that has not learnt from answers', () => {
    const { checks, after } = createPredict({ kind: 'loaded', predictor: predictorSaying({ small: 0.5 }) }, LADDER, 20);
    expect([checks('small'), after('small', 'Which?', 'This')]).toEqual([false, null]);
  });
});
