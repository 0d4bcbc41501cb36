import { type Ensemble, ensembleLogit, type Ridge } from '../domain/predictor/ensemble.ts';
import { type BoostOptions, binned, growForest } from './boost.ts';
import { fitRidge } from './fit-ridge.ts';

/** Up to so many rows, half the word is a straight line's: trees alone learn too much by heart. */
const FEW_ROWS = 2_500;
const SHARED = { rowShare: 0.6, featureShare: 0.4, rate: 0.03, seed: 7 };
const MANY: BoostOptions = { trees: 300, depth: 4, ridge: 10, ...SHARED };
/** Little can be known of what was only asked; much of what was answered too. */
const FEW: Readonly<Record<'question' | 'answer', BoostOptions>> = {
  question: { trees: 120, depth: 3, ridge: 20, ...SHARED },
  answer: { trees: 300, depth: 4, ridge: 5, ...SHARED },
};

type Fitted = { readonly ensemble: Ensemble; readonly logits: Float64Array };

/**
 * Trees, mixed with a line where rows are few.
 * @param folds which fold each row stands in; `logits` are what was said of each by parts that had not seen its fold.
 */
export function fitEnsemble(
  values: readonly Float32Array[],
  targets: Float32Array,
  { folds, about }: { readonly folds: Int32Array; readonly about: 'question' | 'answer' },
): Fitted {
  const few = values.length <= FEW_ROWS;
  const learn: Learn = (seen, own) => {
    const forest = growForest(binned(seen), own, few ? FEW[about] : MANY);
    return { forest, ridge: few ? fitRidge(seen, own) : NO_LINE, forestShare: few ? 0.5 : 1 };
  };
  return { ensemble: learn(values, targets), logits: unseen(values, targets, folds, learn) };
}

const NO_LINE: Ridge = { means: new Float32Array(), scales: new Float32Array(), weights: new Float32Array(), bias: 0 };

type Learn = (values: readonly Float32Array[], targets: Float32Array) => Ensemble;

/** What `learn` says of rows that it has not seen. */
function unseen(values: readonly Float32Array[], targets: Float32Array, folds: Int32Array, learn: Learn): Float64Array {
  const logits = new Float64Array(values.length);
  for (const fold of new Set(folds)) {
    const ensemble = learn(
      values.filter((_, at) => folds[at] !== fold),
      targets.filter((_, at) => folds[at] !== fold),
    );
    values.forEach((row, at) => {
      if (folds[at] === fold) logits[at] = ensembleLogit(ensemble, row);
    });
  }
  return logits;
}
