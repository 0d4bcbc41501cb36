import { type EpisodeId, parseId, type ToolCallId } from '@switchyard/kernel/ids';
import { requireScope, requireTenant } from '@switchyard/kernel/request-context';
import { connectionOf, pageOf } from '@switchyard/runtime/connection';
import { cancelEpisode } from '../commands/cancel-episode.ts';
import { approveToolCall, rejectToolCall } from '../commands/decide-tool-call.ts';
import { giveFeedback } from '../commands/give-feedback.ts';
import { sendMessage } from '../commands/send-message.ts';
import { traceIdOf } from '../domain/episode.ts';
import type { EpisodeResolvers, MutationResolvers, QueryResolvers, ToolCallResolvers } from '../generated/resolvers.ts';
import { listUnsettled } from '../store/unsettled-calls.ts';
import { lastSeenId } from './id-cursor.ts';

export const Episode: EpisodeResolvers = {
  __resolveReference: async ({ id }, { request, loaders }) => {
    requireTenant(request, 'SESSIONS_READ');
    const episodeId = parseId<EpisodeId>(id);
    return episodeId === null ? null : await loaders.episode.load(episodeId);
  },
  session: async ({ sessionId }, _args, { loaders }) => there(await loaders.session.load(sessionId), sessionId),
  request: async ({ requestId }, _args, { loaders }) => there(await loaders.message.load(requestId), requestId),
  answer: async ({ answerId }, _args, { loaders }) => (answerId == null ? null : await loaders.message.load(answerId)),
  toolCalls: async ({ id }, _args, { loaders }) => [...(await loaders.toolCallsOf.load(id))],
  citations: ({ citations }) => [...citations],
  startedAt: ({ requestedAt }) => requestedAt.toISOString(),
  traceId: ({ traceparent }) => traceIdOf(traceparent ?? null),
};

export const ToolCall: ToolCallResolvers = {
  __resolveReference: async ({ id }, { request, loaders }) => {
    requireTenant(request, 'SESSIONS_READ');
    const toolCallId = parseId<ToolCallId>(id);
    return toolCallId === null ? null : await loaders.toolCall.load(toolCallId);
  },
  episode: async ({ episodeId }, _args, { loaders }) => there(await loaders.episode.load(episodeId), episodeId),
  compensatedBy: async ({ id }, _args, { loaders }) => await loaders.compensationOf.load(id),
};

export const episodeQueries: Pick<QueryResolvers, 'episode' | 'toolCall' | 'unsettledToolCalls'> = {
  unsettledToolCalls: async (_root, args, { request, read }) => {
    if (request.tenantId === null) requireScope(request, 'OPERATOR');
    else requireTenant(request, 'SESSIONS_READ');
    const asked = pageOf('unsettledToolCalls', args);
    const rows = await read((tx) => listUnsettled(tx, asked.first + 1, lastSeenId(asked)));
    return connectionOf('unsettledToolCalls', asked, rows, (call) => call.id);
  },
  episode: async (_root, { id }, { request, loaders }) => {
    requireTenant(request, 'SESSIONS_READ');
    const episodeId = parseId<EpisodeId>(id);
    return episodeId === null ? null : await loaders.episode.load(episodeId);
  },
  toolCall: async (_root, { id }, { request, loaders }) => {
    requireTenant(request, 'SESSIONS_READ');
    const toolCallId = parseId<ToolCallId>(id);
    return toolCallId === null ? null : await loaders.toolCall.load(toolCallId);
  },
};

export const episodeMutations: Pick<
  MutationResolvers,
  'sendMessage' | 'cancelEpisode' | 'approveToolCall' | 'rejectToolCall' | 'giveFeedback'
> = {
  sendMessage: async (_root, { input }, context) => {
    const tenantId = requireTenant(context.request, 'SESSIONS_WRITE');
    return await sendMessage(
      context,
      { tenantId, traceparent: context.request.traceparent ?? null, apiKeyId: context.request.credential.id },
      {
        sessionId: input.sessionId,
        content: input.content,
        responseSchema: input.responseSchema ?? null,
        tier: input.tier ?? null,
        maxCost: input.maxCost ?? null,
        idempotencyKey: input.idempotencyKey ?? null,
      },
    );
  },
  cancelEpisode: async (_root, { id }, context) =>
    await cancelEpisode(context, requireTenant(context.request, 'SESSIONS_WRITE'), id),
  approveToolCall: async (_root, { id }, context) =>
    await approveToolCall(context, requireTenant(context.request, 'SESSIONS_WRITE'), id),
  rejectToolCall: async (_root, { id, reason }, context) =>
    await rejectToolCall(context, requireTenant(context.request, 'SESSIONS_WRITE'), id, reason ?? null),
  giveFeedback: async (_root, { input }, context) =>
    await giveFeedback(context, requireTenant(context.request, 'SESSIONS_WRITE'), {
      episodeId: input.episodeId,
      score: input.score,
      comment: input.comment ?? null,
      idempotencyKey: input.idempotencyKey ?? null,
    }),
};

/** A row that another row points to is there: they are written together, and never deleted. */
function there<Row>(row: Row | null, id: string): Row {
  if (row === null) throw new TypeError(`a row that is pointed to is missing: ${id}`);
  return row;
}
