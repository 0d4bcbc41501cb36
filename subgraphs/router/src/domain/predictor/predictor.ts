import { ANSWER_SIZE, answerFeatures } from './answer-checks.ts';
import { type Calibration, calibrated } from './calibration.ts';
import { type Ensemble, ensembleLogit } from './ensemble.ts';
import { type Forest, forestLogit } from './forest.ts';
import { FORMAT_SIZE, formatFeatures } from './format-features.ts';
import { createSubjectReader, type SubjectReader, type Subjects } from './subjects.ts';
import { createScan, scanText } from './text-scan.ts';
import { createTerms, readTerms, type Terms } from './text-terms.ts';

/** One model (or tier) whose answers are predicted to be right or wrong; `bias` is that of its terms. */
export type Head = {
  readonly name: string;
  readonly bias: number;
  readonly forest: Forest;
  readonly calibration: Calibration;
};

/** What an answer of the first head shows by itself, added to what its question promised. */
export type AfterAnswer = {
  readonly weights: Float32Array;
  readonly bias: number;
  readonly ensemble: Ensemble;
  readonly calibration: Calibration;
};

export type Model = {
  readonly heads: readonly Head[];
  /** buckets × heads. */
  readonly weights: Float32Array;
  readonly subjects: Subjects | null;
  readonly after: AfterAnswer | null;
};

export type Predictor = {
  readonly names: readonly string[];
  /** Writes, for each head, the probability that its answer is right. Allocates nothing. */
  predict(prompt: string, probabilities: Float64Array): void;
  /** The probability that this answer of the first head is right; null when the model has not learnt from answers. */
  afterAnswer(prompt: string, answer: string): number | null;
};

/** Not to be shared between threads: it works in arrays of its own. */
export function createPredictor(model: Model): Predictor {
  const reader = createReader();
  const { heads } = model;
  const stage = { heads, weights: model.weights, subjects: createSubjectReader(model.subjects, heads.length) };
  const values = new Float32Array(denseSize(heads.length, model.subjects?.names.length ?? 0));
  const terms = new Float64Array(heads.length);
  const own = new Float64Array(model.heads.length);
  const predict = (prompt: string, probabilities: Float64Array) => {
    reader.read(prompt);
    denseFeatures(stage, reader, values);
    termLogits(stage, reader.terms, terms);
    for (let at = 0; at < heads.length; at += 1) {
      const head = heads[at] as Head;
      probabilities[at] = calibrated(head.calibration, questionLogit(forestLogit(head.forest, values), terms[at] as number));
    }
  };
  return {
    names: model.heads.map(({ name }) => name),
    predict,
    afterAnswer(prompt, answer) {
      if (model.after === null) return null;
      predict(prompt, own);
      const features = afterFeatures(prompt, answer, own, answerLogit(model.after, answer, reader));
      return calibrated(model.after.calibration, ensembleLogit(model.after.ensemble, features));
    },
  };
}

/** Reads one text at a time into arrays that are used again. */
export type Reader = { readonly terms: Terms; readonly format: Float32Array; read(text: string): void };

export function createReader(): Reader {
  const scan = createScan();
  const terms = createTerms();
  const format = new Float32Array(FORMAT_SIZE);
  return {
    terms,
    format,
    read(text) {
      scanText(text, scan);
      readTerms(scan, terms);
      formatFeatures(text, scan, format);
    },
  };
}

/** Format, then each head's rate on the likely subjects, how sure the subject is, how far rates differ, how likely each subject is. */
export function denseSize(heads: number, subjects: number): number {
  return FORMAT_SIZE + heads + 2 + subjects;
}

/** Trees over format and subject have most of the say, words the rest: each errs where the other does not. Shares from 0.5 to 0.7 do alike. */
export function questionLogit(trees: number, terms: number): number {
  return 0.7 * trees + 0.3 * terms;
}

/** What is known of a text before trees: terms and subjects. */
export type FirstStage = {
  readonly heads: readonly Pick<Head, 'name' | 'bias'>[];
  readonly weights: Float32Array;
  readonly subjects: SubjectReader;
};

export function denseFeatures(model: FirstStage, reader: Reader, values: Float32Array): void {
  values.set(reader.format);
  model.subjects(reader.terms, values, FORMAT_SIZE);
}

/** Writes each head's log-odds by the terms alone. */
export function termLogits({ heads, weights }: FirstStage, { buckets, count }: Terms, logits: Float64Array): void {
  const width = heads.length;
  const scale = 1 / Math.sqrt(Math.max(1, count));
  for (let head = 0; head < width; head += 1) {
    let sum = 0;
    for (let at = 0; at < count; at += 1) sum += weights[(buckets[at] as number) * width + head] as number;
    logits[head] = (heads[head]?.bias ?? 0) + scale * sum;
  }
}

export const AFTER_SIZE = ANSWER_SIZE + 4;

/** @param probabilities of the heads, before the answer was seen. */
export function afterFeatures(prompt: string, answer: string, probabilities: Float64Array, logit: number): Float32Array {
  const values = new Float32Array(AFTER_SIZE);
  values.set(answerFeatures(prompt, answer));
  values[ANSWER_SIZE] = probabilities[0] ?? 0;
  values[ANSWER_SIZE + 1] = probabilities[probabilities.length - 1] ?? 0;
  values[ANSWER_SIZE + 2] = logit;
  values[ANSWER_SIZE + 3] = Math.log1p(prompt.length);
  return values;
}

function answerLogit({ weights, bias }: AfterAnswer, answer: string, reader: Reader): number {
  reader.read(answer);
  const { buckets, count } = reader.terms;
  let sum = 0;
  for (let at = 0; at < count; at += 1) sum += weights[buckets[at] ?? 0] ?? 0;
  return bias + sum / Math.sqrt(Math.max(1, count));
}
