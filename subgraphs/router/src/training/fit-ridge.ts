import type { Ridge } from '../domain/predictor/ensemble.ts';

const PENALTY = 30;
const STEPS = 300;

/** Gradient descent on the logistic loss + PENALTY / 2 · |weights|²; the intercept is free. */
export function fitRidge(values: readonly Float32Array[], targets: Float32Array): Ridge {
  const rows = values.length;
  const width = values[0]?.length ?? 0;
  const { means, scales, standard } = standardised(values, width);
  const weights = new Float32Array(width);
  let bias = 0;
  for (let step = 0; step < STEPS; step += 1) {
    const slopes = new Float64Array(width);
    let slope = 0;
    for (let row = 0; row < rows; row += 1) {
      const base = row * width;
      let logit = bias;
      for (let at = 0; at < width; at += 1) logit += (weights[at] as number) * (standard[base + at] as number);
      const error = 1 / (1 + Math.exp(-logit)) - (targets[row] as number);
      for (let at = 0; at < width; at += 1) slopes[at] = (slopes[at] as number) + error * (standard[base + at] as number);
      slope += error;
    }
    for (let at = 0; at < width; at += 1) {
      weights[at] = (weights[at] as number) - (0.5 / rows) * ((slopes[at] as number) + PENALTY * (weights[at] as number));
    }
    bias -= slope / rows;
  }
  return { means, scales, weights, bias };
}

function standardised(values: readonly Float32Array[], width: number) {
  const [means, scales] = [new Float32Array(width), new Float32Array(width)];
  const standard = new Float32Array(values.length * width);
  for (let at = 0; at < width; at += 1) {
    let [sum, squares] = [0, 0];
    for (const row of values) {
      sum += row[at] as number;
      squares += (row[at] as number) ** 2;
    }
    const mean = sum / values.length;
    const variance = squares / values.length - mean * mean;
    means[at] = mean;
    scales[at] = variance < 1e-9 ? 0 : 1 / Math.sqrt(variance);
    values.forEach((row, index) => {
      const deviation = ((row[at] as number) - mean) * (scales[at] as number);
      standard[index * width + at] = Math.max(-3, Math.min(3, deviation));
    });
  }
  return { means, scales, standard };
}
