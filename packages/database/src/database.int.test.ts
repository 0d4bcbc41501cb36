import { defineEntity, p } from '@mikro-orm/core';
import { Migration } from '@mikro-orm/migrations';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { createTestDatabase, type TestDatabase } from '@switchyard/testing/test-database';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import { TENANT_ROWS } from './policies.ts';
import type { Schema } from './schema.ts';

const Note = defineEntity({
  name: 'Note',
  tableName: 'note',
  ...TENANT_ROWS,
  properties: { id: p.uuid().primary(), tenantId: p.uuid(), text: p.text() },
});

class First extends Migration {
  override up(): void {
    this.addSql(`create table notes.note (id uuid primary key, tenant_id uuid not null, text text not null)`);
    this.addSql(`alter table notes.note enable row level security`);
    this.addSql(`alter table notes.note force row level security`);
    for (const policy of TENANT_ROWS.policies) {
      const to = 'roles' in policy ? `to ${policy.roles.join(', ')}` : '';
      this.addSql(`create policy ${policy.name} on notes.note ${to} using (${policy.using}) with check (${policy.check})`);
    }
  }
}

const SCHEMA: Schema = { name: 'notes', entities: [Note], migrations: [{ name: 'First', class: First }] };

describe('a unit of work', () => {
  let test: TestDatabase;
  let database: Database;
  const [a, b] = [newId<TenantId>(), newId<TenantId>()];

  beforeAll(async () => {
    test = await createTestDatabase(inject('adminUrl'), [SCHEMA]);
    database = await openDatabase({ url: test.appUrl, schema: SCHEMA });
    for (const tenantId of [a, b]) {
      await database.tenant(tenantId, async (tx) => void tx.em.create(Note, { id: newId(), tenantId, text: `of ${tenantId}` }));
    }
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  it('sees the rows of its tenant alone, through the ORM and through SQL', async () => {
    const [entities, rows] = await database.tenant(a, async (tx) => [
      await tx.em.find(Note, {}),
      await tx.query('select * from notes.note'),
    ]);
    expect(entities.map((note) => note.tenantId)).toEqual([a]);
    expect(rows).toHaveLength(1);
  });

  it('cannot write a row of another tenant', async () => {
    const foreign = database.tenant(a, (tx) => tx.query(`insert into notes.note values ($1, $2, 'x')`, [newId(), b]));
    await expect(foreign).rejects.toThrow(/row-level security/);
  });

  it('keeps nothing when it throws', async () => {
    const failing = database.tenant(a, async (tx) => {
      await tx.query(`insert into notes.note values ($1, $2, 'y')`, [newId(), a]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await database.tenant(a, (tx) => tx.query('select from notes.note'))).toHaveLength(1);
  });

  it('sees all tenants on a path that is named cross-tenant', async () => {
    expect(await database.crossTenant('maintenance', (tx) => tx.query('select from notes.note'))).toHaveLength(2);
  });

  it('gets a connection again after the server cut all of them in the middle of work, and closing ends', async () => {
    const small = await openDatabase({ url: test.appUrl, schema: SCHEMA, poolSize: 2 });
    const admin = new pg.Client({ connectionString: test.adminUrl });
    await admin.connect();
    const cutAll = () =>
      admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
      );
    for (let round = 0; round < 3; round += 1) {
      const cut = Promise.withResolvers<void>();
      let working = 0;
      const works = Array.from({ length: 2 }, () =>
        small.tenant(a, async (tx) => {
          await tx.query('select 1');
          working += 1;
          if (working === 2) cut.resolve(cutAll().then(() => undefined));
          await cut.promise;
          await tx.query('select 1');
        }),
      );
      for (const outcome of await Promise.allSettled(works)) expect(outcome.status).toBe('rejected');
    }
    await vi.waitFor(
      async () => expect(await small.tenant(a, (tx) => tx.query('select from notes.note'))).toHaveLength(1),
      10_000,
    );
    await small.close();
    await admin.end();
  });

  it('is refused to a role that could get around row-level security', async () => {
    await expect(openDatabase({ url: test.adminUrl, schema: SCHEMA })).rejects.toThrow(/row-level security/);
    await expect(openDatabase({ url: test.ownerUrl, schema: SCHEMA })).rejects.toThrow(/row-level security/);
    const admin = new pg.Client({ connectionString: test.adminUrl });
    await admin.connect();
    await admin.query(`create role member_of_owner login noinherit password 'm' in role switchyard_owner`);
    try {
      const url = Object.assign(new URL(test.appUrl), { username: 'member_of_owner', password: 'm' });
      await expect(openDatabase({ url: String(url), schema: SCHEMA })).rejects.toThrow(/row-level security/);
    } finally {
      await admin.query('drop role member_of_owner');
      await admin.end();
    }
  });
});
