import { requireTenant } from '@switchyard/kernel/request-context';
import type { SessionEvent as Event } from '../domain/session-event.ts';
import type {
  EpisodeChangedResolvers,
  SessionEventResolvers,
  SubscriptionResolvers,
  ToolCallChangedResolvers,
} from '../generated/resolvers.ts';

export const SessionEvent: SessionEventResolvers = { __resolveType: (event) => event.kind };

export const EpisodeChanged: EpisodeChangedResolvers = {
  episode: async ({ episodeId }, _args, { loaders }) => {
    const episode = await loaders.episode.load(episodeId);
    if (episode === null) throw new TypeError(`an event of an episode that is not there: ${episodeId}`);
    return episode;
  },
};

export const ToolCallChanged: ToolCallChangedResolvers = {
  toolCall: async ({ id, toolCallId }, _args, { loaders }) => {
    const toolCall = toolCallId === null ? null : await loaders.toolCall.load(toolCallId);
    if (toolCall === null) throw new TypeError(`an event of a tool call that is not there: ${id}`);
    return toolCall;
  },
};

export const Subscription: SubscriptionResolvers = {
  sessionEvents: {
    subscribe: async (_root, { sessionId, after }, { request, feed }) =>
      await feed.watch({
        tenantId: requireTenant(request, 'SESSIONS_READ'),
        sessionId,
        after: after ?? null,
        delivery: request.delivery,
      }),
    resolve: (event: Event) => event,
  },
};
