import { parseArgs } from 'node:util';
import { openDatabase } from '@switchyard/database/database';
import { systemClock } from '@switchyard/kernel/clock';
import { PlatformError } from '@switchyard/kernel/errors';
import { createSagaDesk, type SagaDesk, SCHEMA, SETTLEMENTS, type Settlement } from '@switchyard/sessions/module';
import { ConfigError, readConfig } from '../config.ts';
import { findRunningPlatform } from '../running-platform.ts';
import { StartError } from '../start-error.ts';

/** `npm run sagas -- …`: the operator's hands on effects that the platform could neither confirm nor undo. */
const USAGE = `Use: npm run sagas -- list [--limit 100]
     npm run sagas -- retry TOOL_CALL_ID
     npm run sagas -- resolve TOOL_CALL_ID --as ${SETTLEMENTS.join('|')} --note TEXT

An UNKNOWN call is resolved as done or not-done; what was done in an episode that failed is then still to be undone.
A COMPENSATION_FAILED one is tried again with retry, or resolved as undone (by hand) or kept.`;

class UsageError extends Error {}

async function main(parameters: readonly string[]): Promise<void> {
  const { values, positionals } = understood(parameters);
  const [command, id, ...more] = positionals;
  const needsId = command === 'retry' || command === 'resolve';
  if ((command !== 'list' && !needsId) || more.length > 0 || (id !== undefined) !== needsId) throw new UsageError(USAGE);
  const limit = Number(values.limit ?? '100');
  if (!Number.isInteger(limit) || limit < 1) throw new UsageError('--limit is a whole number from 1 on.');
  const settlement = command === 'resolve' ? settlementOf(values) : null;
  const { databaseUrl } = await findRunningPlatform(readConfig(process.env));
  const database = await openDatabase({ url: databaseUrl, schema: SCHEMA, poolSize: 2 });
  try {
    const desk = createSagaDesk({ database, clock: systemClock });
    if (command === 'list') return await list(desk, limit);
    if (settlement === null) {
      await desk.retry(id ?? '');
      console.log(`${id} is being undone once more; npm run sagas -- list tells whether it worked.`);
    } else {
      const { status } = await desk.resolve(id ?? '', settlement.as, settlement.note);
      console.log(`${id} is ${status} now.`);
    }
  } finally {
    await database.close();
  }
}

type Values = { readonly limit?: string; readonly as?: string; readonly note?: string };

function understood(parameters: readonly string[]): { readonly values: Values; readonly positionals: readonly string[] } {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args: [...parameters], allowPositionals: true, options: { limit: text, as: text, note: text } });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${USAGE}`);
  }
}

function settlementOf({ as, note }: Values): { readonly as: Settlement; readonly note: string } {
  const settlement = SETTLEMENTS.find((known) => known === as);
  if (settlement === undefined || note === undefined || note.trim() === '') throw new UsageError(USAGE);
  return { as: settlement, note };
}

async function list(desk: SagaDesk, limit: number): Promise<void> {
  const calls = await desk.list(limit);
  for (const call of calls) {
    const { id, status, tool, tenantId, episodeId, requestedAt } = call;
    console.log(`${id}  ${status}  ${tool}  tenant ${tenantId}  episode ${episodeId}  ${requestedAt.toISOString()}`);
    console.log(`    ${JSON.stringify(call.arguments)}${call.error == null ? '' : `  ${call.error}`}`);
  }
  console.log(calls.length === 0 ? 'Nothing is unsettled.' : `${calls.length} unsettled.`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof PlatformError) console.error(error.publicMessage);
  else {
    const expected = [ConfigError, StartError, UsageError].some((type) => error instanceof type);
    console.error(expected ? (error as Error).message : error);
  }
  process.exitCode = 1;
});
