import type { Calibration } from '../domain/predictor/calibration.ts';
import {
  createReader,
  denseFeatures,
  denseSize,
  type FirstStage,
  type Head,
  type Model,
  questionLogit,
  termLogits,
} from '../domain/predictor/predictor.ts';
import { createSubjectReader, MAX_SUBJECTS, type Subjects } from '../domain/predictor/subjects.ts';
import { TERM_BUCKETS } from '../domain/predictor/text-terms.ts';
import { fitCalibration } from './fit-calibration.ts';
import { fitQuestionForest } from './fit-ensemble.ts';
import { fitSubjects } from './fit-subjects.ts';
import { foldsOf } from './folds.ts';
import { fitLinear, type SparseRows } from './linear.ts';
import type { OutcomeRow } from './outcome-rows.ts';

const FOLDS = 5;
const LINEAR = { epochs: 8, rate: 0.05, ridge: 2e-3, seed: 7, buckets: TERM_BUCKETS };

/** What is learnt from, read once: each row's terms, and what is known of it. */
export type Corpus = {
  readonly prompts: readonly string[];
  readonly heads: readonly string[];
  readonly rows: SparseRows;
  /** For each head. */
  readonly targets: readonly Float32Array[];
  readonly subjects: readonly string[];
  readonly subjectOf: Int32Array;
};

/** @throws Error where a row lacks a head's score. */
export function corpusOf(rows: readonly OutcomeRow[], heads: readonly string[]): Corpus {
  const counted = Map.groupBy(rows, ({ subject }) => subject ?? '');
  const subjects = [...counted.keys()]
    .filter((subject) => subject !== '')
    .sort((a, b) => (a < b ? -1 : 1))
    .slice(0, MAX_SUBJECTS);
  const indices = new Map(subjects.map((subject, at) => [subject, at]));
  return {
    prompts: rows.map(({ prompt }) => prompt),
    heads,
    rows: sparseRows(rows.map(({ prompt }) => prompt)),
    targets: heads.map((head) => Float32Array.from(rows, (row) => scoreOf(row, head))),
    // One subject tells nothing apart.
    subjects: subjects.length < 2 ? [] : subjects,
    subjectOf: Int32Array.from(rows, ({ subject }) => indices.get(subject ?? '') ?? -1),
  };
}

function scoreOf(row: OutcomeRow, head: string): number {
  const score = row.scores[head];
  if (score === undefined || score < 0 || score > 1) throw new Error(`${row.id}: needs a score of 0 to 1 for ${head}`);
  return score;
}

export function sparseRows(texts: readonly string[]): SparseRows {
  const reader = createReader();
  const start = new Int32Array(texts.length + 1);
  const terms: number[] = [];
  texts.forEach((text, at) => {
    reader.read(text);
    for (let i = 0; i < reader.terms.count; i += 1) terms.push(reader.terms.buckets[i] as number);
    start[at + 1] = terms.length;
  });
  return { start, terms: Int32Array.from(terms) };
}

export type Trained = {
  readonly model: Model;
  /** For each head: log-odds of each member by parts that had not seen it, and what they were calibrated to. */
  readonly outOfFold: readonly { readonly logits: Float64Array; readonly calibration: Calibration }[];
};

/**
 * Learns from `members` of the corpus. Forests learn from what subjects were taken for in rows that those had not seen, and
 * calibration from what forests say of rows that those have not seen. The same input, the same model.
 */
export function train(corpus: Corpus, members: Int32Array, progress: (note: string) => void = () => undefined): Trained {
  const folds = foldsOf(
    Array.from(members, (row) => corpus.prompts[row] ?? ''),
    FOLDS,
    'train',
  );
  const { values, terms } = outOfFoldFeatures(corpus, members, folds, progress);
  const whole = firstStage(corpus, members);
  const fitted = corpus.heads.map((name, head) => {
    progress(`trees for ${name}`);
    const targets = Float32Array.from(members, (row) => corpus.targets[head]?.[row] ?? 0);
    const { fitted: forest, logits: trees } = fitQuestionForest(values, targets, folds);
    const logits = trees.map((logit, at) => questionLogit(logit, terms[at]?.[head] ?? 0));
    return { name, bias: whole.heads[head]?.bias ?? 0, forest, logits, calibration: fitCalibration(logits, targets) };
  });
  return {
    model: { ...whole, heads: fitted.map(({ logits: _, ...head }): Head => head), after: null },
    outOfFold: fitted,
  };
}

/** Terms and subjects, without trees. */
function firstStage(corpus: Corpus, members: Int32Array): Pick<Model, 'weights' | 'subjects'> & Pick<FirstStage, 'heads'> {
  const width = corpus.heads.length;
  const weights = new Float32Array(TERM_BUCKETS * width);
  const heads = corpus.heads.map((name, head) => {
    const linear = fitLinear(corpus.rows, members, corpus.targets[head] ?? new Float32Array(), LINEAR);
    for (let term = 0; term < TERM_BUCKETS; term += 1) weights[term * width + head] = linear.weights[term] as number;
    return { name, bias: linear.bias };
  });
  return { heads, weights, subjects: subjectsOf(corpus, members) };
}

function subjectsOf(corpus: Corpus, members: Int32Array): Subjects | null {
  if (corpus.subjects.length === 0) return null;
  return fitSubjects(corpus.rows, members, {
    names: corpus.subjects,
    subjectOf: corpus.subjectOf,
    targets: corpus.targets,
  });
}

function outOfFoldFeatures(
  corpus: Corpus,
  members: Int32Array,
  folds: Int32Array,
  progress: (note: string) => void,
): { readonly values: readonly Float32Array[]; readonly terms: readonly Float64Array[] } {
  const reader = createReader();
  const terms = Array.from(members, () => new Float64Array(corpus.heads.length));
  const values = Array.from(members, () => new Float32Array(denseSize(corpus.heads.length, corpus.subjects.length)));
  for (let fold = 0; fold < FOLDS; fold += 1) {
    progress(`terms and subjects, part ${fold + 1} of ${FOLDS}`);
    const learnt = firstStage(
      corpus,
      members.filter((_, at) => folds[at] !== fold),
    );
    const stage = { ...learnt, subjects: createSubjectReader(learnt.subjects, corpus.heads.length) };
    members.forEach((row, at) => {
      if (folds[at] !== fold) return;
      reader.read(corpus.prompts[row] ?? '');
      denseFeatures(stage, reader, values[at] ?? new Float32Array());
      termLogits(stage, reader.terms, terms[at] ?? new Float64Array());
    });
  }
  return { values, terms };
}
