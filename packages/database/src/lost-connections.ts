import type pg from 'pg';

const GRACE_MS = 1_000;

/**
 * Takes connections out of the pool that ended while somebody held them and that nobody gives back: Kysely keeps a connection
 * for ever whose `begin` or `rollback` failed, so each restart of the server would cost the pool some of its places, until
 * nothing gets one, and closing it would never end. The grace leaves those who do give it back the time to.
 */
export function reclaimLostConnections(pool: pg.Pool): void {
  const held = new Set<pg.PoolClient>();
  pool.on('acquire', (client) => void held.add(client));
  pool.on('release', (_error, client) => void held.delete(client));
  pool.on('connect', (client) => {
    client.once('end', () => {
      setTimeout(() => {
        if (held.has(client)) client.release(true);
      }, GRACE_MS);
    });
  });
}
