import { parseId, type TenantId } from '@switchyard/kernel/ids';
import { holdsScope, type RequestContext, requireScope } from '@switchyard/kernel/request-context';
import { ownerOf } from '../commands/update-policy.ts';
import type { Context } from '../context.ts';
import type { TenantResolvers } from '../generated/resolvers.ts';
import { newestCanary } from '../store/canaries.ts';
import { policyInForce } from '../store/policies.ts';

/** The router knows no tenants, only who may ask about which: a tenant about itself, the operator about each, as that tenant. */
export const Tenant: TenantResolvers = {
  __resolveReference: async ({ id }, { request }) => {
    const tenantId = parseId<TenantId>(id);
    return tenantId !== null && mayAsk(request, tenantId) ? { id: tenantId } : null;
  },
  routingPolicy: async ({ id }, _args, context) => {
    mayRead(context);
    return await context.database.tenant(id, (tx) => policyInForce(tx, ownerOf(context, id)));
  },
  canary: async ({ id }, _args, context) => {
    mayRead(context);
    return await context.database.tenant(id, (tx) => newestCanary(tx, id));
  },
};

function mayRead({ request }: Context): void {
  if (request.tenantId !== null) requireScope(request, 'ROUTER_READ');
}

function mayAsk(request: RequestContext, tenantId: TenantId): boolean {
  return request.tenantId === null ? holdsScope(request, 'OPERATOR') : request.tenantId === tenantId;
}
