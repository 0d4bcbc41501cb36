import { parseId, type TenantId } from '@switchyard/kernel/ids';
import { requireScope } from '@switchyard/kernel/request-context';
import { connectionOf, pageOf } from '@switchyard/runtime/connection';
import { createTenant } from '../commands/create-tenant.ts';
import type { MutationResolvers, QueryResolvers, TenantResolvers } from '../generated/resolvers.ts';
import { listTenants } from '../store/tenants.ts';
import { lastSeenId } from './id-cursor.ts';

export const Tenant: TenantResolvers = {
  __resolveReference: async ({ id }, { loaders }) => {
    const tenantId = parseId<TenantId>(id);
    return tenantId === null ? null : await loaders.tenant.load(tenantId);
  },
};

export const tenantQueries: Pick<QueryResolvers, 'viewer' | 'tenants'> = {
  viewer: async (_root, _args, { request, loaders }) => ({
    tenant: request.tenantId === null ? null : await loaders.tenant.load(request.tenantId),
    scopes: [...request.scopes],
    credential: request.credential.kind,
  }),
  tenants: async (_root, args, { request, read }) => {
    requireScope(request, 'OPERATOR');
    const asked = pageOf('tenants', args);
    const rows = await read((tx) => listTenants(tx, asked.first + 1, lastSeenId(asked)));
    return connectionOf('tenants', asked, rows, (tenant) => tenant.id);
  },
};

export const tenantMutations: Pick<MutationResolvers, 'createTenant'> = {
  createTenant: async (_root, { input }, context) => {
    requireScope(context.request, 'OPERATOR');
    return await createTenant(context, context.request, input);
  },
};
