import { createRequire } from 'node:module';
import type pg from 'pg';

/** The copy of pg that the databases of the subgraphs speak through. */
const { Client } = createRequire(import.meta.resolve('@mikro-orm/postgresql'))('pg') as typeof pg;

/** What opens and ends a unit of work, and looks a caller's key up: a few per unit, whatever is asked in it. */
const AROUND = /^\s*(begin|commit|rollback|set |select set_config|release|savepoint)|"?api_key"?/i;

/** Without the values that stand in it, and how many those are. */
function shapeOf(text: string): string {
  const bare = text.replaceAll(/\s+/g, ' ').replaceAll(/'[^']*'|\b\d+\b/g, '?');
  return bare.replaceAll(/\?(, \?)+/g, '?').trim();
}

/** Runs `work`; the statements that reached the database meanwhile, by shape, and how often each of them did. */
export async function statementsOf(work: () => Promise<unknown>): Promise<ReadonlyMap<string, number>> {
  const seen = new Map<string, number>();
  const { query } = Client.prototype;
  Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [asked] = args as [string | { text: string }];
    const text = typeof asked === 'string' ? asked : asked.text;
    const shape = shapeOf(text);
    if (!AROUND.test(text)) seen.set(shape, (seen.get(shape) ?? 0) + 1);
    return Reflect.apply(query, this, args);
  } as typeof query;
  try {
    await work();
  } finally {
    Client.prototype.query = query;
  }
  return seen;
}
