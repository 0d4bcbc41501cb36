import type { TenantId } from '@switchyard/kernel/ids';

/** Hints that a tenant's figures have changed. */
export function kpiChannel(tenantId: TenantId): string {
  return `kpis:${tenantId}`;
}
