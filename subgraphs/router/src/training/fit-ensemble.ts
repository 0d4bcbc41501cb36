import { type Ensemble, ensembleLogit, type Ridge } from '../domain/predictor/ensemble.ts';
import { type Forest, forestLogit } from '../domain/predictor/forest.ts';
import { type BoostOptions, binned, growForest } from './boost.ts';
import { fitRidge } from './fit-ridge.ts';

/** Up to so many rows are few: trees are shallower, and half the word on an answer is a straight line's. */
const FEW_ROWS = 2_500;
const SHARED = { rowShare: 0.6, featureShare: 0.4, rate: 0.03, seed: 7 };
const MANY: BoostOptions = { trees: 300, depth: 4, ridge: 10, ...SHARED };
/** Little can be known of what was only asked; much of what was answered too. */
const FEW_QUESTIONS: BoostOptions = { trees: 120, depth: 3, ridge: 20, ...SHARED };
const FEW_ANSWERS: BoostOptions = { trees: 300, depth: 4, ridge: 5, ...SHARED };

/** `logits` are what was said of each row by parts that had not seen its fold. */
type Fitted<T> = { readonly fitted: T; readonly logits: Float64Array };

/** @param folds which fold each row stands in. */
export function fitQuestionForest(values: readonly Float32Array[], targets: Float32Array, folds: Int32Array): Fitted<Forest> {
  const options = values.length <= FEW_ROWS ? FEW_QUESTIONS : MANY;
  return fit(values, targets, folds, {
    learn: (seen, own) => growForest(binned(seen), own, options),
    say: forestLogit,
  });
}

/** Trees, mixed with a line where rows are few: trees alone learn too much by heart. */
export function fitAnswerEnsemble(values: readonly Float32Array[], targets: Float32Array, folds: Int32Array): Fitted<Ensemble> {
  const few = values.length <= FEW_ROWS;
  return fit(values, targets, folds, {
    learn: (seen, own): Ensemble => ({
      forest: growForest(binned(seen), own, few ? FEW_ANSWERS : MANY),
      ridge: few ? fitRidge(seen, own) : NO_LINE,
      forestShare: few ? 0.5 : 1,
    }),
    say: ensembleLogit,
  });
}

const NO_LINE: Ridge = { means: new Float32Array(), scales: new Float32Array(), weights: new Float32Array(), bias: 0 };

type Kind<T> = {
  readonly learn: (values: readonly Float32Array[], targets: Float32Array) => T;
  readonly say: (fitted: T, values: Float32Array) => number;
};

function fit<T>(values: readonly Float32Array[], targets: Float32Array, folds: Int32Array, { learn, say }: Kind<T>): Fitted<T> {
  const logits = new Float64Array(values.length);
  for (const fold of new Set(folds)) {
    const part = learn(
      values.filter((_, at) => folds[at] !== fold),
      targets.filter((_, at) => folds[at] !== fold),
    );
    values.forEach((row, at) => {
      if (folds[at] === fold) logits[at] = say(part, row);
    });
  }
  return { fitted: learn(values, targets), logits };
}
