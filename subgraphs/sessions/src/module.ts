import { UNLIMITED } from '@switchyard/kernel/quotas';
import { SCALARS } from '@switchyard/runtime/scalars';
import { readSdl } from '@switchyard/runtime/sdl';
import { createSubgraph, type Subgraph, type SubgraphOptions } from '@switchyard/runtime/subgraph';
import type { BuiltInTool } from '@switchyard/tools/tool';
import type { Registry } from 'prom-client';
import { createBuiltInTools } from './commands/built-in-tools.ts';
import { createEpisodeWork, type EpisodeWork, type EpisodeWorkOptions } from './commands/episode-work/episode-work.ts';
import { type Context, createContext, type Services } from './context.ts';
import type { Resolvers } from './generated/resolvers.ts';
import { registerFeedMetrics } from './realtime/feed-metrics.ts';
import { createSessionFeed } from './realtime/session-feed.ts';
import { apiKeyMutations, apiKeyQueries } from './resolvers/api-key.ts';
import { assistantMutations, assistantQueries } from './resolvers/assistant.ts';
import { Episode, episodeMutations, episodeQueries, ToolCall } from './resolvers/episode.ts';
import { knowledgeMutations, knowledgeQueries } from './resolvers/knowledge.ts';
import { Session, sessionMutations, sessionQueries } from './resolvers/session.ts';
import { EpisodeChanged, SessionEvent, Subscription, ToolCallChanged } from './resolvers/session-event.ts';
import { Tenant, tenantMutations, tenantQueries } from './resolvers/tenant.ts';
import { Tool, toolMutations, toolQueries } from './resolvers/tool.ts';

export {
  type Credential,
  type CredentialReader,
  type CredentialReaderOptions,
  createCredentialReader,
} from './commands/credential-reader.ts';
export type { EpisodeEnd } from './commands/end-episode.ts';
export type { EpisodeState, EpisodeWork } from './commands/episode-work/episode-work.ts';
export { type Lease, LeaseLost } from './commands/episode-work/lease.ts';
export type { ModelCallEnd, ModelCallStart, NewToolCall } from './commands/episode-work/model-calls.ts';
export { WRITE_POINTS, type WritePoint } from './commands/episode-work/write-points.ts';
export { createSagaDesk, type SagaDesk, SETTLEMENTS, type Settlement, type UnsettledCall } from './commands/saga-desk.ts';
export type { EpisodeStatus } from './domain/episode.ts';
export type { AskedToolCall } from './domain/model-call.ts';
export { SCHEMA } from './store/schema.ts';

const SDL = readSdl(new URL('../', import.meta.url));

const RESOLVERS: Resolvers = {
  ...SCALARS,
  Tenant,
  Session,
  Episode,
  Tool,
  ToolCall,
  SessionEvent,
  EpisodeChanged,
  ToolCallChanged,
  Subscription,
  Query: {
    ...sessionQueries,
    ...episodeQueries,
    ...tenantQueries,
    ...apiKeyQueries,
    ...assistantQueries,
    ...toolQueries,
    ...knowledgeQueries,
  },
  Mutation: {
    ...sessionMutations,
    ...episodeMutations,
    ...tenantMutations,
    ...apiKeyMutations,
    ...assistantMutations,
    ...toolMutations,
    ...knowledgeMutations,
  },
};

export type SessionsModuleOptions = Omit<Services, 'quotas' | 'firstCall'> &
  /** Default: nothing is limited. */
  Partial<Pick<Services, 'quotas' | 'firstCall'>> &
  Pick<SubgraphOptions<Context>, 'contextKey' | 'logger'> &
  Pick<EpisodeWorkOptions, 'approvalTtlMs'> & {
    /** Where the watchers' figures are registered. */
    readonly registry?: Registry;
  };

export type SessionsModule = {
  readonly subgraph: Subgraph;
  /** What the orchestrator works with. */
  readonly episodeWork: EpisodeWork;
  /** The platform's own tools, by name, for whoever calls tools. */
  readonly builtInTools: ReadonlyMap<string, BuiltInTool>;
  /** Ends all subscriptions. */
  close(): Promise<void>;
};

/** The sessions subgraph as the platform mounts it. Keeps nothing in memory that a restart would miss. */
export function createSessionsModule(options: SessionsModuleOptions): SessionsModule {
  const { contextKey, logger, approvalTtlMs, registry, ...given } = options;
  const services: Services = { quotas: UNLIMITED, firstCall: () => ({ inputTokens: 0, outputTokens: 0 }), ...given };
  const feed = createSessionFeed(services);
  if (registry !== undefined) registerFeedMetrics(registry, feed);
  const subgraph = createSubgraph<Context>({
    name: 'sessions',
    sdl: SDL,
    resolvers: RESOLVERS,
    contextKey,
    ...(logger === undefined ? {} : { logger }),
    createContext: (request) => createContext(services, feed, request),
  });
  return {
    subgraph,
    episodeWork: createEpisodeWork({ ...services, approvalTtlMs }),
    builtInTools: createBuiltInTools(services),
    close: () => feed.close(),
  };
}
