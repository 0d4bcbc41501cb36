import { readFileSync } from 'node:fs';

/** A request whose answers by several models are known to be right (1) or wrong (0), or graded in between. */
export type OutcomeRow = {
  readonly id: string;
  readonly prompt: string;
  /** What it is about, where the source says so. */
  readonly subject: string | null;
  readonly scores: Readonly<Record<string, number>>;
  readonly answers: Readonly<Record<string, string>>;
};

/**
 * JSON Lines with `id`, `prompt`, and where known `subject` (or `dataset`), `scores`, `answers`.
 * @throws Error that names file and line.
 */
export function readOutcomeRows(files: readonly string[]): OutcomeRow[] {
  return files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, at) => (line.trim() === '' ? [] : [rowOf(line, `${file}:${at + 1}`)])),
  );
}

function rowOf(line: string, where: string): OutcomeRow {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw new Error(`${where}: not JSON`);
  }
  if (!isRecord(parsed) || typeof parsed.id !== 'string' || typeof parsed.prompt !== 'string') {
    throw new Error(`${where}: needs the strings \`id\` and \`prompt\``);
  }
  return { id: parsed.id, prompt: parsed.prompt, subject: subjectOf(parsed), ...outcomesOf(parsed) };
}

/** A `subject` that only names the part of a collection ("train") says nothing; then the collection does. */
function subjectOf({ subject, dataset }: Readonly<Record<string, unknown>>): string | null {
  if (typeof subject === 'string' && !['train', 'test', 'validation'].includes(subject)) return subject;
  return typeof dataset === 'string' ? dataset : null;
}

function outcomesOf({ scores, answers }: Readonly<Record<string, unknown>>): Pick<OutcomeRow, 'scores' | 'answers'> {
  const numbers = Object.entries(isRecord(scores) ? scores : {}).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  const texts = Object.entries(isRecord(answers) ? answers : {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return { scores: Object.fromEntries(numbers), answers: Object.fromEntries(texts) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
