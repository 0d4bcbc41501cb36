import { requireTenant } from '@switchyard/kernel/request-context';
import { createApiKey } from '../commands/create-api-key.ts';
import { revokeApiKey } from '../commands/revoke-api-key.ts';
import type { MutationResolvers, QueryResolvers } from '../generated/resolvers.ts';
import { ApiKeyEntity } from '../store/entities/api-key.ts';

export const apiKeyQueries: Pick<QueryResolvers, 'apiKeys'> = {
  apiKeys: async (_root, _args, { request, read }) => {
    requireTenant(request, 'ADMIN');
    return await read((tx) => tx.em.find(ApiKeyEntity, {}, { orderBy: { id: 'desc' } }));
  },
};

export const apiKeyMutations: Pick<MutationResolvers, 'createApiKey' | 'revokeApiKey'> = {
  createApiKey: async (_root, { input }, context) => await createApiKey(context, requireTenant(context.request, 'ADMIN'), input),
  revokeApiKey: async (_root, { id }, context) => await revokeApiKey(context, requireTenant(context.request, 'ADMIN'), id),
};
