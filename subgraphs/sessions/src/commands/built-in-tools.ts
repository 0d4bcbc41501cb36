import type { Database } from '@switchyard/database/database';
import type { Clock } from '@switchyard/kernel/clock';
import type { TenantId } from '@switchyard/kernel/ids';
import { type BuiltInTool, ToolRefusal } from '@switchyard/tools/tool';
import { CURRENT_TIME, SEARCH_KNOWLEDGE } from '../store/built-in-tools.ts';
import { findPassages } from '../store/knowledge-search.ts';

const DEFAULT_PASSAGES = 5;

/** What the platform's own tools do, by name; their arguments have been checked against their schemas. */
export function createBuiltInTools({ database, clock }: { readonly database: Database; readonly clock: Clock }) {
  const search: BuiltInTool = async (tenantId, args) => {
    const { query, limit = DEFAULT_PASSAGES } = args as { query: string; limit?: number };
    const passages = await database.tenant(tenantId as TenantId, (tx) => findPassages(tx, query, limit));
    return { passages: passages.map(({ title, text, url, score }) => ({ title, text, url, score })) };
  };
  const time: BuiltInTool = async (_tenantId, args) => timeIn(clock.now(), (args as { timeZone?: string }).timeZone ?? 'UTC');
  return new Map([
    [SEARCH_KNOWLEDGE.name, search],
    [CURRENT_TIME.name, time],
  ]);
}

/** @throws ToolRefusal for a time zone that there is not. */
export function timeIn(now: Date, timeZone: string) {
  try {
    // Swedish writes dates as ISO 8601 does.
    const local = now.toLocaleString('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    const [date, time] = local.split(' ');
    const weekday = now.toLocaleDateString('en', { timeZone, weekday: 'long' });
    return { utc: now.toISOString(), timeZone, date, time, weekday };
  } catch {
    throw new ToolRefusal(`There is no time zone ${timeZone.slice(0, 64)}: give an IANA name, such as Europe/Berlin.`);
  }
}
