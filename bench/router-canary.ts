/**
 * How soon a canary that is worse is rolled back, and how often one that is not: `node bench/router-canary.ts [seeds]`. Answers of
 * the policy in force are right in 81 %; the candidate gets 5 % of the requests and loses 20, 10 or 5 points, or none. Costs and
 * latencies are drawn too, so that all four tests are looked at after every request, at less than 1 % for all of them together. Beside it
 * the test that is not made to be looked at again and again: a z-test at 1 %, looked at after each request of the canary.
 */
import { type Comparison, compared, findingOf, NOTHING_COMPARED } from '../subgraphs/router/src/domain/canary.ts';
import { randomOf } from '../subgraphs/router/src/training/random.ts';
import { machineLine, quantile } from './machine.ts';

const SEEDS = Number(process.argv[2] ?? 400);
const NULL_SEEDS = Math.round(2.5 * SEEDS);
const SHARE = 0.05;
const ERROR = 0.19;
const LONGEST = 3_000;
/** Of a z-test at 1 %, two-sided. */
const Z = 2.5758;

type Run = { readonly rolledBackAfter: number; readonly peekedAfter: number };

function run(seed: number, worse: { readonly points: number; readonly costs: number; readonly slower: number }): Run {
  const random = randomOf(seed * 7_919 + 1);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  let comparison: Comparison = NOTHING_COMPARED;
  let rolledBackAfter = Number.POSITIVE_INFINITY;
  let peekedAfter = Number.POSITIVE_INFINITY;
  for (let seen = 0; seen < LONGEST; ) {
    const canary = random() < SHARE;
    const wrong = random() < ERROR + (canary ? worse.points / 100 : 0);
    const cost = 0.002 * Math.exp(0.8 * normal()) * (canary ? worse.costs : 1);
    const latencyMs = 900 * Math.exp(0.5 * normal()) * (canary ? worse.slower : 1);
    comparison = compared(comparison, { side: canary ? 'CANARY' : 'STABLE', wrong, failed: false, cost, latencyMs });
    if (!canary) continue;
    seen += 1;
    if (peekedAfter > LONGEST && zOf(comparison) > Z) peekedAfter = seen;
    if (rolledBackAfter > LONGEST && findingOf(comparison, Number.POSITIVE_INFINITY) !== null) rolledBackAfter = seen;
    if (rolledBackAfter <= LONGEST && peekedAfter <= LONGEST) break;
  }
  return { rolledBackAfter, peekedAfter };
}

function zOf({ errors: { stable, canary } }: Comparison): number {
  if (canary.seen < 20) return 0;
  const pooled = (stable.hits + canary.hits) / (stable.seen + canary.seen);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / stable.seen + 1 / canary.seen));
  return deviation === 0 ? 0 : (canary.hits / canary.seen - stable.hits / stable.seen) / deviation;
}

console.log(machineLine());
const CASES = [
  { name: '20 points more errors', points: 20, costs: 1, slower: 1, seeds: SEEDS },
  { name: '10 points more errors', points: 10, costs: 1, slower: 1, seeds: SEEDS },
  { name: '5 points more errors', points: 5, costs: 1, slower: 1, seeds: SEEDS },
  { name: 'twice the cost', points: 0, costs: 2, slower: 1, seeds: SEEDS },
  { name: 'a fifth dearer', points: 0, costs: 1.2, slower: 1, seeds: SEEDS },
  { name: 'twice as slow', points: 0, costs: 1, slower: 2, seeds: SEEDS },
  { name: 'no worse', points: 0, costs: 1, slower: 1, seeds: NULL_SEEDS },
];
for (const { name, seeds, ...worse } of CASES) {
  const runs = Array.from({ length: seeds }, (_, seed) => run(seed, worse));
  const after = runs.map(({ rolledBackAfter }) => rolledBackAfter);
  const rolledBack = after.filter(Number.isFinite).length / seeds;
  const peeked = runs.filter(({ peekedAfter }) => Number.isFinite(peekedAfter)).length / seeds;
  console.log(
    `${name.padEnd(24)} rolled back within ${LONGEST}: ${(100 * rolledBack).toFixed(1)} %, after ${quantile(after, 0.5)} (median), ${quantile(after, 0.9)} (p90); a peeked z-test: ${(100 * peeked).toFixed(1)} %  (${seeds} seeds)`,
  );
}
