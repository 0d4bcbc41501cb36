/** Levels of each tree. */
export const TREE_DEPTH = 4;
const TREE_LEAVES = 1 << TREE_DEPTH;

/**
 * Gradient-boosted symmetric trees: each level of a tree asks one question of all its nodes, so that a tree is four comparisons
 * and one look-up. A tree that learnt fewer levels asks in the others whether a value is above infinity.
 */
export type Forest = {
  /** TREE_DEPTH × trees: which feature each level asks, and above what. */
  readonly features: Int32Array;
  readonly thresholds: Float32Array;
  /** 2^TREE_DEPTH × trees, in log-odds. */
  readonly leaves: Float32Array;
  readonly start: number;
};

/**
 * The sum of the trees' leaves, in log-odds. Without a branch, as which way a comparison goes cannot be foreseen, and without a
 * loop over the levels: 1.0 µs for 300 trees, where the loop took 2.4.
 */
export function forestLogit({ features, thresholds, leaves, start }: Forest, values: Float32Array): number {
  let sum = start;
  for (let level = 0, base = 0; level < features.length; level += TREE_DEPTH, base += TREE_LEAVES) {
    const leaf =
      Number((values[features[level] as number] as number) > (thresholds[level] as number)) |
      (Number((values[features[level + 1] as number] as number) > (thresholds[level + 1] as number)) << 1) |
      (Number((values[features[level + 2] as number] as number) > (thresholds[level + 2] as number)) << 2) |
      (Number((values[features[level + 3] as number] as number) > (thresholds[level + 3] as number)) << 3);
    sum += leaves[base + leaf] as number;
  }
  return sum;
}
