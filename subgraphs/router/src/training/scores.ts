import { randomOf } from './random.ts';

/** How well a score picks the requests that deserve the strong model (RouteLLM, Ong et al. 2024). */
export type Routing = {
  /** Area under the recovered share of the quality gap, over the share of strong calls; 0.5 at random. */
  readonly apgr: number;
  /** Least percentage of strong calls that recovers 50 % and 80 % of the gap. */
  readonly cpt50: number;
  readonly cpt80: number;
};

/** @param order rows, best deserving first. */
function routingOf(order: ArrayLike<number>, weak: Float32Array, strong: Float32Array): Routing {
  let gap = 0;
  for (let at = 0; at < order.length; at += 1)
    gap += (strong[order[at] as number] as number) - (weak[order[at] as number] as number);
  let [won, area, cpt50, cpt80] = [0, 0, Number.NaN, Number.NaN];
  for (let at = 0; at < order.length; at += 1) {
    const row = order[at] as number;
    const next = won + (strong[row] as number) - (weak[row] as number);
    area += (won + next) / 2;
    won = next;
    if (Number.isNaN(cpt50) && won >= 0.5 * gap) cpt50 = (100 * (at + 1)) / order.length;
    if (Number.isNaN(cpt80) && won >= 0.8 * gap) cpt80 = (100 * (at + 1)) / order.length;
  }
  return { apgr: area / order.length / gap, cpt50, cpt80 };
}

/** Equal scores are ordered by a seeded draw. */
export function routing(score: Float64Array, weak: Float32Array, strong: Float32Array): Routing {
  const random = randomOf(12_345);
  const key = Float64Array.from(score, () => random());
  const rows = Int32Array.from(score, (_, at) => at);
  rows.sort((a, b) => (score[b] as number) - (score[a] as number) || (key[a] as number) - (key[b] as number));
  return routingOf(rows, weak, strong);
}

export type Interval = { readonly value: number; readonly low: number; readonly high: number };

/** 95 % intervals by resampling rows, seeded. */
export function routingIntervals(
  score: Float64Array,
  weak: Float32Array,
  strong: Float32Array,
  draws = 300,
): Readonly<Record<keyof Routing, Interval>> {
  const random = randomOf(99);
  const size = score.length;
  const seen = Array.from({ length: draws }, () => {
    const picked = Int32Array.from({ length: size }, () => Math.floor(random() * size));
    const of = (values: Float32Array) => Float32Array.from(picked, (row) => values[row] as number);
    return routing(
      Float64Array.from(picked, (row) => score[row] as number),
      of(weak),
      of(strong),
    );
  });
  const value = routing(score, weak, strong);
  const interval = (measure: keyof Routing): Interval => {
    const sorted = seen.map((draw) => draw[measure]).sort((a, b) => a - b);
    return { value: value[measure], low: sorted[Math.floor(0.025 * draws)] ?? 0, high: sorted[Math.floor(0.975 * draws)] ?? 0 };
  };
  return { apgr: interval('apgr'), cpt50: interval('cpt50'), cpt80: interval('cpt80') };
}

/** A bin of predictions: how many, what they said on average, and how many of them came true. */
export type CalibrationBin = { readonly count: number; readonly predicted: number; readonly observed: number };

export function calibrationCurve(
  probabilities: ArrayLike<number>,
  targets: ArrayLike<number>,
  bins = 15,
): readonly CalibrationBin[] {
  const sums = Array.from({ length: bins }, () => ({ count: 0, predicted: 0, observed: 0 }));
  for (let at = 0; at < probabilities.length; at += 1) {
    const p = probabilities[at] as number;
    const bin = sums[Math.min(bins - 1, Math.floor(p * bins))];
    if (bin === undefined) continue;
    bin.count += 1;
    bin.predicted += p;
    bin.observed += targets[at] as number;
  }
  return sums
    .filter(({ count }) => count > 0)
    .map(({ count, predicted, observed }) => ({ count, predicted: predicted / count, observed: observed / count }));
}

/** Expected calibration error: how far bins are from what they said, weighed by their size. */
export function expectedCalibrationError(probabilities: ArrayLike<number>, targets: ArrayLike<number>): number {
  return calibrationCurve(probabilities, targets).reduce(
    (sum, { count, predicted, observed }) => sum + (count / probabilities.length) * Math.abs(predicted - observed),
    0,
  );
}

/** Mean squared error of probabilities. */
export function brier(probabilities: ArrayLike<number>, targets: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < probabilities.length; at += 1) sum += ((probabilities[at] as number) - (targets[at] as number)) ** 2;
  return sum / probabilities.length;
}
