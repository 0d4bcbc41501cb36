import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '@switchyard/database/migrate';
import { APP_ROLE, OWNER_ROLE } from '@switchyard/database/roles';
import type { Schema } from '@switchyard/database/schema';
import pg from 'pg';

export type TestDatabase = {
  /** For the application: owns nothing. Give it to `openDatabase`. */
  readonly appUrl: string;
  /** Owns the tables, under FORCE ROW LEVEL SECURITY. */
  readonly ownerUrl: string;
  /** Superuser: sees all, for a test's own looks. */
  readonly adminUrl: string;
  drop(): Promise<void>;
};

/** A fresh, migrated database for one test file. `adminUrl` comes from vitest's `inject('adminUrl')`. */
export async function createTestDatabase(adminUrl: string, schemas: readonly Schema[]): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const urlOf = (user: string | null, password: string): string => {
    const url = new URL(adminUrl);
    url.pathname = `/${name}`;
    if (user !== null) {
      url.username = user;
      url.password = password;
    }
    return String(url);
  };
  await onServer(adminUrl, async (client) => {
    await client.query(`create database ${name}`);
    await client.query(`grant create, connect on database ${name} to ${OWNER_ROLE}`);
  });
  const ownerUrl = urlOf(OWNER_ROLE, 'owner');
  await migrate(ownerUrl, schemas);
  return {
    appUrl: urlOf(APP_ROLE, 'app'),
    ownerUrl,
    adminUrl: urlOf(null, ''),
    drop: () =>
      onServer(adminUrl, async (client) => {
        await untilLeft(client, name);
        await client.query(`drop database ${name} with (force)`);
      }),
  };
}

/**
 * Waits a little for connections that are being closed: one that the server ends first, with an error, while its client is on
 * its way out, fails the test run as an error that nobody listens to.
 */
async function untilLeft(client: pg.Client, name: string): Promise<void> {
  for (let waits = 0; waits < 100; waits += 1) {
    const { rows } = await client.query('select 1 from pg_stat_activity where datname = $1 limit 1', [name]);
    if (rows.length === 0) return;
    await sleep(20);
  }
}

async function onServer(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
