import { calibrated } from '../domain/predictor/calibration.ts';
import { type AfterAnswer, afterFeatures } from '../domain/predictor/predictor.ts';
import { TERM_BUCKETS } from '../domain/predictor/text-terms.ts';
import { fitCalibration } from './fit-calibration.ts';
import { fitAnswerEnsemble } from './fit-ensemble.ts';
import { foldsOf } from './folds.ts';
import { fitLinear, linearLogit } from './linear.ts';
import { sparseRows, type Trained } from './train.ts';

const FOLDS = 5;
const LINEAR = { epochs: 8, rate: 0.05, ridge: 5e-3, seed: 11, buckets: TERM_BUCKETS };
/** Fewer answers teach nothing that holds. */
const MIN_ANSWERS = 100;

export type AnsweredRows = {
  readonly prompts: readonly string[];
  readonly answers: readonly string[];
  /** Whether the first head's answer was right. */
  readonly targets: Float32Array;
  /** Where each row stands among those that `trained` learnt from. */
  readonly members: Int32Array;
};

/** Learns what an answer gives away; null of too few answers. */
export function trainAfterAnswer(rows: AnsweredRows, trained: Trained): AfterAnswer | null {
  const size = rows.prompts.length;
  if (size < MIN_ANSWERS) return null;
  const folds = foldsOf(rows.prompts, FOLDS, 'after');
  const terms = sparseRows(rows.answers);
  const everyone = Int32Array.from({ length: size }, (_, at) => at);
  const logits = new Float64Array(size);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const linear = fitLinear(
      terms,
      everyone.filter((at) => folds[at] !== fold),
      rows.targets,
      LINEAR,
    );
    for (const at of everyone) if (folds[at] === fold) logits[at] = linearLogit(terms, at, linear);
  }
  const values = rows.prompts.map((prompt, at) =>
    afterFeatures(prompt, rows.answers[at] ?? '', before(trained, rows.members[at] ?? 0), logits[at] ?? 0),
  );
  const { fitted: ensemble, logits: unseen } = fitAnswerEnsemble(values, rows.targets, folds);
  return { ...fitLinear(terms, everyone, rows.targets, LINEAR), ensemble, calibration: fitCalibration(unseen, rows.targets) };
}

/** What was said before the answer was seen, by parts that had not seen the row. */
function before(trained: Trained, member: number): Float64Array {
  return Float64Array.from(trained.outOfFold, ({ logits, calibration }) => calibrated(calibration, logits[member] ?? 0));
}
