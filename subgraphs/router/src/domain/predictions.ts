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

export type Predict = {
  /** @param spentMs of the decision's time so far. */
  before(content: string, spentMs: number): Predictions;
  /** Whether the tier's answers can be checked. */
  checks(tier: string): boolean;
  /** The probability that this answer of the tier is right, from what it shows by itself; null where that is not known. */
  after(tier: string, content: string, answer: string): number | null;
};

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
  if (loaded.kind === 'none') return { before: () => NO_PREDICTIONS, ...NO_CHECKS };
  if (loaded.kind === 'unreadable') return { before: () => faulty('unreadable'), ...NO_CHECKS };
  const { predictor } = loaded;
  const speakers = ladder.flatMap(({ name, model }) => {
    const head = predictor.names.includes(name) ? predictor.names.indexOf(name) : predictor.names.indexOf(model);
    return head === -1 ? [] : [{ name, head }];
  });
  const room = new Float64Array(predictor.names.length);
  // What an answer shows was learnt from those of the first head alone.
  const checked = predictor.afterAnswer('', '') === null ? undefined : speakers.find(({ head }) => head === 0)?.name;
  return {
    before: (content, spentMs) => {
      if (spentMs > budgetMs) return faulty('late');
      predictor.predict(content, room);
      const sound = room.every((p) => p >= 0 && p <= 1);
      if (!sound) return faulty('failed');
      return { errors: new Map(speakers.map(({ name, head }) => [name, 1 - (room[head] ?? 0)])), fault: null };
    },
    checks: (tier) => tier === checked,
    after: (tier, content, answer) => (tier === checked ? predictor.afterAnswer(content, answer) : null),
  };
}

const NO_CHECKS = { checks: () => false, after: () => null } satisfies Pick<Predict, 'checks' | 'after'>;

function faulty(fault: PredictionFault): Predictions {
  return { errors: new Map(), fault };
}
