import { type Forest, TREE_DEPTH } from '../domain/predictor/forest.ts';
import { randomOf } from './random.ts';

export type BoostOptions = {
  readonly trees: number;
  /** Levels that are learnt, at most TREE_DEPTH. */
  readonly depth: number;
  readonly rate: number;
  /** Added to each leaf's curvature: pulls small leaves toward 0. */
  readonly ridge: number;
  /** Share of rows and of features that a tree sees. */
  readonly rowShare: number;
  readonly featureShare: number;
  readonly seed: number;
};

const BINS = 48;

/** Columns cut into at most BINS bins of about equal size. */
export type Binned = { readonly bins: readonly Uint8Array[]; readonly cuts: readonly Float32Array[]; readonly rows: number };

export function binned(rows: readonly Float32Array[]): Binned {
  const width = rows[0]?.length ?? 0;
  const columns = Array.from({ length: width }, (_, feature) => Float32Array.from(rows, (row) => row[feature] ?? 0));
  const cuts = columns.map(cutsOf);
  return { rows: rows.length, cuts, bins: columns.map((column, feature) => binsOf(column, cuts[feature] ?? new Float32Array())) };
}

function cutsOf(column: Float32Array): Float32Array {
  const sorted = column.toSorted();
  const cuts: number[] = [];
  for (let cut = 1; cut < BINS; cut += 1) {
    const value = sorted[Math.floor((cut * sorted.length) / BINS)] ?? 0;
    const top = sorted[sorted.length - 1] ?? 0;
    if (value < top && (cuts.length === 0 || value > (cuts[cuts.length - 1] ?? 0))) cuts.push(value);
  }
  return Float32Array.from(cuts);
}

function binsOf(column: Float32Array, cuts: Float32Array): Uint8Array {
  return Uint8Array.from(column, (value) => {
    let [low, high] = [0, cuts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value > (cuts[middle] ?? 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

/** Logistic loss, Newton steps; deterministic by the seed. `targets` may be any probability. */
export function growForest(data: Binned, targets: Float32Array, options: BoostOptions): Forest {
  const { trees, depth } = options;
  const random = randomOf(options.seed);
  const mean = Math.min(0.999, Math.max(0.001, targets.reduce((sum, target) => sum + target, 0) / data.rows));
  const start = Math.log(mean / (1 - mean));
  const scores = new Float64Array(data.rows).fill(start);
  const work: Work = {
    gradient: new Float64Array(data.rows),
    curvature: new Float64Array(data.rows),
    leaf: new Uint8Array(data.rows),
    histogram: new Float64Array(2 * (1 << depth) * BINS),
    inTree: new Uint8Array(data.rows),
  };
  const forest = {
    start,
    features: new Int32Array(trees * TREE_DEPTH),
    thresholds: new Float32Array(trees * TREE_DEPTH).fill(Number.POSITIVE_INFINITY),
    leaves: new Float32Array(trees << TREE_DEPTH),
  };
  for (let tree = 0; tree < trees; tree += 1) {
    for (let row = 0; row < data.rows; row += 1) {
      const p = 1 / (1 + Math.exp(-(scores[row] ?? 0)));
      work.gradient[row] = (targets[row] ?? 0) - p;
      work.curvature[row] = p * (1 - p);
      work.inTree[row] = random() < options.rowShare ? 1 : 0;
    }
    work.leaf.fill(0);
    const features = data.bins.map((_, feature) => feature).filter(() => random() < options.featureShare);
    for (let level = 0; level < depth; level += 1) {
      const split = bestSplit(data, work, { features, level, ridge: options.ridge });
      forest.features[tree * TREE_DEPTH + level] = split.feature;
      forest.thresholds[tree * TREE_DEPTH + level] = data.cuts[split.feature]?.[split.bin] ?? Number.POSITIVE_INFINITY;
      const bins = data.bins[split.feature] ?? new Uint8Array();
      for (let row = 0; row < data.rows; row += 1) {
        if ((bins[row] ?? 0) > split.bin) work.leaf[row] = (work.leaf[row] ?? 0) | (1 << level);
      }
    }
    const leaves = leavesOf(data.rows, work, depth, options);
    forest.leaves.set(leaves, tree << TREE_DEPTH);
    for (let row = 0; row < data.rows; row += 1) scores[row] = (scores[row] ?? 0) + (leaves[work.leaf[row] ?? 0] ?? 0);
  }
  return forest;
}

type Work = {
  readonly gradient: Float64Array;
  readonly curvature: Float64Array;
  readonly leaf: Uint8Array;
  readonly histogram: Float64Array;
  readonly inTree: Uint8Array;
};

type Split = { readonly feature: number; readonly bin: number };

function bestSplit(
  data: Binned,
  work: Work,
  { features, level, ridge }: { readonly features: readonly number[]; readonly level: number; readonly ridge: number },
): Split {
  const leaves = 1 << level;
  let best = { feature: 0, bin: 255, gain: 0 };
  for (const feature of features) {
    const cuts = data.cuts[feature]?.length ?? 0;
    if (cuts === 0) continue;
    fillHistogram(work, data.bins[feature] ?? new Uint8Array(), data.rows, leaves);
    const gains = gainsOf(work.histogram, leaves, cuts, ridge);
    for (let bin = 0; bin < cuts; bin += 1) {
      const gain = gains[bin] ?? 0;
      if (gain > best.gain) best = { feature, bin, gain };
    }
  }
  return best;
}

function fillHistogram({ histogram, gradient, curvature, leaf, inTree }: Work, bins: Uint8Array, rows: number, leaves: number) {
  histogram.fill(0, 0, 2 * leaves * BINS);
  for (let row = 0; row < rows; row += 1) {
    if (inTree[row] === 0) continue;
    const at = 2 * ((leaf[row] as number) * BINS + (bins[row] as number));
    histogram[at] = (histogram[at] as number) + (gradient[row] as number);
    histogram[at + 1] = (histogram[at + 1] as number) + (curvature[row] as number);
  }
}

/** For each cut, what splitting all leaves there gains. */
function gainsOf(histogram: Float64Array, leaves: number, cuts: number, ridge: number): Float64Array {
  const gains = new Float64Array(cuts);
  for (let leaf = 0; leaf < leaves; leaf += 1) {
    const base = 2 * leaf * BINS;
    let [g, h] = [0, 0];
    for (let bin = 0; bin <= cuts; bin += 1) {
      g += histogram[base + 2 * bin] as number;
      h += histogram[base + 2 * bin + 1] as number;
    }
    const whole = (g * g) / (h + ridge);
    let [left, leftH] = [0, 0];
    for (let bin = 0; bin < cuts; bin += 1) {
      left += histogram[base + 2 * bin] as number;
      leftH += histogram[base + 2 * bin + 1] as number;
      const right = g - left;
      gains[bin] = (gains[bin] as number) + (left * left) / (leftH + ridge) + (right * right) / (h - leftH + ridge) - whole;
    }
  }
  return gains;
}

function leavesOf(rows: number, { leaf, gradient, curvature, inTree }: Work, depth: number, options: BoostOptions): Float32Array {
  const size = 1 << depth;
  const [g, h] = [new Float64Array(size), new Float64Array(size)];
  for (let row = 0; row < rows; row += 1) {
    if (inTree[row] === 0) continue;
    const at = leaf[row] as number;
    g[at] = (g[at] as number) + (gradient[row] as number);
    h[at] = (h[at] as number) + (curvature[row] as number);
  }
  return Float32Array.from(g, (sum, at) => (options.rate * sum) / ((h[at] as number) + options.ridge));
}
