import { newId, type TenantId } from '@switchyard/kernel/ids';
import { createTestDatabase } from '@switchyard/testing/test-database';
import { expect, inject, it } from 'vitest';
import { openDatabase } from './database.ts';

const schema = { name: 'nested', entities: [], migrations: [] };
const WHERE = `select pg_backend_pid() as pid, current_setting('app.tenant_id', true) as tenant`;
type Where = { pid: number; tenant: string };

it('a unit of work within one of another database has a transaction of its own', async () => {
  const test = await createTestDatabase(inject('adminUrl'), []);
  const outer = await openDatabase({ url: test.appUrl, schema });
  const inner = await openDatabase({ url: test.appUrl, schema });
  const [one, other] = [newId<TenantId>(), newId<TenantId>()];
  try {
    await outer.tenant(one, async (tx) => {
      const [around] = await tx.query<Where>(WHERE);
      const [within] = await inner.tenant(other, async (nested) => (await nested.em.execute(WHERE)) as Where[]);
      expect([around?.tenant, within?.tenant]).toEqual([one, other]);
      expect(within?.pid).not.toBe(around?.pid);
    });
  } finally {
    await outer.close();
    await inner.close();
    await test.drop();
  }
});
