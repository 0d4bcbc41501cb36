import type { Predictor } from './predictor/predictor.ts';
import type { Tier } from './tiers.ts';

/**
 * Why a decision does without the trained model, where there should be one: its file could not be read, it failed on this
 * message, or the features had taken all the time there was. The documented prior decides then.
 */
export type PredictionFault = 'unreadable' | 'failed' | 'late';

/** What the trained model says of a message. */
export type Predictions = {
  /** Calibrated probability that the tier's answer is wrong, for the tiers that the model knows. */
  readonly errors: ReadonlyMap<string, number>;
  readonly fault: PredictionFault | null;
};

export const NO_PREDICTIONS: Predictions = { errors: new Map(), fault: null };

/** @param spentMs of the decision's time so far. */
export type Predict = (content: string, spentMs: number) => Predictions;

/** Of the trained model's file. */
export type LoadedPredictor =
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'loaded'; readonly predictor: Predictor };

/**
 * A head of the model speaks for the tier of its name, or else for the tier whose model has its name. A tier that no head
 * speaks for keeps its prior.
 * @param budgetMs that a decision may have taken before the model is no longer asked.
 */
export function createPredict(loaded: LoadedPredictor, ladder: readonly Tier[], budgetMs: number): Predict {
  if (loaded.kind === 'none') return () => NO_PREDICTIONS;
  if (loaded.kind === 'unreadable') return () => faulty('unreadable');
  const { predictor } = loaded;
  const speakers = ladder.flatMap(({ name, model }) => {
    const head = predictor.names.includes(name) ? predictor.names.indexOf(name) : predictor.names.indexOf(model);
    return head === -1 ? [] : [{ name, head }];
  });
  const room = new Float64Array(predictor.names.length);
  return (content, spentMs) => {
    if (spentMs > budgetMs) return faulty('late');
    predictor.predict(content, room);
    const sound = room.every((p) => p >= 0 && p <= 1);
    if (!sound) return faulty('failed');
    return { errors: new Map(speakers.map(({ name, head }) => [name, 1 - (room[head] ?? 0)])), fault: null };
  };
}

function faulty(fault: PredictionFault): Predictions {
  return { errors: new Map(), fault };
}
