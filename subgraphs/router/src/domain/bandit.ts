/**
 * What a tenant's own outcomes add to what is predicted of a tier: a Bayesian linear regression of the residual (1 wrong,
 * 0 right, less the predicted error) on a context of three numbers. It starts at nothing, as sure of that as if it had seen
 * `priorWeight` requests; so it begins as the classifier, and moves off it where the tenant's outcomes say so.
 */
export const BANDIT = {
  priorWeight: 200,
  /** After the tier has drifted: what was believed was wrong. */
  priorWeightAfterDrift: 40,
  /** Thompson sampling draws from the posterior with its deviation times this. */
  spread: 0.1,
} as const;

/** 1, and the log-odds of a right answer of the cheapest and of the dearest tier. */
export type BanditContext = readonly [number, number, number];

/** Sums over what was seen; plain numbers, so that it can be kept as JSON. */
export type Posterior = {
  readonly priorWeight: number;
  readonly seen: number;
  /** Of x·xᵀ, upper triangle: 11, 12, 13, 22, 23, 33. */
  readonly squares: readonly number[];
  /** Of x times the residual. */
  readonly moments: readonly number[];
};

export const NOTHING_SEEN: Posterior = {
  priorWeight: BANDIT.priorWeight,
  seen: 0,
  squares: [0, 0, 0, 0, 0, 0],
  moments: [0, 0, 0],
};

/** @param errors what is predicted of the tiers, cheapest first. */
export function contextOf(errors: readonly number[]): BanditContext {
  return [1, rightOdds(errors[0]), rightOdds(errors.at(-1))];
}

function rightOdds(error = 0.5): number {
  const bounded = Math.min(0.995, Math.max(0.005, error));
  return Math.log((1 - bounded) / bounded);
}

export function seen(posterior: Posterior, x: BanditContext, residual: number): Posterior {
  const products = [x[0] * x[0], x[0] * x[1], x[0] * x[2], x[1] * x[1], x[1] * x[2], x[2] * x[2]];
  return {
    ...posterior,
    seen: posterior.seen + 1,
    squares: posterior.squares.map((square, at) => square + (products[at] ?? 0)),
    moments: posterior.moments.map((moment, at) => moment + (x[at] ?? 0) * residual),
  };
}

/** A residual that was taken in turns out to be greater by `difference`. */
export function corrected(posterior: Posterior, x: BanditContext, difference: number): Posterior {
  return { ...posterior, moments: posterior.moments.map((moment, at) => moment + (x[at] ?? 0) * difference) };
}

/** The mean of the residual at x, and the deviation that is drawn with. */
export function residualAt(posterior: Posterior, x: BanditContext): { readonly mean: number; readonly deviation: number } {
  const { priorWeight, squares, moments } = posterior;
  const [s11 = 0, b = 0, c = 0, s22 = 0, e = 0, s33 = 0] = squares;
  const [a, d, f] = [s11 + priorWeight, s22 + priorWeight, s33 + priorWeight];
  // The adjugate of [[a b c] [b d e] [c e f]], times x.
  const [i11, i12, i13] = [d * f - e * e, c * e - b * f, b * e - c * d];
  const [i22, i23, i33] = [a * f - c * c, b * c - a * e, a * d - b * b];
  const determinant = a * i11 + b * i12 + c * i13;
  const u = (i11 * x[0] + i12 * x[1] + i13 * x[2]) / determinant;
  const v = (i12 * x[0] + i22 * x[1] + i23 * x[2]) / determinant;
  const w = (i13 * x[0] + i23 * x[1] + i33 * x[2]) / determinant;
  return {
    mean: u * (moments[0] ?? 0) + v * (moments[1] ?? 0) + w * (moments[2] ?? 0),
    deviation: BANDIT.spread * Math.sqrt(Math.max(0, u * x[0] + v * x[1] + w * x[2])),
  };
}
