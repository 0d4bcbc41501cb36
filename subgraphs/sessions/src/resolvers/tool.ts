import { requireTenant } from '@switchyard/kernel/request-context';
import { registerMcpServer } from '../commands/register-mcp-server.ts';
import { registerTool } from '../commands/register-tool.ts';
import type { MutationResolvers, QueryResolvers, ToolResolvers } from '../generated/resolvers.ts';
import { BUILT_IN_TOOLS } from '../store/built-in-tools.ts';
import { ToolEntity } from '../store/entities/tool.ts';

export const Tool: ToolResolvers = {
  circuit: async ({ name }, _args, { loaders }) => await loaders.circuitOf.load(name),
};

export const toolQueries: Pick<QueryResolvers, 'tools'> = {
  tools: async (_root, _args, { request, read }) => {
    requireTenant(request, 'SESSIONS_READ');
    const own = await read((tx) => tx.em.find(ToolEntity, {}, { orderBy: { name: 'asc' } }));
    return [...own, ...BUILT_IN_TOOLS];
  },
};

export const toolMutations: Pick<MutationResolvers, 'registerTool' | 'registerMcpServer'> = {
  registerMcpServer: async (_root, { input }, context) =>
    await registerMcpServer(context, requireTenant(context.request, 'SESSIONS_WRITE'), input),
  registerTool: async (_root, { input }, context) =>
    await registerTool(context, requireTenant(context.request, 'SESSIONS_WRITE'), input),
};
