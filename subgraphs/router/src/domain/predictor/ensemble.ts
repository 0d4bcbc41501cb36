import { type Forest, forestLogit } from './forest.ts';

/** Logistic regression over standardised values, each held within ±3 deviations. */
export type Ridge = {
  readonly means: Float32Array;
  /** 1 / deviation. */
  readonly scales: Float32Array;
  readonly weights: Float32Array;
  readonly bias: number;
};

/** Trees where there is enough to learn from, a straight line where there is little, or both. */
export type Ensemble = {
  readonly forest: Forest;
  readonly ridge: Ridge;
  /** Of the trees, 0..1; the rest is the line's. */
  readonly forestShare: number;
};

export function ridgeLogit({ means, scales, weights, bias }: Ridge, values: Float32Array): number {
  let sum = bias;
  for (let at = 0; at < weights.length; at += 1) {
    const deviation = ((values[at] as number) - (means[at] as number)) * (scales[at] as number);
    sum += (weights[at] as number) * Math.max(-3, Math.min(3, deviation));
  }
  return sum;
}

export function ensembleLogit({ forest, ridge, forestShare }: Ensemble, values: Float32Array): number {
  if (forestShare === 1) return forestLogit(forest, values);
  return forestShare * forestLogit(forest, values) + (1 - forestShare) * ridgeLogit(ridge, values);
}
