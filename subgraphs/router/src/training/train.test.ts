import { describe, expect, it } from 'vitest';
import { decodeArtefact, encodeArtefact } from '../artefact/artefact.ts';
import { createPredictor } from '../domain/predictor/predictor.ts';
import { simulatedOutcomes } from '../test-support/outcomes.ts';
import { buildArtefact } from './build-artefact.ts';
import { brier, expectedCalibrationError, routing } from './scores.ts';

const HEADS = ['weak', 'strong'];
const artefact = buildArtefact(simulatedOutcomes(600, 1), HEADS);
const unseen = simulatedOutcomes(400, 2);

function said(kind: 'before' | 'after') {
  const predictor = createPredictor(artefact.model);
  const room = new Float64Array(2);
  return unseen.map((row) => {
    predictor.predict(row.prompt, room);
    const weak = kind === 'before' ? room[0] : predictor.afterAnswer(row.prompt, row.answers.weak);
    return { weak: weak ?? Number.NaN, strong: room[1] ?? Number.NaN };
  });
}

const weakScores = Float32Array.from(unseen, ({ scores }) => scores.weak);
const strongScores = Float32Array.from(unseen, ({ scores }) => scores.strong);
const apgr = (kind: 'before' | 'after') =>
  routing(
    Float64Array.from(said(kind), ({ weak, strong }) => strong - weak),
    weakScores,
    strongScores,
  ).apgr;

describe('a trained predictor', () => {
  it('tells which unseen questions deserve the strong model', () => {
    expect(apgr('before')).toBeGreaterThan(0.72);
  });

  it('says probabilities that come true', () => {
    const weak = said('before').map((p) => p.weak);
    expect(expectedCalibrationError(weak, weakScores)).toBeLessThan(0.06);
    expect(brier(weak, weakScores)).toBeLessThan(0.16);
  });

  it('knows more once it has seen the answer', () => {
    expect(apgr('after')).toBeGreaterThan(apgr('before') + 0.05);
  });

  it('is the same for the same rows, to the last byte', () => {
    expect(encodeArtefact(buildArtefact(simulatedOutcomes(600, 1), HEADS))).toBe(encodeArtefact(artefact));
  });

  it('carries where it comes from and how well it does', () => {
    const { dataFingerprint, rows, quality } = artefact.provenance;
    expect(dataFingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(rows).toBe(600);
    expect(quality.map(({ head }) => head)).toEqual(HEADS);
    expect(quality[0]?.curve.reduce((sum, { count }) => sum + count, 0)).toBe(600);
  });

  it('has learnt nothing of a model whose score is missing', () => {
    const rows = simulatedOutcomes(200, 3).map((row, at) => (at === 50 ? { ...row, scores: { weak: 1 } } : row));
    expect(() => buildArtefact(rows, HEADS)).toThrow('row-50');
  });
});

describe('an artefact', () => {
  it('predicts the same after it was written and read', () => {
    const [before, after] = [artefact.model, decodeArtefact(encodeArtefact(artefact)).model].map((model) => {
      const predictor = createPredictor(model);
      const room = new Float64Array(2);
      return unseen.map(({ prompt, answers }) => {
        predictor.predict(prompt, room);
        return [...room, predictor.afterAnswer(prompt, answers.weak)];
      });
    });
    expect(after).toEqual(before);
  });

  it('that is damaged anywhere is refused', () => {
    const text = encodeArtefact(artefact);
    for (const share of [0.1, 0.5, 0.9]) {
      const at = Math.floor(text.length * share);
      const damaged = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
      expect(() => decodeArtefact(damaged)).toThrow();
    }
    expect(() => decodeArtefact(text.slice(0, -100))).toThrow();
    expect(() => decodeArtefact('{"format":"another"}')).toThrow('not a router model');
  });

  it('of another version is refused by its version', () => {
    expect(() => decodeArtefact(encodeArtefact(artefact).replace(/"version":\d+/, '"version":99'))).toThrow('version 99');
  });
});
