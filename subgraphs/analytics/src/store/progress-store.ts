import type { Tx } from '@switchyard/database/database';
import type { ProjectionNews } from '../domain/projections.ts';
import { loadRebuilds } from './rebuild-store.ts';

/**
 * Notes that a projection got on. At most once a second, and without touching the row otherwise, since even an update that
 * its condition skips would lock it: consumers of one group that work side by side must not queue for this one row.
 */
export async function noteProgress(tx: Tx, projection: string, at: Date): Promise<void> {
  await tx.query(
    `insert into analytics.projection_progress (projection, moved_at)
     select $1::text, $2::timestamptz
      where not exists (select from analytics.projection_progress
                         where projection = $1::text and moved_at >= $2::timestamptz - interval '1 second')
     on conflict (projection) do update set moved_at = greatest(projection_progress.moved_at, excluded.moved_at)`,
    [projection, at.toISOString()],
  );
}

/** What is known of the projections besides their lag. */
export async function loadProjectionNews(tx: Tx): Promise<ProjectionNews> {
  const rows = await tx.query<{ projection: string; moved_ms: number }>(
    `select projection, (extract(epoch from moved_at) * 1000)::float8 as moved_ms from analytics.projection_progress`,
  );
  const rebuilds = await loadRebuilds(tx);
  return {
    movedAt: new Map(rows.map((row) => [row.projection, new Date(row.moved_ms)])),
    rebuiltAt: new Map([...rebuilds].map(([projection, { movedAt }]) => [projection, movedAt])),
  };
}
