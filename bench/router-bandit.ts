/**
 * What the bandit costs and gains on recorded outcomes: `node bench/router-bandit.ts FOLDER [seeds]`, the folder with
 * routellm_mmlu.*.jsonl and ulab_llmrouter.*.jsonl.
 *
 * 1. Two models (MMLU). The classifier's predictions are those of models that had not seen the question's fold. The recorded
 *    outcomes are a stream in an order drawn by seed; the bandit starts from the classifier, sees the outcome of what it chose
 *    alone, and pays for what it tries. Its loss over one pass (cost + λ · error) against the classifier's, and the best model's.
 * 2. Nine models, cost in proportion to their size. For each λ and fold: what the rest of the rows show of the classifier against
 *    the best fixed model decides which of the two answers the fold, as the lower confidence bound says that decides in production.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { contextOf, NOTHING_SEEN, type Posterior, residualAt, seen } from '../subgraphs/router/src/domain/bandit.ts';
import { NO_EVIDENCE, shows, witnessed } from '../subgraphs/router/src/domain/evidence.ts';
import { ALPHA } from '../subgraphs/router/src/domain/learning.ts';
import { type Belief, drawn, explored, leastProbabilities } from '../subgraphs/router/src/domain/thompson.ts';
import { evaluate } from '../subgraphs/router/src/training/evaluate.ts';
import { foldsOf } from '../subgraphs/router/src/training/folds.ts';
import { readOutcomeRows } from '../subgraphs/router/src/training/outcome-rows.ts';
import { randomOf, shuffled } from '../subgraphs/router/src/training/random.ts';
import { machineLine } from './machine.ts';

const [folder, seedsAsked] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node bench/router-bandit.ts FOLDER [seeds]');
  process.exit(2);
}
const SEEDS = Number(seedsAsked ?? 40);
const LAMBDAS = [2, 4, 8, 16, 32];
/** What the router does of itself, and what Thompson sampling would do without a budget. */
const BUDGETS = [0.01, 0.02, null] as const;

/** Predicted and recorded errors of each model, cheapest first, for each row. */
type Outcomes = {
  readonly names: readonly string[];
  readonly costs: readonly number[];
  readonly prompts: readonly string[];
  readonly predicted: readonly number[][];
  readonly wrong: readonly number[][];
};

function outcomesOf(prefix: string, costs: Readonly<Record<string, number>>): Outcomes {
  const names = Object.keys(costs);
  const files = readdirSync(folder ?? '')
    .filter((name) => name.startsWith(prefix))
    .sort();
  const rows = readOutcomeRows(files.map((name) => join(folder ?? '', name))).filter(({ scores }) =>
    names.every((name) => scores[name] !== undefined),
  );
  const { probabilities, targets } = evaluate(rows, names, { progress: (note) => process.stderr.write(`${prefix}: ${note}\n`) });
  return {
    names,
    costs: names.map((name) => costs[name] ?? 0),
    prompts: rows.map(({ prompt }) => prompt),
    predicted: rows.map((_, at) => probabilities.map((of) => 1 - (of[at] ?? 0.5))),
    wrong: rows.map((_, at) => targets.map((of) => 1 - (of[at] ?? 0))),
  };
}

const least = (values: readonly number[]): number =>
  values.reduce((best, value, at) => (value < (values[best] ?? 0) ? at : best), 0);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function fixedLosses({ names, costs, wrong }: Outcomes, lambda: number, rows: readonly number[]): number[] {
  return names.map((_, model) => mean(rows.map((row) => (costs[model] ?? 0) + lambda * (wrong[row]?.[model] ?? 0))));
}

function objectives({ costs, predicted }: Outcomes, lambda: number, row: number): number[] {
  return costs.map((cost, model) => cost + lambda * (predicted[row]?.[model] ?? 0.5));
}

/** One pass over the recorded outcomes; only that of the chosen model is seen. */
function banditLoss(
  outcomes: Outcomes,
  lambda: number,
  options: { readonly seed: number; readonly budget: number | null },
): number {
  const random = randomOf(options.seed);
  const posteriors: Posterior[] = outcomes.names.map(() => NOTHING_SEEN);
  let loss = 0;
  for (const row of shuffled(outcomes.prompts.length, random)) {
    const predicted = outcomes.predicted[row] ?? [];
    const context = contextOf(predicted);
    const beliefs = posteriors.map((posterior, model): Belief => {
      const residual = residualAt(posterior, context);
      const error = (predicted[model] ?? 0.5) + residual.mean;
      return { mean: (outcomes.costs[model] ?? 0) + lambda * error, deviation: lambda * residual.deviation };
    });
    const best = least(beliefs.map((belief) => belief.mean));
    const shares = options.budget === null ? leastProbabilities(beliefs) : explored(beliefs, best, options.budget);
    const chosen = drawn(shares, random());
    const wrong = outcomes.wrong[row]?.[chosen] ?? 0;
    loss += (outcomes.costs[chosen] ?? 0) + lambda * wrong;
    posteriors[chosen] = seen(posteriors[chosen] ?? NOTHING_SEEN, context, wrong - (predicted[chosen] ?? 0.5));
  }
  return loss / outcomes.prompts.length;
}

