import type { Tx } from '@switchyard/database/database';
import type { Clock } from '@switchyard/kernel/clock';
import type { TenantId } from '@switchyard/kernel/ids';
import { type QuotaStatus, statusesOf, windowsOf } from '../domain/quota.ts';
import { type PlanVersions, tenantLimits } from '../store/quota-limits.ts';
import { viewOf } from '../store/quota-store/postgres.ts';

/** How a tenant's limits stand now, by the ledger. */
export async function quotaStatuses(
  tx: Tx,
  asked: {
    readonly versions: PlanVersions;
    readonly clock: Clock;
    readonly tenantId: TenantId;
    readonly apiKeyId: string | null;
  },
): Promise<readonly QuotaStatus[]> {
  const { versions, clock, tenantId, apiKeyId } = asked;
  const now = clock.now();
  const limits = await tenantLimits(tx, versions, { tenantId, now });
  const windows = windowsOf(limits, { apiKeyId, now });
  if (windows.length === 0) return [];
  return statusesOf(limits, await viewOf(tx, { tenantId, now, windows, keys: [] }), { apiKeyId, now });
}
