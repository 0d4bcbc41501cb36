import { SCALARS } from '@switchyard/runtime/scalars';
import { readSdl } from '@switchyard/runtime/sdl';
import { createSubgraph, type Subgraph, type SubgraphOptions } from '@switchyard/runtime/subgraph';
import type { Context, Services } from './context.ts';
import { kpisResolvers } from './resolvers/kpis.ts';
import { queryResolvers } from './resolvers/query.ts';
import { subscriptionResolvers } from './resolvers/subscription.ts';
import { tenantResolvers } from './resolvers/tenant.ts';

export { ANALYTICS_GROUP, ANALYTICS_TOPICS, type AnalyticsConsumerOptions, createAnalyticsConsumer } from './consumers.ts';
export { PROJECTION, type ProjectionState, projectionsOf } from './domain/projections.ts';
export { RebuildError, type RebuildOptions, rebuildKpis } from './rebuild.ts';
export { loadProjectionNews } from './store/progress-store.ts';
export { SCHEMA } from './store/schema.ts';

const SDL = readSdl(new URL('../', import.meta.url));

export type AnalyticsModuleOptions = Services & Pick<SubgraphOptions<Context>, 'contextKey' | 'logger'>;

export type AnalyticsModule = { readonly subgraph: Subgraph };

/** The analytics subgraph as the platform mounts it: it reads only. What writes is `createAnalyticsConsumer`. */
export function createAnalyticsModule(options: AnalyticsModuleOptions): AnalyticsModule {
  const { contextKey, logger, ...services } = options;
  const subgraph = createSubgraph<Context>({
    name: 'analytics',
    sdl: SDL,
    resolvers: {
      DateTime: SCALARS.DateTime,
      Decimal: SCALARS.Decimal,
      Query: queryResolvers,
      Subscription: subscriptionResolvers,
      Tenant: tenantResolvers,
      Kpis: kpisResolvers,
    },
    contextKey,
    createContext: (request) => ({ ...services, request }),
    ...(logger === undefined ? {} : { logger }),
  });
  return { subgraph };
}
