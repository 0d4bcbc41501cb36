import { type EpisodeId, parseId } from '@switchyard/kernel/ids';
import type { EpisodeResolvers } from '../generated/resolvers.ts';

/** The sessions subgraph says whether there is such an episode; here one without decisions has none to show. */
export const Episode: EpisodeResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  routeDecisions: async ({ id }, _args, { loaders }) => {
    const episodeId = parseId<EpisodeId>(id);
    return episodeId === null ? [] : await loaders.decisionsOfEpisode.load(episodeId);
  },
};
