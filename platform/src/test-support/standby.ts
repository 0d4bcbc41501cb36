import { appendFile, cp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@switchyard/database/embedded';
import pg from 'pg';

/** Servers of a test; a replica must have room for as many connections as its primary. */
const SETTINGS = { dangerouslyFast: true, maxConnections: 60 };

/** A PostgreSQL of its own. */
export async function startPrimary(directory: string): Promise<EmbeddedPostgres> {
  return await startEmbeddedPostgres({ directory, ...SETTINGS });
}

/** A streaming replica of it, from a copy of its files while it runs: what pg_basebackup does, which the package does not ship. */
export async function startStandby(primary: EmbeddedPostgres, from: string, directory: string): Promise<EmbeddedPostgres> {
  const client = new pg.Client({ connectionString: primary.adminUrl });
  await client.connect();
  try {
    await client.query(`select pg_backup_start('standby', fast => true)`);
    await cp(from, directory, {
      recursive: true,
      preserveTimestamps: true,
      filter: (file) => !['postmaster.pid', 'postmaster.opts'].includes(path.basename(file)),
    });
    const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(wait_for_archive => false)');
    const data = path.join(directory, 'pgdata');
    await writeFile(path.join(data, 'backup_label'), rows[0]?.labelfile ?? '');
    await writeFile(path.join(data, 'standby.signal'), '');
    const { hostname, port, username, password } = new URL(primary.adminUrl);
    await appendFile(
      path.join(data, 'postgresql.auto.conf'),
      `primary_conninfo = 'host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}'\n`,
    );
  } finally {
    await client.end();
  }
  try {
    return await startEmbeddedPostgres({ directory, ...SETTINGS });
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}
