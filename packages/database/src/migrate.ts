import { Migrator } from '@mikro-orm/migrations';
import { MikroORM, PostgreSqlDriver } from '@mikro-orm/postgresql';
import pg from 'pg';
import { CROSS_TENANT_ROLE } from './policies.ts';
import { APP_ROLE, OWNER_ROLE } from './roles.ts';
import type { Schema } from './schema.ts';

/** Opens an ORM as the owner, which may change tables. Used by `migrate` and by scripts/make-migration.ts alone. */
export async function openOwnerOrm(ownerUrl: string, schema: Schema, migrationsPath?: string): Promise<MikroORM> {
  return await MikroORM.init({
    driver: PostgreSqlDriver,
    clientUrl: ownerUrl,
    entities: [...schema.entities],
    schema: schema.name,
    extensions: [Migrator],
    pool: { min: 0, max: 2 },
    forceUtcTimezone: true,
    logger: () => undefined,
    discovery: { warnWhenNoEntities: false },
    schemaGenerator: { managementDbName: 'postgres', createForeignKeyConstraints: true },
    migrations: {
      tableName: `migrations.${schema.name}`,
      transactional: true,
      allOrNothing: true,
      emit: 'ts',
      snapshot: false,
      ...(migrationsPath === undefined
        ? { migrationsList: [...schema.migrations] }
        : { path: migrationsPath, pathTs: migrationsPath }),
    },
  });
}

/** Brings every schema up to date, one process at a time, and gives the application's roles what they need: rows, never tables. */
export async function migrate(ownerUrl: string, schemas: readonly Schema[]): Promise<void> {
  const lock = new pg.Client({ connectionString: ownerUrl });
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock(4207002)');
    await lock.query('create schema if not exists migrations');
    for (const schema of schemas) {
      await lock.query(`create schema if not exists ${lock.escapeIdentifier(schema.name)}`);
      const orm = await openOwnerOrm(ownerUrl, schema);
      try {
        await (orm.migrator as Migrator).up();
      } finally {
        await orm.close(true);
      }
      await grant(lock, schema.name);
    }
  } finally {
    await lock.end();
  }
}

async function grant(client: pg.Client, schema: string): Promise<void> {
  const name = client.escapeIdentifier(schema);
  const table = `migrations.${name}`;
  const roles = `${APP_ROLE}, ${CROSS_TENANT_ROLE}`;
  await client.query(`
    alter table ${table} enable row level security;
    alter table ${table} force row level security;
    drop policy if exists owner_rows on ${table};
    create policy owner_rows on ${table} to ${OWNER_ROLE} using (true) with check (true);
    grant usage on schema ${name} to ${roles};
    grant select, insert, update, delete on all tables in schema ${name} to ${roles};
    grant usage on all sequences in schema ${name} to ${roles};
    grant execute on all functions in schema ${name} to ${roles}`);
}
