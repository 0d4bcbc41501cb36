import type { TenantId } from '@switchyard/kernel/ids';

/** Hints that a limit of the tenant was reached, wholly or in part. */
export function quotaChannel(tenantId: TenantId): string {
  return `billing.quota.${tenantId}`;
}
