import { Migration } from '@mikro-orm/migrations';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { createTestDatabase, type TestDatabase } from '@switchyard/testing/test-database';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import { idempotencyEntity, once } from './idempotency.ts';
import { TENANT_ROWS } from './policies.ts';
import type { Schema } from './schema.ts';

class First extends Migration {
  override up(): void {
    this.addSql(`create table keys.idempotency_key (tenant_id uuid, operation text, key text, input_hash bytea not null,
      result text, sealed bytea, expires_at timestamptz not null, primary key (tenant_id, operation, key))`);
    this.addSql(`alter table keys.idempotency_key enable row level security`);
    this.addSql(`alter table keys.idempotency_key force row level security`);
    for (const policy of TENANT_ROWS.policies) {
      const to = 'roles' in policy ? `to ${policy.roles.join(', ')}` : '';
      this.addSql(
        `create policy ${policy.name} on keys.idempotency_key ${to} using (${policy.using}) with check (${policy.check})`,
      );
    }
  }
}
const SCHEMA: Schema = { name: 'keys', entities: [idempotencyEntity()], migrations: [{ name: 'First', class: First }] };

describe('once', () => {
  let test: TestDatabase;
  let database: Database;
  let admin: pg.Client;
  const tenantId = newId<TenantId>();
  let runs = 0;

  const call = (key: string | null, input: unknown = { a: 1, b: 2 }, operation = 'make', tenant = tenantId) =>
    database.tenant(tenant, (tx) =>
      once(tx, { tenantId: tenant, operation, key, input }, async () => {
        runs += 1;
        return { run: runs };
      }),
    );

  beforeAll(async () => {
    test = await createTestDatabase(inject('adminUrl'), [SCHEMA]);
    database = await openDatabase({ url: test.appUrl, schema: SCHEMA, poolSize: 20 });
    admin = new pg.Client({ connectionString: test.adminUrl });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await database.close();
    await test.drop();
  });

  it('returns the first result again, however the same input is spelled', async () => {
    const first = await call('again');
    expect(await call('again', { b: 2, a: 1 })).toEqual(first);
  });

  it('refuses another input under the same key', async () => {
    await call('other');
    await expect(call('other', { a: 1, b: 3 })).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    await expect(call('other', { a: [2], b: 2 })).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
  });

  it('runs every time without a key, and refuses a key of no or too many characters', async () => {
    expect(await call(null)).not.toEqual(await call(null));
    await expect(call('')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await expect(call('x'.repeat(256))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await expect(call('x'.repeat(255))).resolves.toBeDefined();
  });

  it('keeps the keys of operations and of tenants apart', async () => {
    const results = [await call('k'), await call('k', {}, 'other'), await call('k', {}, 'make', newId<TenantId>())];
    expect(new Set(results.map((result) => result.run)).size).toBe(3);
  });

  it('gives sixteen concurrent duplicates the result of one run', async () => {
    const before = runs;
    const slow = () =>
      database.tenant(tenantId, (tx) =>
        once(tx, { tenantId, operation: 'slow', key: 'same', input: {} }, async () => {
          runs += 1;
          const mine = runs;
          await tx.query('select pg_sleep(0.2)');
          return { run: mine };
        }),
      );
    const results = await Promise.all(Array.from({ length: 16 }, slow));
    expect(runs).toBe(before + 1);
    expect(new Set(results.map((result) => result.run))).toEqual(new Set([runs]));
  });

  it('lets a waiting duplicate do the work when the first one fails', async () => {
    let claimed = () => {};
    const first = new Promise<void>((resolve) => {
      claimed = resolve;
    });
    const failing = database.tenant(tenantId, (tx) =>
      once(tx, { tenantId, operation: 'failing', key: 'k', input: {} }, async () => {
        claimed();
        await tx.query('select pg_sleep(0.2)');
        throw new Error('no');
      }),
    );
    const refused = expect(failing).rejects.toThrow('no');
    await first;
    const waited = await call('k', {}, 'failing');
    await refused;
    expect(waited).toEqual({ run: runs });
    expect(await call('k', {}, 'failing')).toEqual(waited);
  });

  it('forgets a key after 24 h, and sweeps what has expired', async () => {
    const first = await call('old', {}, 'ageing');
    await call('stale', {}, 'ageing');
    const kept = await admin.query<{ hours: string }>(
      `select extract(epoch from expires_at - now()) / 3600 as hours from keys.idempotency_key where key = 'old'`,
    );
    expect(Number(kept.rows[0]?.hours)).toBeCloseTo(24, 1);
    await admin.query(`update keys.idempotency_key set expires_at = now() where operation = 'ageing'`);
    expect(await call('old', { another: 'input' }, 'ageing')).not.toEqual(first);
    const left = await admin.query(`select key from keys.idempotency_key where operation = 'ageing'`);
    expect(left.rows).toEqual([{ key: 'old' }]);
  });

  it('keeps a secret encrypted, and gives it back', async () => {
    const encryptionKey = Buffer.alloc(32, 7);
    const secret = `sk_${newId()}`;
    const give = (text: string) =>
      database.crossTenant('operator', (tx) =>
        once(tx, { tenantId: null, operation: 'secret', key: 'k', input: 1, encryptionKey }, async () => ({ secret: text })),
      );
    await give(secret);
    expect(await give('another')).toEqual({ secret });
    const { rows } = await admin.query<{ row: string }>(
      `select encode(convert_to(coalesce(result, ''), 'UTF8') || sealed, 'escape') as row from keys.idempotency_key where operation = 'secret'`,
    );
    expect(rows[0]?.row).toBeDefined();
    expect(rows[0]?.row).not.toContain(secret);
  });
});
