/**
 * How long a prediction takes in process, reading the prompt included: `node bench/router-decision.ts MODEL FILE[,FILE…]`.
 * MODEL is what `npm run -s router -- train` wrote; the files are JSON Lines with `prompt`.
 */
import { readArtefact } from '../subgraphs/router/src/artefact/artefact.ts';
import { createPredictor } from '../subgraphs/router/src/domain/predictor/predictor.ts';
import { readOutcomeRows } from '../subgraphs/router/src/training/outcome-rows.ts';
import { quantile } from './machine.ts';

const ROUNDS = 5;
const [model, files] = process.argv.slice(2);
if (model === undefined || files === undefined) {
  console.error('usage: node bench/router-decision.ts MODEL FILE[,FILE…]');
  process.exit(2);
}

const predictor = createPredictor(readArtefact(model).model);
const prompts = readOutcomeRows(files.split(',')).map(({ prompt }) => prompt);
const room = new Float64Array(predictor.names.length);
for (const prompt of prompts) predictor.predict(prompt, room);

// Other work on the machine can only add: the best round is the nearest to what the code takes.
const rounds = Array.from({ length: ROUNDS }, () => {
  const micros = prompts.map((prompt) => {
    const began = process.hrtime.bigint();
    predictor.predict(prompt, room);
    return Number(process.hrtime.bigint() - began) / 1_000;
  });
  micros.sort((a, b) => a - b);
  const began = performance.now();
  for (const prompt of prompts) predictor.predict(prompt, room);
  const perSecond = Math.round((1_000 * prompts.length) / (performance.now() - began));
  return { p50: quantile(micros, 0.5), p99: quantile(micros, 0.99), perSecond };
});
console.table(rounds);
console.log(
  JSON.stringify({
    prompts: prompts.length,
    p50Micros: Math.min(...rounds.map(({ p50 }) => p50)),
    p99Micros: Math.min(...rounds.map(({ p99 }) => p99)),
    perSecond: Math.max(...rounds.map(({ perSecond }) => perSecond)),
  }),
);
