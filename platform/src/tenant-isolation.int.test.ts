import { readdirSync } from 'node:fs';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { createTestDatabase, type TestDatabase } from '@switchyard/testing/test-database';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { allSchemas } from './test-support/all-schemas.ts';
import { foundBy, type IsolationOf, rowsSeen, tenantTables, waysInto, withPolicy } from './test-support/isolation.ts';
import { isolationOfAnalytics } from './test-support/isolation-analytics.ts';
import { isolationOfBilling } from './test-support/isolation-billing.ts';
import { isolationOfRouter } from './test-support/isolation-router.ts';
import { isolationOfSessions } from './test-support/isolation-sessions.ts';

/** Each subgraph by its name; what it opens, it closes. */
const SUBGRAPHS = {
  analytics: isolationOfAnalytics,
  billing: isolationOfBilling,
  router: isolationOfRouter,
  sessions: isolationOfSessions,
};

it('covers every subgraph that there is', () => {
  expect(new Set(Object.keys(SUBGRAPHS))).toEqual(new Set(readdirSync(new URL('../../subgraphs/', import.meta.url))));
});

describe.each(Object.entries(SUBGRAPHS))('tenants in %s', (_name, open) => {
  let test: TestDatabase;
  let admin: pg.Client;
  let of: IsolationOf & { close(): Promise<void> };
  let tables: string[];

  beforeAll(async () => {
    test = await createTestDatabase(inject('adminUrl'), await allSchemas());
    admin = new pg.Client({ connectionString: test.adminUrl });
    await admin.connect();
    of = await open(test.appUrl, admin);
    tables = await tenantTables(admin, of.schema);
  });
  afterAll(async () => {
    await of.close();
    await admin.end();
    await test.drop();
  });

  const everyWay = () => of.cases.map((way) => way.field);

  it('have a case for every way in', () => {
    const known = new Set([...everyWay(), ...Object.keys(of.exempt)]);
    expect(waysInto(of.subgraph.sdl).filter((way) => !known.has(way))).toEqual([]);
    expect([...known].filter((way) => !waysInto(of.subgraph.sdl).includes(way))).toEqual([]);
    expect(everyWay().filter((way) => way in of.exempt)).toEqual([]);
  });

  it('find what is theirs by every field, and nothing of another tenant', async () => {
    const owned = await of.makeTenant();
    expect(await foundBy(of, (await of.makeTenant()).tenantId, owned)).toEqual([]);
    expect(await foundBy(of, newId<TenantId>(), owned)).toEqual([]);
    expect(await foundBy(of, owned.tenantId, owned)).toEqual(everyWay());
  });

  it('have rows in every table, and see none of another tenant', async () => {
    const [owned, stranger] = [await of.makeTenant(), await of.makeTenant()];
    await foundBy(of, owned.tenantId, owned);
    for (const table of tables) {
      expect(await rowsSeen(of, table, owned.tenantId, owned.tenantId), table).toBeGreaterThan(0);
      expect(await rowsSeen(of, table, stranger.tenantId, owned.tenantId), table).toBe(0);
    }
  });

  it('find less of their own as soon as any one table’s policy is gone', async () => {
    for (const name of tables) {
      const owned = await of.makeTenant();
      const found = await withPolicy(admin, { schema: of.schema, name }, 'dropped', () => foundBy(of, owned.tenantId, owned));
      expect(found.length < of.cases.length, `${name}: ${of.unread[name] ?? 'no case misses it'}`).toBe(!(name in of.unread));
    }
  }, 180_000);

  it('would find another tenant’s as soon as any one table’s policy let them', async () => {
    for (const name of tables) {
      const [owned, stranger] = [await of.makeTenant(), await of.makeTenant()];
      const found = await withPolicy(admin, { schema: of.schema, name }, 'open', () => foundBy(of, stranger.tenantId, owned));
      expect(found.length > 0, `${name}: ${of.unseen[name] ?? 'no case shows it'}; found by ${found}`).toBe(!(name in of.unseen));
    }
  }, 180_000);
});
