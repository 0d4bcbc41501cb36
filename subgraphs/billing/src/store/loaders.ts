import type { Tx } from '@switchyard/database/database';
import type { EpisodeId, TenantId, ToolCallId, UsageRecordId } from '@switchyard/kernel/ids';
import DataLoader from 'dataloader';
import type { Plan, PlanId } from '../domain/plan.ts';
import type { PlanSchedule } from '../domain/stretch.ts';
import { type Account, accountsOf } from './accounts.ts';
import { creditNotesOf } from './credit-notes.ts';
import type { UsageRecordRow } from './entities.ts';
import type { CreditNoteRow, InvoiceLineRow, InvoiceRow } from './invoice-entities.ts';
import { invoicesById, linesOf, linesOfRecords, type RecordPlace } from './invoices.ts';
import { schedulesOf } from './plan-changes.ts';
import { plansById } from './plans.ts';
import { recordsById, recordsOfEpisodes, recordsOfToolCalls } from './usage-records.ts';

/** Runs a read in a transaction that sees what the caller may see. */
export type Read = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

/** Of one request: what it asks for in lists becomes one statement each. What may not be seen is as what is not there. */
export type Loaders = {
  readonly plan: DataLoader<PlanId, Plan | null>;
  readonly schedule: DataLoader<TenantId, PlanSchedule>;
  readonly account: DataLoader<TenantId, Account | null>;
  readonly invoice: DataLoader<string, InvoiceRow | null>;
  readonly linesOfInvoice: DataLoader<string, InvoiceLineRow[]>;
  readonly creditNotesOfInvoice: DataLoader<string, CreditNoteRow[]>;
  /** The line that a usage record ended in. */
  readonly lineOfRecord: DataLoader<RecordPlace & { readonly id: string }, InvoiceLineRow | null, string>;
  readonly usageRecord: DataLoader<UsageRecordId, UsageRecordRow | null>;
  readonly usageOfEpisode: DataLoader<EpisodeId, UsageRecordRow[]>;
  readonly usageOfToolCall: DataLoader<ToolCallId, UsageRecordRow[]>;
};

export function createLoaders(read: Read): Loaders {
  return {
    plan: one(read, plansById, (plan) => plan.id),
    schedule: new DataLoader(async (ids) => {
      const schedules = await read((tx) => schedulesOf(tx, ids));
      return ids.map((id) => schedules.get(id) ?? new Error(`no schedule of tenant ${id}`));
    }),
    account: one(read, accountsOf, (account) => account.tenantId),
    invoice: one(read, invoicesById, (invoice) => invoice.id),
    linesOfInvoice: many(read, linesOf, (line) => line.invoiceId),
    creditNotesOfInvoice: many(read, creditNotesOf, (note) => note.invoiceId),
    lineOfRecord: new DataLoader((records) => read((tx) => linesOfRecords(tx, records)), { cacheKeyFn: (record) => record.id }),
    usageRecord: one(read, recordsById, (record) => record.id),
    usageOfEpisode: many(read, recordsOfEpisodes, (record) => record.episodeId ?? null),
    usageOfToolCall: many(read, recordsOfToolCalls, (record) => record.toolCallId ?? null),
  };
}

type Find<Key, Row> = (tx: Tx, keys: readonly Key[]) => Promise<readonly Row[]>;

function one<Key, Row>(read: Read, find: Find<Key, Row>, keyOf: (row: Row) => Key): DataLoader<Key, Row | null> {
  return new DataLoader(async (keys) => {
    const rows = new Map((await read((tx) => find(tx, keys))).map((row) => [keyOf(row), row]));
    return keys.map((key) => rows.get(key) ?? null);
  });
}

function many<Key, Row>(read: Read, find: Find<Key, Row>, keyOf: (row: Row) => Key | null): DataLoader<Key, Row[]> {
  return new DataLoader(async (keys) => {
    const rows = Map.groupBy(await read((tx) => find(tx, keys)), keyOf);
    return keys.map((key) => rows.get(key) ?? []);
  });
}
