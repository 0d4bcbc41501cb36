import { createTestDatabase, type TestDatabase } from '@switchyard/testing/test-database';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { allSchemas } from './test-support/all-schemas.ts';

type Table = { name: string; forced: boolean; policies: number; hasTenant: boolean };

/** Ordinary and partitioned tables, and each partition: whoever may read a partition directly needs its policy. */
const TABLES = `
  select format('%I.%I', n.nspname, c.relname) as name, c.relrowsecurity and c.relforcerowsecurity as forced,
         (select count(*)::int from pg_policy where polrelid = c.oid) as policies,
         exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id' and not attisdropped) as "hasTenant"
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
   order by 1`;

describe('row-level security', () => {
  let test: TestDatabase;
  let admin: pg.Client;
  let tables: Table[];
  let schemas: string[];

  beforeAll(async () => {
    const all = await allSchemas();
    schemas = all.map((schema) => schema.name);
    test = await createTestDatabase(inject('adminUrl'), all);
    admin = new pg.Client({ connectionString: test.adminUrl });
    await admin.connect();
    tables = (await admin.query<Table>(TABLES)).rows;
  });
  afterAll(async () => {
    await admin.end();
    await test.drop();
  });

  it('is forced, with a policy, on every table of every schema', () => {
    for (const schema of schemas) expect(tables.some((table) => table.name.startsWith(`${schema}.`))).toBe(true);
    expect(tables.filter((table) => !table.forced || table.policies === 0)).toEqual([]);
  });

  it('lets no one but a cross-tenant path and a table’s owner at rows without asking whose they are', async () => {
    const { rows } = await admin.query<{ policy: string; command: string; roles: string[]; asks: string }>(
      `select format('%I.%I %I', schemaname, tablename, policyname) as policy, cmd as command, roles::text[],
              coalesce(qual, '') || ' ' || coalesce(with_check, '') as asks
         from pg_policies where not roles::text[] <@ '{switchyard_cross_tenant,switchyard_owner}'`,
    );
    const sharedReads = rows.filter((row) => row.command === 'SELECT' && row.policy.endsWith(' shared_rows'));
    const open = rows.filter((row) => !row.asks.includes("current_setting('app.tenant_id'") && !sharedReads.includes(row));
    expect(open).toEqual([]);
    expect(rows.length).toBeGreaterThan(sharedReads.length);
  });

  it('shares the rows of a table only where no row is a tenant’s', async () => {
    const { rows } = await admin.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_policies where policyname = 'shared_rows'`,
    );
    const shared = new Set(rows.map((row) => row.name));
    expect(tables.filter((table) => table.hasTenant && shared.has(table.name))).toEqual([]);
  });

  it('is not got around by a view, nor by a function that runs as its owner', async () => {
    const { rows: views } = await admin.query(
      `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any($1) and c.relkind in ('v', 'm') and not coalesce(c.reloptions, '{}') @> '{security_invoker=true}'`,
      [schemas],
    );
    expect(views).toEqual([]);
    const { rows: functions } = await admin.query<{ name: string }>(
      `select p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = any($1) and p.prosecdef`,
      [schemas],
    );
    // They make, drop and rename tables, which only the owner can: the log's partitions, and a rebuild's tables beside the live ones.
    const known = ['maintain_topic', 'begin_rebuild', 'discard_rebuild', 'settle_rebuild', 'swap_rebuild'];
    expect(new Set(functions.map((row) => row.name))).toEqual(new Set(known));
  });

  it('is the only thing the application’s roles have: they own nothing, and cannot bypass it', async () => {
    const { rows } = await admin.query(
      `select rolname as name from pg_roles r
        where rolname in ('switchyard_app', 'switchyard_cross_tenant')
          and (rolsuper or rolbypassrls or exists (select from pg_class where relowner = r.oid))`,
    );
    expect(rows).toEqual([]);
  });
});
