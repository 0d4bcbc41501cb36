import { parseArgs } from 'node:util';
import type { DeadLetter } from '@switchyard/event-log/dead-letters';
import { ConfigError, readConfig } from '../config.ts';
import { StartError } from '../start-error.ts';
import type { DeadLetters } from './dead-letters.ts';

/** `npm run dead-letters -- …`: the operator's hands on events that could not be handled. See docs/runbooks/dead-letters.md. */
const USAGE = `Use: npm run dead-letters -- COMMAND [--group GROUP] [ID …]
  list      a line for each: id, when, group, topic, type, reason
  show      everything known of the letters with these ids, and their events
  replay    hands them to their group's handler again; those that are handled are gone
  discard   forgets them for ever
replay and discard need ids or a group. An id may be cut to its last characters, as long as it says which one is meant.
Exit codes: 0 all done, 1 some were not, 2 the command was not understood.`;

const COMMANDS = ['list', 'show', 'replay', 'discard'] as const;
type Command = (typeof COMMANDS)[number];

class UsageError extends Error {}

type Asked = { readonly command: Command; readonly group: string | undefined; readonly ids: readonly string[] };

function asked(parameters: string[]): Asked {
  const { positionals, values } = parse(parameters);
  const [name, ...ids] = positionals;
  const command = COMMANDS.find((each) => each === name);
  if (command === undefined) throw new UsageError(name === undefined ? USAGE : `There is no command ${name}.\n${USAGE}`);
  if (command !== 'list' && ids.length === 0 && values.group === undefined)
    throw new UsageError(`Say which: ids, or --group GROUP.\n${USAGE}`);
  return { command, group: values.group, ids };
}

function parse(parameters: string[]) {
  try {
    return parseArgs({ args: parameters, allowPositionals: true, options: { group: { type: 'string' } } });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${USAGE}`);
  }
}

/** @throws UsageError when an id means none of the letters, or more than one. */
function pick(letters: readonly DeadLetter[], ids: readonly string[]): readonly DeadLetter[] {
  if (ids.length === 0) return letters;
  return ids.map((id) => {
    const [meant, ...others] = letters.filter((letter) => letter.id.endsWith(id.toLowerCase()));
    if (meant === undefined) throw new UsageError(`There is no dead letter ${id}: see npm run dead-letters -- list.`);
    if (others.length > 0) throw new UsageError(`${id} may mean ${others.length + 1} dead letters: give more of it.`);
    return meant;
  });
}

async function show(deadLetters: DeadLetters, letter: DeadLetter): Promise<boolean> {
  const message = await deadLetters.show(letter);
  console.log(JSON.stringify({ ...letter, message: message.toString('utf8') }, null, 2));
  return true;
}

async function replay(deadLetters: DeadLetters, letter: DeadLetter): Promise<boolean> {
  try {
    const outcome = await deadLetters.replay(letter);
    if (outcome.kind === 'misfit') console.error(`${letter.id} still does not fit (${outcome.reason}): ${outcome.detail}`);
    else console.log(`${letter.id} ${outcome.kind === 'handled' ? 'is handled' : 'was gone already'}`);
    return outcome.kind !== 'misfit';
  } catch (error) {
    if (error instanceof StartError) throw error;
    console.error(`${letter.id} still fails: ${(error as Error).message}`);
    return false;
  }
}

async function discard(deadLetters: DeadLetters, letter: DeadLetter): Promise<boolean> {
  console.log(`${letter.id} ${(await deadLetters.discard(letter)) ? 'is discarded' : 'was gone already'}`);
  return true;
}

function line({ id, at, group, topic, type, reason, detail }: DeadLetter): string {
  return [id, at.toISOString(), group, topic, type ?? '?', reason, detail.slice(0, 120)].join('  ');
}

async function main(parameters: string[]): Promise<void> {
  const { command, group, ids } = asked(parameters);
  // What is not understood is said at once, before all of the platform is loaded.
  const { openDeadLetters } = await import('./dead-letters.ts');
  const deadLetters = await openDeadLetters(readConfig(process.env));
  try {
    const letters = pick(await deadLetters.list(group), ids);
    if (command === 'list') {
      for (const letter of letters) console.log(line(letter));
      if (letters.length === 0) console.error('There are no dead letters.');
      return;
    }
    const act = { show, replay, discard }[command];
    for (const letter of letters) if (!(await act(deadLetters, letter))) process.exitCode = 1;
  } finally {
    await deadLetters.close();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const expected = [ConfigError, StartError, UsageError].some((type) => error instanceof type);
  console.error(expected ? (error as Error).message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
