import { randomOf, shuffled } from './random.ts';

/** Sparse rows, one behind the other: row r's terms stand at start[r] … start[r + 1]. */
export type SparseRows = { readonly start: Int32Array; readonly terms: Int32Array };

export type LinearOptions = {
  readonly epochs: number;
  readonly rate: number;
  /** Share of a weight that one visit takes away. */
  readonly ridge: number;
  readonly seed: number;
  readonly buckets: number;
};

export type LinearWeights = { readonly weights: Float32Array; readonly bias: number };

/** Logistic regression on terms that are there or not, each row scaled to length 1 (AdaGrad; deterministic by the seed). */
export function fitLinear(rows: SparseRows, members: Int32Array, targets: Float32Array, options: LinearOptions): LinearWeights {
  const random = randomOf(options.seed);
  const weights = new Float32Array(options.buckets);
  const squares = new Float32Array(options.buckets).fill(1e-3);
  let mean = 0;
  for (const row of members) mean += (targets[row] as number) / members.length;
  let bias = Math.log(mean / (1 - mean));
  for (let epoch = 0; epoch < options.epochs; epoch += 1) {
    for (const at of shuffled(members.length, random)) {
      const row = members[at] as number;
      const [from, to] = [rows.start[row] as number, rows.start[row + 1] as number];
      const scale = 1 / Math.sqrt(Math.max(1, to - from));
      let logit = bias;
      for (let i = from; i < to; i += 1) logit += scale * (weights[rows.terms[i] as number] as number);
      const slope = 1 / (1 + Math.exp(-logit)) - (targets[row] as number);
      bias -= 0.002 * slope;
      for (let i = from; i < to; i += 1) {
        const term = rows.terms[i] as number;
        const weight = weights[term] as number;
        const gradient = slope * scale + options.ridge * weight;
        squares[term] = (squares[term] as number) + gradient * gradient;
        weights[term] = weight - (options.rate * gradient) / Math.sqrt(squares[term] as number);
      }
    }
  }
  return { weights, bias };
}

export function linearLogit(rows: SparseRows, row: number, { weights, bias }: LinearWeights): number {
  const [from, to] = [rows.start[row] as number, rows.start[row + 1] as number];
  let sum = 0;
  for (let i = from; i < to; i += 1) sum += weights[rows.terms[i] as number] as number;
  return bias + sum / Math.sqrt(Math.max(1, to - from));
}
