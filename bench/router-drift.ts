/**
 * How soon the router notices that a tier got worse, and how often it is mistaken: `node bench/router-drift.ts`. A tier whose
 * answers are right in 85 % loses 30, 20 or 10 points after 200 judged decisions; 40 seeds each. Without a loss: the share of
 * histories of 512 decisions (all that counts) in which something was seen.
 */
import { type Judged, lastChange } from '../subgraphs/router/src/domain/drift.ts';
import { randomOf } from '../subgraphs/router/src/training/random.ts';
import { quantile } from './machine.ts';

const SEEDS = 40;
const BEFORE = 200;
const HISTORY = 512;
const ERROR = 0.15;

function seenAfter(loss: number, seed: number): number {
  const random = randomOf(seed);
  const judged: Judged[] = Array.from({ length: BEFORE }, () => ({ expected: ERROR, wrong: random() < ERROR }));
  while (judged.length < HISTORY) {
    judged.push({ expected: ERROR, wrong: random() < ERROR + loss });
    if (lastChange(judged) > 0) return judged.length - BEFORE;
  }
  return Number.POSITIVE_INFINITY;
}

console.table(
  [0.3, 0.2, 0.1].map((loss) => {
    const delays = Array.from({ length: SEEDS }, (_, seed) => seenAfter(loss, seed));
    const found = delays.filter(Number.isFinite);
    return { points: 100 * loss, found: `${found.length} of ${SEEDS}`, median: quantile(found, 0.5), p90: quantile(found, 0.9) };
  }),
);
const HISTORIES = 1_000;
const mistaken = Array.from({ length: HISTORIES }, (_, seed) => {
  const random = randomOf(1_000 + seed);
  return lastChange(Array.from({ length: HISTORY }, () => ({ expected: ERROR, wrong: random() < ERROR })));
}).filter((at) => at > 0).length;
console.log(`without a loss: something seen in ${mistaken} of ${HISTORIES} histories of ${HISTORY}`);
