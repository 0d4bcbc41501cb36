import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { encodeArtefact, readArtefact } from '../artefact/artefact.ts';
import { ANSWER_FEATURES, answerFeatures } from '../domain/predictor/answer-checks.ts';
import { createPredictor, type Predictor } from '../domain/predictor/predictor.ts';
import { buildArtefact } from '../training/build-artefact.ts';
import { evaluate } from '../training/evaluate.ts';
import { type OutcomeRow, readOutcomeRows } from '../training/outcome-rows.ts';
import { wordInfluence } from '../training/word-influence.ts';

const USAGE = `usage: npm run -s router -- <command> [options]

  train     --data FILE[,FILE…] --out MODEL [--weak NAME --strong NAME | --models NAME,NAME…]
  predict   --model MODEL --data FILE[,FILE…]     prints {id, p_weak_ok, p_strong_ok, p_weak_ok_after} for each line
  evaluate  --data FILE[,FILE…] [--labels N] [--weak NAME --strong NAME | --models NAME,NAME…]
            five folds by the opening of the question, 95 % bootstrap intervals
  explain   --model MODEL --data FILE[,FILE…] [--limit N]

Data is JSON Lines: id, prompt; to learn from, scores {model: 0..1} and where known subject and answers {model: text}.
Without --weak, --strong or --models, the two models of the data are taken: the one with the worse mean score is the weak one.`;

const OPTIONS = {
  data: { type: 'string' },
  out: { type: 'string' },
  model: { type: 'string' },
  weak: { type: 'string' },
  strong: { type: 'string' },
  models: { type: 'string' },
  labels: { type: 'string' },
  limit: { type: 'string' },
} as const;

type Options = { readonly [name in keyof typeof OPTIONS]?: string | undefined };

class UsageError extends Error {}

function main(): void {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const command = COMMANDS[positionals[0] ?? ''];
  if (command === undefined || positionals.length !== 1) throw new UsageError('one of the commands is needed');
  command(values);
}

const COMMANDS: Readonly<Record<string, (options: Options) => void>> = {
  train(options) {
    const rows = readOutcomeRows(filesOf(options));
    const artefact = buildArtefact(rows, headsOf(rows, options), progress);
    writeFileSync(needed(options, 'out'), encodeArtefact(artefact));
    print(artefact.provenance);
  },
  predict(options) {
    const predictor = predictorOf(options);
    const room = new Float64Array(predictor.names.length);
    const counted = counter('predicted');
    for (const row of readOutcomeRows(filesOf(options))) {
      print(predictionOf(predictor, row, room));
      counted();
    }
  },
  evaluate(options) {
    const rows = readOutcomeRows(filesOf(options));
    const labels = options.labels === undefined ? {} : { labels: wholeNumber(options.labels, 'labels') };
    const { probabilities: _, targets: __, ...figures } = evaluate(rows, headsOf(rows, options), { ...labels, progress });
    process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
  },
  explain(options) {
    const predictor = predictorOf(options);
    const limit = wholeNumber(options.limit ?? '10', 'limit');
    const room = new Float64Array(predictor.names.length);
    for (const row of readOutcomeRows(filesOf(options)).slice(0, limit)) {
      const answer = row.answers[predictor.names[0] ?? ''];
      print({
        ...predictionOf(predictor, row, room),
        models: predictor.names,
        withoutWord: wordInfluence(predictor, row.prompt),
        ...(answer === undefined ? {} : { answerChecks: checksOf(row.prompt, answer) }),
      });
    }
  },
};

function predictionOf(predictor: Predictor, row: OutcomeRow, room: Float64Array) {
  predictor.predict(row.prompt, room);
  const answer = row.answers[predictor.names[0] ?? ''];
  const after = answer === undefined ? null : predictor.afterAnswer(row.prompt, answer);
  const byModel = Object.fromEntries(predictor.names.map((name, at) => [name, room[at]]));
  return {
    id: row.id,
    p_weak_ok: room[0],
    p_strong_ok: room[room.length - 1],
    ...(after === null ? {} : { p_weak_ok_after: after }),
    ...(predictor.names.length > 2 ? { p: byModel } : {}),
  };
}

function checksOf(prompt: string, answer: string): Readonly<Record<string, number>> {
  const values = answerFeatures(prompt, answer);
  return Object.fromEntries(ANSWER_FEATURES.map((name, at) => [name, values[at] ?? 0]));
}

function headsOf(rows: readonly OutcomeRow[], { weak, strong, models }: Options): readonly string[] {
  if (models !== undefined) return models.split(',');
  if (weak !== undefined && strong !== undefined) return [weak, strong];
  const names = Object.keys(rows[0]?.scores ?? {});
  if (names.length !== 2) throw new UsageError(`say which of the models: --models ${names.join(',') || 'NAME,NAME'}`);
  const mean = (name: string) => rows.reduce((sum, { scores }) => sum + (scores[name] ?? 0), 0) / rows.length;
  return names.sort((a, b) => mean(a) - mean(b));
}

function predictorOf(options: Options): Predictor {
  return createPredictor(readArtefact(needed(options, 'model')).model);
}

function filesOf(options: Options): readonly string[] {
  return needed(options, 'data').split(',');
}

function needed(options: Options, name: keyof Options): string {
  const value = options[name];
  if (value === undefined) throw new UsageError(`--${name} is needed`);
  return value;
}

function wholeNumber(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new UsageError(`--${name} must be a whole number above 0`);
  return value;
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Results go to standard output alone. */
function progress(note: string): void {
  process.stderr.write(`${note}\n`);
}

function counter(done: string): () => void {
  let count = 0;
  return () => {
    count += 1;
    if (count % 10_000 === 0) progress(`${done} ${count}`);
  };
}

// A reader that has seen enough closes the pipe: nothing is wrong.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  main();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const misused = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
  process.stderr.write(misused ? `${message}\n\n${USAGE}\n` : `${message}\n`);
  process.exitCode = misused ? 2 : 1;
}