function classifierLoss(outcomes: Outcomes, lambda: number, rows: readonly number[]): number {
  return mean(
    rows.map((row) => {
      const model = least(objectives(outcomes, lambda, row));
      return (outcomes.costs[model] ?? 0) + lambda * (outcomes.wrong[row]?.[model] ?? 0);
    }),
  );
}

function twoModels(): void {
  // As published with the data: 0.24 against 24.7 dollars for a million tokens.
  const outcomes = outcomesOf('routellm_mmlu', { 'mixtral-8x7b': 0.24 / 24.7, 'gpt-4-1106-preview': 1 });
  const rows = [...outcomes.prompts.keys()];
  const percent = (ratio: number) => `${(100 * (ratio - 1)).toFixed(2)} %`;
  const table = LAMBDAS.map((lambda) => {
    const classifier = classifierLoss(outcomes, lambda, rows);
    const ratios = BUDGETS.map((budget) => {
      const losses = Array.from({ length: SEEDS }, (_, seed) => banditLoss(outcomes, lambda, { seed, budget }) / classifier);
      return { budget, ratio: mean(losses), worst: Math.max(...losses) };
    });
    const fixed = Math.min(...fixedLosses(outcomes, lambda, rows)) / classifier;
    return { lambda, fixed, ratios };
  });
  console.table(
    table.map(({ lambda, fixed, ratios }) => ({
      lambda,
      ...Object.fromEntries(
        ratios.map(({ budget, ratio, worst }) => [
          budget === null ? 'Thompson alone' : `budget ${100 * budget} %`,
          `${percent(ratio)} (worst ${percent(worst)})`,
        ]),
      ),
      'best fixed model': percent(fixed),
    })),
  );
  for (const [at, budget] of BUDGETS.entries()) {
    const over = mean(table.map(({ ratios }) => ratios[at]?.ratio ?? 0));
    console.log(
      `${budget === null ? 'Thompson alone' : `budget ${100 * budget} %`}: ${percent(over)} above the classifier's loss (${SEEDS} seeds, ${LAMBDAS.length} λ)`,
    );
  }
}

const NINE = {
  'mistral-7b-instruct-v0.3': 7,
  'qwen2.5-7b-instruct': 7.6,
  'llama-3.1-8b-instruct': 8,
  'llama3-chatqa-1.5-8b': 8,
  'codegemma-7b': 8.5,
  'gemma-2-9b-it': 9.2,
  'llama-3.3-nemotron-super-49b-v1': 49,
  'llama-3.1-nemotron-51b-instruct': 51,
  'llama3-chatqa-1.5-70b': 70,
};
const FOLDS = 5;

/** Loss over all folds, each answered by the classifier or by the best fixed model, as the other folds show. */
function guarded(outcomes: Outcomes, lambda: number, folds: Int32Array): { readonly loss: number; readonly learned: number } {
  const all = [...outcomes.prompts.keys()];
  let [loss, learned] = [0, 0];
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const [own, rest] = [all.filter((row) => folds[row] === fold), all.filter((row) => folds[row] !== fold)];
    const fixed = least(fixedLosses(outcomes, lambda, rest));
    const lossOf = (row: number, model: number) => (outcomes.costs[model] ?? 0) + lambda * (outcomes.wrong[row]?.[model] ?? 0);
    let evidence = NO_EVIDENCE;
    let shown = false;
    for (const at of shuffled(rest.length, randomOf(fold))) {
      const row = rest[at] ?? 0;
      const model = least(objectives(outcomes, lambda, row));
      const most = Math.max(0, lambda + (outcomes.costs[model] ?? 0) - (outcomes.costs[fixed] ?? 0));
      evidence = witnessed(evidence, lossOf(row, fixed) - lossOf(row, model), model === fixed ? 0 : most);
      shown ||= shows(evidence, ALPHA);
    }
    for (const row of own) loss += lossOf(row, shown ? least(objectives(outcomes, lambda, row)) : fixed);
    learned += Number(shown);
  }
  return { loss: loss / all.length, learned };
}

function nineModels(): void {
  const outcomes = outcomesOf(
    'ulab_llmrouter',
    Object.fromEntries(Object.entries(NINE).map(([name, size]) => [name, size / 70])),
  );
  const rows = [...outcomes.prompts.keys()];
  const folds = foldsOf(outcomes.prompts, FOLDS, 'guard');
  const table = Array.from({ length: 25 }, (_, at) => 2 ** (at / 2 - 4)).map((lambda) => {
    const losses = fixedLosses(outcomes, lambda, rows);
    const fixed = Math.min(...losses);
    const { loss, learned } = guarded(outcomes, lambda, folds);
    const percent = (value: number) => Number((100 * (value / fixed - 1)).toFixed(3));
    return {
      lambda: Number(lambda.toPrecision(3)),
      'best fixed': outcomes.names[least(losses)],
      'guarded %': percent(loss),
      'classifier %': percent(classifierLoss(outcomes, lambda, rows)),
      'folds learned': learned,
    };
  });
  console.table(table);
  console.log(
    `above the best fixed model at worst: ${Math.max(...table.map((row) => row['guarded %'])).toFixed(3)} %, below it at best: ${Math.min(...table.map((row) => row['guarded %'])).toFixed(2)} %`,
  );
}

console.log(machineLine());
twoModels();
nineModels();
