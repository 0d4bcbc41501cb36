import type { Tx } from '@switchyard/database/database';
import type { EpisodeId, RouteDecisionId } from '@switchyard/kernel/ids';
import DataLoader from 'dataloader';
import { RouteDecisionEntity, type RouteDecisionRow } from './entities.ts';

/** Runs a read in a transaction that sees what the caller of this request may see. */
export type Read = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

/** One per request: each gathers what one step of a query asks for into one statement. */
export type Loaders = {
  /** Null for an id that is not there, or that is another tenant's. */
  readonly decision: DataLoader<RouteDecisionId, RouteDecisionRow | null>;
  /** Oldest first. */
  readonly decisionsOfEpisode: DataLoader<EpisodeId, RouteDecisionRow[]>;
};

export function createLoaders(read: Read): Loaders {
  return {
    decision: new DataLoader(
      async (ids) => {
        const rows = await read((tx) => tx.em.find(RouteDecisionEntity, { id: { $in: [...new Set(ids)] } }));
        const byId = new Map(rows.map((row) => [row.id, row]));
        return ids.map((id) => byId.get(id) ?? null);
      },
      { cache: false },
    ),
    decisionsOfEpisode: new DataLoader(
      async (ids) => {
        const rows = await read((tx) =>
          tx.em.find(RouteDecisionEntity, { episodeId: { $in: [...new Set(ids)] } }, { orderBy: { id: 'asc' } }),
        );
        const byEpisode = Map.groupBy(rows, (row) => row.episodeId);
        return ids.map((id) => byEpisode.get(id) ?? []);
      },
      { cache: false },
    ),
  };
}
