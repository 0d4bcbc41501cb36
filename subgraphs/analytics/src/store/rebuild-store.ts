import type { Tx } from '@switchyard/database/database';

/** Somebody is working on it for as long as `movedAt` is young. */
export type Rebuild = { readonly runId: string; readonly movedAt: Date };

/** The rebuilds that were begun and not ended, by projection. */
export async function loadRebuilds(tx: Tx): Promise<Map<string, Rebuild>> {
  const rows = await tx.query<{ projection: string; run_id: string; moved_ms: number }>(
    `select projection, run_id, (extract(epoch from moved_at) * 1000)::float8 as moved_ms from analytics.projection_rebuild`,
  );
  return new Map(rows.map((row) => [row.projection, { runId: row.run_id, movedAt: new Date(row.moved_ms) }]));
}

/** Makes empty tables for the run, in the place of what an earlier one has left. */
export async function beginRebuild(tx: Tx, projection: string, run: Rebuild): Promise<void> {
  await tx.query(
    `insert into analytics.projection_rebuild (projection, run_id, moved_at) values ($1, $2, $3)
     on conflict (projection) do update set run_id = excluded.run_id, moved_at = excluded.moved_at`,
    [projection, run.runId, run.movedAt.toISOString()],
  );
  await tx.query('select analytics.begin_rebuild($1)', [run.runId]);
}

/** Whether the tables are this run's still, and whole. */
export async function ownsTables(tx: Tx, runId: string): Promise<boolean> {
  const [row] = await tx.query<{ there: boolean }>(`select to_regclass('analytics_rebuild.run') is not null as there`);
  if (row?.there !== true) return false;
  return (await tx.query('select from analytics_rebuild.run where id = $1', [runId])).length === 1;
}

/** Says that the run goes on. @returns false when it is not the current one any more. */
export async function noteRebuild(tx: Tx, run: Rebuild): Promise<boolean> {
  const rows = await tx.query('update analytics.projection_rebuild set moved_at = $2 where run_id = $1 returning run_id', [
    run.runId,
    run.movedAt.toISOString(),
  ]);
  return rows.length === 1;
}

/** Makes the tables as safe as the live ones: from here on they survive a crash of PostgreSQL, and reach replicas. */
export async function settleRebuild(tx: Tx): Promise<void> {
  await tx.query('select analytics.settle_rebuild()');
}

/** @throws when a reader holds the live tables for more than two seconds. */
export async function swapRebuild(tx: Tx, runId: string): Promise<void> {
  await tx.query('select analytics.swap_rebuild()');
  await tx.query('delete from analytics.projection_rebuild where run_id = $1', [runId]);
}

/** Drops what the run has made; what is another run's stays. */
export async function discardRebuild(tx: Tx, runId: string): Promise<void> {
  const rows = await tx.query('delete from analytics.projection_rebuild where run_id = $1 returning run_id', [runId]);
  if (rows.length === 1) await tx.query('select analytics.discard_rebuild()');
}
