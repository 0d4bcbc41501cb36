import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrated } from '../domain/predictor/calibration.ts';
import { forestLogit } from '../domain/predictor/forest.ts';
import { binned, growForest } from './boost.ts';
import { fitCalibration } from './fit-calibration.ts';
import { foldsOf } from './folds.ts';
import { randomOf } from './random.ts';
import { expectedCalibrationError, routing } from './scores.ts';

describe('trees', () => {
  it('learn what no straight line can', () => {
    const random = randomOf(1);
    const rows = Array.from({ length: 800 }, () => Float32Array.of(random(), random(), random()));
    const targets = Float32Array.from(rows, ([a = 0, b = 0]) => Number(a > 0.5 !== b > 0.5));
    const options = { trees: 60, depth: 3, rate: 0.2, ridge: 1, rowShare: 0.8, featureShare: 1, seed: 3 };
    const forest = growForest(binned(rows), targets, options);
    const right = rows.filter((row, at) => forestLogit(forest, row) > 0 === (targets[at] === 1)).length;
    expect(right / rows.length).toBeGreaterThan(0.97);
  });
});

describe('calibration', () => {
  it.each([
    ['overconfident', 3, 0],
    ['overconfident and shifted', 2, 1.5],
  ])('makes %s predictions come true', (_, factor, shift) => {
    const random = randomOf(4);
    const truth = Float64Array.from({ length: 4_000 }, () => 4 * random() - 2);
    const targets = Float32Array.from(truth, (logit) => Number(random() < 1 / (1 + Math.exp(-logit))));
    const logits = truth.map((logit) => factor * logit + shift);
    const fitted = fitCalibration(logits, targets);
    const before = logits.map((logit) => 1 / (1 + Math.exp(-logit)));
    const after = logits.map((logit) => calibrated(fitted, logit));
    expect(expectedCalibrationError(before, targets)).toBeGreaterThan(0.08);
    expect(expectedCalibrationError(after, targets)).toBeLessThan(0.03);
  });

  it('keeps the order of what it calibrates', () => {
    const logits = Float64Array.of(-2, -1, 0, 1, 2, 3);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 6, maxLength: 6 }), (targets) => {
        const fitted = fitCalibration(logits, Float32Array.from(targets));
        const said = [...logits].map((logit) => calibrated(fitted, logit));
        expect(said).toEqual(said.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('folds', () => {
  it('keep questions that open alike together', () => {
    const opening = 'In a closed economy with no government the marginal propensity to consume is';
    const [first, second] = foldsOf([`${opening} 0.8. What follows?`, `${opening.toUpperCase()}   0.9! And now?`], 5);
    expect(first).toBe(second);
  });

  it('look behind an opening that is a template', () => {
    const template = 'For which of these two scenarios does the main character do something that is wrong? ';
    const folds = foldsOf(
      Array.from({ length: 100 }, (_, at) => `${template} Scenario ${at}`),
      5,
    );
    expect(new Set(folds).size).toBe(5);
  });

  it('do not depend on the order', () => {
    const prompts = ['one question', 'another question', 'a third one'];
    expect([...foldsOf(prompts, 5)].reverse()).toEqual([...foldsOf(prompts.toReversed(), 5)]);
  });
});

describe('routing scores', () => {
  const weak = Float32Array.of(1, 0, 0, 1, 0, 1, 1, 1);
  const strong = Float32Array.of(1, 1, 1, 1, 1, 0, 1, 1);

  it('of one who knows are the best there is', () => {
    const oracle = Float64Array.from(weak, (own, at) => (strong[at] ?? 0) - own);
    const { apgr, cpt50 } = routing(oracle, weak, strong);
    // 3 gained in 3 of 8 calls, 4 calls that change nothing, and 1 lost in the last: the gap is 2.
    expect(apgr).toBeCloseTo((0.5 + 1.5 + 2.5 + 4 * 3 + 2.5) / 8 / 2, 10);
    expect(cpt50).toBe(12.5);
  });

  it('of chance are a half on average', () => {
    const random = randomOf(9);
    const size = 20_000;
    const own = Float32Array.from({ length: size }, () => Number(random() < 0.6));
    const other = Float32Array.from({ length: size }, () => Number(random() < 0.9));
    expect(routing(new Float64Array(size), own, other).apgr).toBeCloseTo(0.5, 1);
  });
});
