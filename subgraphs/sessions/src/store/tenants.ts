import type { Tx } from '@switchyard/database/database';
import { TenantEntity, type TenantRow } from './entities/tenant.ts';

/** Newest first. @param after id of the last one seen. */
export async function listTenants(tx: Tx, limit: number, after: string | null): Promise<TenantRow[]> {
  return await tx.em.find(TenantEntity, after === null ? {} : { id: { $lt: after } }, { orderBy: { id: 'desc' }, limit });
}
