import { density, upperTail } from './gaussian.ts';

/**
 * How a choice is left to chance. Thompson sampling would draw an objective for every tier and take the least; here the
 * probability that each is the least is worked out, mixed within the budget, and one draw decides. So what is logged as the
 * propensity is exactly what was drawn from, however well the integral was worked out.
 */

/** What is believed of a tier's objective. A deviation of 0: nothing is in doubt. */
export type Belief = { readonly mean: number; readonly deviation: number };

/** Probabilities are whole multiples of it: sums of them are exact, and so add up to exactly 1. */
const GRAIN = 2 ** -40;

/** A Gaussian ends here, as far as a choice can notice: 1e-9 of it lies beyond. */
const REACH = 6;
/** Where the integral is cut, in deviations from each mean: within a piece no density bends much. */
const CUTS = [-REACH, -4, -2.5, -1.5, -0.75, 0, 0.75, 1.5, 2.5, 4, REACH];
/** Gauss–Legendre with five points on [-1, 1]. */
const NODES = [-0.906179845938664, -0.5384693101056831, 0, 0.5384693101056831, 0.906179845938664];
const WEIGHTS = [0.23692688505618908, 0.47862867049936647, 0.5688888888888889, 0.47862867049936647, 0.23692688505618908];

/** The probability that each is the least, when all are drawn independently. */
export function leastProbabilities(beliefs: readonly Belief[]): number[] {
  const doubtful = beliefs.map(({ mean, deviation }) => ({ mean, deviation: Math.max(deviation, 1e-12) }));
  const end = Math.min(...doubtful.map(({ mean, deviation }) => mean + REACH * deviation));
  const contenders = doubtful.flatMap((belief, at) => (belief.mean - REACH * belief.deviation < end ? [{ ...belief, at }] : []));
  const probabilities = beliefs.map(() => 0);
  if (contenders.length === 1) {
    probabilities[contenders[0]?.at ?? 0] = 1;
    return probabilities;
  }
  const cuts = contenders
    .flatMap(({ mean, deviation }) => CUTS.map((cut) => mean + cut * deviation))
    .filter((cut) => cut <= end)
    .sort((a, b) => a - b);
  for (let piece = 1; piece < cuts.length; piece += 1) {
    const [from, to] = [cuts[piece - 1] ?? 0, cuts[piece] ?? 0];
    for (let node = 0; node < NODES.length; node += 1) {
      const z = (from + to) / 2 + ((to - from) / 2) * (NODES[node] ?? 0);
      addDensities(contenders, z, ((to - from) / 2) * (WEIGHTS[node] ?? 0), probabilities);
    }
  }
  const total = probabilities.reduce((sum, probability) => sum + probability, 0);
  return probabilities.map((probability) => probability / total);
}

type Contender = Belief & { readonly at: number };

/** For each contender: its density at z, times the chance that all others are above it. */
function addDensities(contenders: readonly Contender[], z: number, weight: number, sums: number[]): void {
  for (const own of contenders) {
    let product = (weight * density((z - own.mean) / own.deviation)) / own.deviation;
    for (const other of contenders) if (other !== own) product *= upperTail((z - other.mean) / other.deviation);
    sums[own.at] = (sums[own.at] ?? 0) + product;
  }
}

/**
 * What is chosen with which probability: the tier `best`, and within the budget the others. Half of the budget is spread evenly,
 * so that each is tried now and then whatever is believed of it; the other half goes to those that may be the least after all.
 * @param budget share of choices that may go elsewhere than to `best`.
 */
export function explored(beliefs: readonly Belief[], best: number, budget: number): number[] {
  const others = beliefs.length - 1;
  if (others === 0 || budget <= 0) return beliefs.map((_, at) => Number(at === best));
  const even = budget / 2 / others;
  const wanted = leastProbabilities(beliefs).map((probability, at) => (at === best ? 0 : Math.max(0, probability - even)));
  const total = wanted.reduce((sum, share) => sum + share, 0);
  const scale = total > budget / 2 ? budget / 2 / total : 1;
  const shares = wanted.map((share, at) => (at === best ? 0 : Math.floor((even + scale * share) / GRAIN) * GRAIN));
  shares[best] = 1 - shares.reduce((sum, share) => sum + share, 0);
  return shares;
}

/** @param draw uniform in [0, 1). */
export function drawn(probabilities: readonly number[], draw: number): number {
  let below = 0;
  for (let at = 0; at < probabilities.length; at += 1) {
    below += probabilities[at] ?? 0;
    if (draw < below) return at;
  }
  return probabilities.findLastIndex((probability) => probability > 0);
}
