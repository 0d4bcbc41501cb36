/**
 * Gradient-boosted symmetric trees: each level of a tree asks one question of all its nodes, so that a tree of depth d is d
 * comparisons and one look-up.
 */
export type Forest = {
  readonly depth: number;
  /** depth × trees: which feature each level asks, and above what. */
  readonly features: Int32Array;
  readonly thresholds: Float32Array;
  /** 2^depth × trees, in log-odds. */
  readonly leaves: Float32Array;
  readonly start: number;
};

/** The sum of the trees' leaves, in log-odds. */
export function forestLogit(forest: Forest, values: Float32Array): number {
  const { depth, features, thresholds, leaves } = forest;
  const size = 1 << depth;
  let sum = forest.start;
  for (let level = 0, base = 0; level < features.length; base += size) {
    let leaf = 0;
    // Without a branch: which way a comparison goes cannot be foreseen, and 2,400 wrong guesses cost more than all the rest.
    for (let step = 0; step < depth; step += 1, level += 1) {
      leaf |= Number((values[features[level] as number] as number) > (thresholds[level] as number)) << step;
    }
    sum += leaves[base + leaf] as number;
  }
  return sum;
}
