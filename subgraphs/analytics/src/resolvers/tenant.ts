import { parseId, type TenantId } from '@switchyard/kernel/ids';
import { holdsScope, type RequestContext, requireScope } from '@switchyard/kernel/request-context';
import type { TenantResolvers } from '../generated/resolvers.ts';
import { loadKpis } from '../store/kpi-store.ts';
import { askedRange } from './asked-range.ts';

/** Analytics knows no tenants, only who may ask about which: a tenant about itself, the operator about each, as that tenant. */
export const tenantResolvers: TenantResolvers = {
  __resolveReference: async ({ id }, { request }) => {
    const tenantId = parseId<TenantId>(id);
    return tenantId !== null && mayAsk(request, tenantId) ? { id: tenantId } : null;
  },
  kpis: async ({ id }, { range }, { request, database }) => {
    if (request.tenantId !== null) requireScope(request, 'ANALYTICS_READ');
    const asked = askedRange(range);
    return await database.tenant(id, (tx) => loadKpis(tx, asked));
  },
};

function mayAsk(request: RequestContext, tenantId: TenantId): boolean {
  return request.tenantId === null ? holdsScope(request, 'OPERATOR') : request.tenantId === tenantId;
}
