import { readdirSync } from 'node:fs';
import type { Schema } from '@switchyard/database/schema';
import { LOG_SCHEMA } from '@switchyard/event-log/schema';

const SUBGRAPHS = new URL('../../../subgraphs/', import.meta.url);

/** The schema of every subgraph that there is, and the log's: a new subgraph is in it without being named. */
export async function allSchemas(): Promise<Schema[]> {
  const modules = readdirSync(SUBGRAPHS).map(async (name) => {
    const { SCHEMA } = (await import(String(new URL(`${name}/src/module.ts`, SUBGRAPHS)))) as { SCHEMA: Schema };
    return SCHEMA;
  });
  return [LOG_SCHEMA, ...(await Promise.all(modules))];
}
