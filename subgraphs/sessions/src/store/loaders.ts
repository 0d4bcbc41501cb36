import type { Tx } from '@switchyard/database/database';
import type { EpisodeId, ToolCallId } from '@switchyard/kernel/ids';
import DataLoader from 'dataloader';
import { episodesOf, messagesOf, type SessionPage } from './conversation-lists.ts';
import { EpisodeEntity, type EpisodeRow } from './entities/episode.ts';
import { MessageEntity, type MessageRow } from './entities/message.ts';
import { SessionEntity, type SessionRow } from './entities/session.ts';
import { TenantEntity, type TenantRow } from './entities/tenant.ts';
import { ToolCallEntity, type ToolCallRow } from './entities/tool-call.ts';
import { type CircuitState, circuitsOf } from './tool-circuits.ts';

/** Runs a read in a transaction that sees what the caller of this request may see. */
export type Read = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

/** Rows by id; null for an id that is not there, or that is another tenant's. */
export type RowLoader<Row extends { readonly id: string }> = DataLoader<Row['id'], Row | null>;

/**
 * Gathers the ids that one step of a query asks for into one statement. It batches and does not cache: a subscription
 * lives for hours with one set of loaders, and must see a row as it is, not as it was.
 */
export function rowLoader<Row extends { readonly id: string }>(
  read: Read,
  find: (tx: Tx, ids: Row['id'][]) => Promise<Row[]>,
): RowLoader<Row> {
  return new DataLoader<Row['id'], Row | null>(
    async (ids) => {
      const rows = new Map((await read((tx) => find(tx, [...new Set(ids)]))).map((row) => [row.id, row]));
      return ids.map((id) => rows.get(id) ?? null);
    },
    { cache: false },
  );
}

/** One per request; whose rows they find is decided by `read`. */
export type Loaders = {
  readonly tenant: RowLoader<TenantRow>;
  readonly session: RowLoader<SessionRow>;
  readonly message: RowLoader<MessageRow>;
  readonly episode: RowLoader<EpisodeRow>;
  readonly toolCall: RowLoader<ToolCallRow>;
  readonly messagesOf: DataLoader<SessionPage, readonly MessageRow[]>;
  readonly episodesOf: DataLoader<SessionPage, readonly EpisodeRow[]>;
  /** By episode, in the order in which they were asked for; without those that undo others. */
  readonly toolCallsOf: DataLoader<EpisodeId, readonly ToolCallRow[]>;
  /** By a tool's name. */
  readonly circuitOf: DataLoader<string, CircuitState>;
  /** By the call that is undone: the latest call that undoes it. */
  readonly compensationOf: DataLoader<ToolCallId, ToolCallRow | null>;
};

export function createLoaders(read: Read): Loaders {
  return {
    tenant: rowLoader(read, (tx, ids) => tx.em.find(TenantEntity, { id: { $in: ids } })),
    session: rowLoader(read, (tx, ids) => tx.em.find(SessionEntity, { id: { $in: ids } })),
    message: rowLoader(read, (tx, ids) => tx.em.find(MessageEntity, { id: { $in: ids } })),
    episode: rowLoader(read, (tx, ids) => tx.em.find(EpisodeEntity, { id: { $in: ids } })),
    toolCall: rowLoader(read, (tx, ids) => tx.em.find(ToolCallEntity, { id: { $in: ids } })),
    messagesOf: new DataLoader((pages) => read((tx) => messagesOf(tx, pages)), { cache: false }),
    episodesOf: new DataLoader((pages) => read((tx) => episodesOf(tx, pages)), { cache: false }),
    toolCallsOf: new DataLoader(
      async (ids) => {
        const rows = await read((tx) =>
          tx.em.find(ToolCallEntity, { episodeId: { $in: [...ids] }, compensates: null }, { orderBy: { seq: 'asc' } }),
        );
        const byEpisode = Map.groupBy(rows, (call) => call.episodeId);
        return ids.map((id) => byEpisode.get(id) ?? []);
      },
      { cache: false },
    ),
    circuitOf: new DataLoader(
      async (names) => {
        const states = await read((tx) => circuitsOf(tx, names));
        return names.map((name) => states.get(name) ?? 'CLOSED');
      },
      { cache: false },
    ),
    compensationOf: new DataLoader(
      async (ids) => {
        const rows = await read((tx) =>
          tx.em.find(ToolCallEntity, { compensates: { $in: [...ids] } }, { orderBy: { seq: 'asc' } }),
        );
        const latest = new Map(rows.map((call) => [call.compensates, call]));
        return ids.map((id) => latest.get(id) ?? null);
      },
      { cache: false },
    ),
  };
}
