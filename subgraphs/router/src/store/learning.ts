import type { Tx } from '@switchyard/database/database';
import type { TenantId } from '@switchyard/kernel/ids';
import { type Learning, NOTHING_LEARNT } from '../domain/learning.ts';

export async function readLearning(tx: Tx, tenantId: TenantId): Promise<Learning> {
  const [row] = await tx.query<{ state: Learning }>('select state from router.learning where tenant_id = $1', [tenantId]);
  return row?.state ?? NOTHING_LEARNT;
}

/** For a writer: the rows stay locked, in one order for everyone, until the transaction ends. */
export async function lockLearning(tx: Tx, tenantIds: readonly TenantId[], at: Date): Promise<Map<TenantId, Learning>> {
  await tx.query(
    `insert into router.learning (tenant_id, state, updated_at)
     select tenant_id, $2, $3 from unnest($1::uuid[]) as t (tenant_id) order by tenant_id on conflict (tenant_id) do nothing`,
    [tenantIds, JSON.stringify(NOTHING_LEARNT), at.toISOString()],
  );
  const rows = await tx.query<{ tenant_id: TenantId; state: Learning }>(
    'select tenant_id, state from router.learning where tenant_id = any($1::uuid[]) order by tenant_id for update',
    [tenantIds],
  );
  return new Map(rows.map((row) => [row.tenant_id, row.state]));
}

export async function writeLearning(tx: Tx, learnt: ReadonlyMap<TenantId, Learning>, at: Date): Promise<void> {
  await tx.query(
    `update router.learning l set state = n.state, updated_at = $3
       from unnest($1::uuid[], $2::jsonb[]) as n (tenant_id, state) where l.tenant_id = n.tenant_id`,
    [[...learnt.keys()], [...learnt.values()].map((state) => JSON.stringify(state)), at.toISOString()],
  );
}
