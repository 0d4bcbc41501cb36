import { requireTenant } from '@switchyard/kernel/request-context';
import { updateAssistant } from '../commands/update-assistant.ts';
import { USE_CASES } from '../domain/use-case.ts';
import type { MutationResolvers, QueryResolvers } from '../generated/resolvers.ts';
import { AssistantEntity } from '../store/entities/assistant.ts';

export const assistantQueries: Pick<QueryResolvers, 'assistants'> = {
  assistants: async (_root, _args, { request, read }) => {
    requireTenant(request, 'SESSIONS_READ');
    const assistants = await read((tx) => tx.em.find(AssistantEntity, {}));
    return assistants.sort((a, b) => USE_CASES.indexOf(a.useCase) - USE_CASES.indexOf(b.useCase));
  },
};

export const assistantMutations: Pick<MutationResolvers, 'updateAssistant'> = {
  updateAssistant: async (_root, { input }, context) =>
    await updateAssistant(context, requireTenant(context.request, 'SESSIONS_WRITE'), input),
};
