import { type Calibration, calibrated, UNCALIBRATED } from '../domain/predictor/calibration.ts';
import { createPredictor, type Model } from '../domain/predictor/predictor.ts';
import { trainWhole } from './build-artefact.ts';
import { foldsOf } from './folds.ts';
import type { OutcomeRow } from './outcome-rows.ts';
import { randomOf, shuffled } from './random.ts';
import {
  brier,
  type CalibrationBin,
  calibrationCurve,
  expectedCalibrationError,
  type Interval,
  type Routing,
  routingIntervals,
} from './scores.ts';
import { corpusOf } from './train.ts';

const FOLDS = 5;

export type HeadEvaluation = {
  readonly head: string;
  readonly meanScore: number;
  readonly before: { readonly ece: number; readonly brier: number };
  readonly after: { readonly ece: number; readonly brier: number };
  readonly curve: readonly CalibrationBin[];
};

export type Evaluation = {
  readonly rows: number;
  /** Of the first head (weak) and the last one (strong). */
  readonly routing: Readonly<Record<keyof Routing, Interval>>;
  /** The same when the weak answer was seen; null without answers. */
  readonly routingAfterAnswer: Readonly<Record<keyof Routing, Interval>> | null;
  readonly heads: readonly HeadEvaluation[];
  /** For each head and row, what was said of it by a model that had not seen its fold. */
  readonly probabilities: readonly Float64Array[];
  readonly targets: readonly Float32Array[];
};

export type EvaluationOptions = {
  /** Learns from no more than this many rows of the other folds, drawn by seed. */
  readonly labels?: number;
  readonly progress?: (note: string) => void;
};

/**
 * Five folds by the opening of the question. Weights, trees and calibration are fitted within the other four; the features, the
 * trees' shape and the penalties are constants of the code, and not chosen anew.
 */
export function evaluate(rows: readonly OutcomeRow[], heads: readonly string[], options: EvaluationOptions = {}): Evaluation {
  const corpus = corpusOf(rows, heads);
  const folds = foldsOf(corpus.prompts, FOLDS);
  const said = createSaid(rows.length, heads.length);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    options.progress?.(`fold ${fold + 1} of ${FOLDS}`);
    const members = limited(
      Int32Array.from(rows.keys()).filter((row) => folds[row] !== fold),
      options.labels,
    );
    const { model } = trainWhole(rows, corpus, members);
    rows.forEach((row, at) => {
      if (folds[at] === fold) say(model, row, at, said);
    });
  }
  const [weak, strong] = [corpus.targets[0] ?? new Float32Array(), corpus.targets[heads.length - 1] ?? new Float32Array()];
  const [first, last] = [said.after[0] ?? new Float64Array(), said.after[heads.length - 1] ?? new Float64Array()];
  const answered = said.answered.every((p) => !Number.isNaN(p));
  const routed = (own: Float64Array) =>
    routingIntervals(
      last.map((p, at) => p - (own[at] as number)),
      weak,
      strong,
    );
  return {
    rows: rows.length,
    routing: routed(first),
    routingAfterAnswer: answered ? routed(said.answered) : null,
    heads: heads.map((head, at) => headOf(head, at, said, corpus.targets)),
    probabilities: said.after,
    targets: corpus.targets,
  };
}

type Said = {
  readonly before: readonly Float64Array[];
  readonly after: readonly Float64Array[];
  readonly answered: Float64Array;
  readonly room: Float64Array;
};

function createSaid(rows: number, heads: number): Said {
  const each = () => Array.from({ length: heads }, () => new Float64Array(rows));
  return { before: each(), after: each(), answered: new Float64Array(rows).fill(Number.NaN), room: new Float64Array(heads) };
}

const predictors = new WeakMap<Model, ReturnType<typeof createPredictor>>();

function say(model: Model, row: OutcomeRow, at: number, said: Said): void {
  const predictor = predictors.get(model) ?? createPredictor(model);
  predictors.set(model, predictor);
  predictor.predict(row.prompt, said.room);
  said.room.forEach((p, head) => {
    const { calibration } = model.heads[head] ?? { calibration: UNCALIBRATED };
    const [before, after] = [said.before[head], said.after[head]];
    if (before !== undefined) before[at] = uncalibrated(calibration, p);
    if (after !== undefined) after[at] = p;
  });
  const answer = row.answers[predictor.names[0] ?? ''];
  if (answer !== undefined) said.answered[at] = predictor.afterAnswer(row.prompt, answer) ?? Number.NaN;
}

function uncalibrated({ slope, shift }: Calibration, p: number): number {
  return calibrated(UNCALIBRATED, (Math.log(p / (1 - p)) - shift) / slope);
}

function limited(members: Int32Array, labels: number | undefined): Int32Array {
  if (labels === undefined || labels >= members.length) return members;
  return shuffled(members.length, randomOf(5))
    .slice(0, labels)
    .map((at) => members[at] as number);
}

function headOf(head: string, at: number, said: Said, targets: readonly Float32Array[]): HeadEvaluation {
  const own = targets[at] ?? new Float32Array();
  const measured = (p: Float64Array | undefined) => ({
    ece: expectedCalibrationError(p ?? [], own),
    brier: brier(p ?? [], own),
  });
  return {
    head,
    meanScore: own.reduce((sum, score) => sum + score, 0) / own.length,
    before: measured(said.before[at]),
    after: measured(said.after[at]),
    curve: calibrationCurve(said.after[at] ?? [], own),
  };
}
