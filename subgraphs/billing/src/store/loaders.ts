import type { Tx } from '@switchyard/database/database';
import type { EpisodeId, TenantId, ToolCallId, UsageRecordId } from '@switchyard/kernel/ids';
import DataLoader from 'dataloader';
import type { Plan, PlanId } from '../domain/plan.ts';
import { type Account, accountsOf } from './accounts.ts';
import type { UsageRecordRow } from './entities.ts';
import { plansById } from './plans.ts';
import { recordsById, recordsOfEpisodes, recordsOfToolCalls } from './usage-records.ts';

/** Runs a read in a transaction that sees what the caller may see. */
export type Read = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

/** Of one request: what it asks for in lists becomes one statement each. What may not be seen is as what is not there. */
export type Loaders = {
  readonly plan: DataLoader<PlanId, Plan | null>;
  readonly account: DataLoader<TenantId, Account | null>;
  readonly usageRecord: DataLoader<UsageRecordId, UsageRecordRow | null>;
  readonly usageOfEpisode: DataLoader<EpisodeId, UsageRecordRow[]>;
  readonly usageOfToolCall: DataLoader<ToolCallId, UsageRecordRow[]>;
};

export function createLoaders(read: Read): Loaders {
  return {
    plan: one(read, plansById, (plan) => plan.id),
    account: one(read, accountsOf, (account) => account.tenantId),
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
