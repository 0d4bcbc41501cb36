import type { Database } from '@switchyard/database/database';
import type { ConsumerOptions } from '@switchyard/event-log/event-log';
import type { Clock } from '@switchyard/kernel/clock';
import { type Quotas, UNLIMITED } from '@switchyard/kernel/quotas';
import type { PubSub } from '@switchyard/pubsub/pubsub';
import { SCALARS } from '@switchyard/runtime/scalars';
import { readSdl } from '@switchyard/runtime/sdl';
import { createSubgraph, type Subgraph, type SubgraphOptions } from '@switchyard/runtime/subgraph';
import { Registry } from 'prom-client';
import { readArtefact } from './artefact/artefact.ts';
import { type DecideServices, decide, keepDecisions } from './commands/decide.ts';
import { createKeepTogether } from './commands/keep-together.ts';
import { reviewAnswer } from './commands/review-answer.ts';
import { createRouterConsumer } from './consumers.ts';
import { type Context, createContext } from './context.ts';
import type { Router } from './decide-port.ts';
import { createPredict, type LoadedPredictor } from './domain/predictions.ts';
import { createPredictor } from './domain/predictor/predictor.ts';
import { ladderOf, type TierSettings } from './domain/tiers.ts';
import { createHint } from './live.ts';
import { createRouterMetrics } from './metrics.ts';
import { Canary, CanaryStats, canaryMutations } from './resolvers/canary.ts';
import { Episode } from './resolvers/episode.ts';
import { simulationQueries } from './resolvers/policy-simulation.ts';
import { decisionMutations, decisionQueries, RouteCandidate, RouteDecision } from './resolvers/route-decision.ts';
import { policyMutations, RoutingPolicy } from './resolvers/routing-policy.ts';
import { Subscription } from './resolvers/subscription.ts';
import { Tenant } from './resolvers/tenant.ts';
import { Tier, tierQueries } from './resolvers/tier.ts';
import { createTenantStates, type TenantStatesOptions } from './store/tenant-states.ts';

export type { DecideRequest, Decision, Review, RouteReason, Router } from './decide-port.ts';
export { SCHEMA } from './store/schema.ts';

const SDL = readSdl(new URL('../', import.meta.url));

export type RouterModuleOptions = Pick<TenantStatesOptions, 'freshForMs' | 'staleForMs'> & {
  readonly database: Database;
  /** Key that request contexts are signed with. */
  readonly contextKey: Buffer;
  readonly clock: Clock;
  /** Cheapest first, in one currency. */
  readonly tiers: readonly TierSettings[];
  /** A tokenizer, such as packages/models' `countTokens`. */
  readonly countTokens: (text: string) => number;
  /** Tokens that a model may write where a request does not say; bounds the worst case against `maxCost`. Default 1,024. */
  readonly maxOutputTokens?: number;
  /**
   * Path of a trained model (`npm run router -- train`), whose heads bear the names of tiers or of their models. Without one
   * the documented prior decides; where it cannot be read the prior decides too, each such decision says so, and it is logged.
   */
  readonly modelFile?: string;
  /** Time that a decision may have taken before the trained model is no longer asked. Default 20 ms. */
  readonly predictionBudgetMs?: number;
  /** Carries hints between processes that there is something new for subscriptions. Default: none, they look every few seconds. */
  readonly pubsub?: PubSub;
  /** Uniform in [0, 1): what decides where a policy explores. Default: Math.random. */
  readonly random?: () => number;
  /** Asked before a decision is made for a caller of its own. Default: nothing is limited. */
  readonly quotas?: Quotas;
  /** Default: one of its own, that nobody reads. */
  readonly registry?: Registry;
  readonly logger?: NonNullable<SubgraphOptions<Context>['logger']>;
};

export type RouterModule = {
  readonly subgraph: Subgraph;
  readonly router: Router;
  readonly consumers: readonly ConsumerOptions[];
};

/**
 * The router subgraph as the platform mounts it. Keeps nothing in memory that a restart would miss.
 * @throws RangeError for no tier, two of one name, or two currencies.
 */
export function createRouterModule(options: RouterModuleOptions): RouterModule {
  const ladder = ladderOf(options.tiers);
  const tierNames = ladder.map((tier) => tier.name);
  const services: DecideServices = {
    database: options.database,
    clock: options.clock,
    ladder,
    states: createTenantStates({ ...options, currency: ladder[0]?.currency ?? '' }),
    metrics: createRouterMetrics(options.registry ?? new Registry(), tierNames),
    countTokens: options.countTokens,
    predict: createPredict(loadPredictor(options), ladder, options.predictionBudgetMs ?? 20),
    maxOutputTokens: options.maxOutputTokens ?? 1_024,
    random: options.random ?? Math.random,
    hint: createHint(options.pubsub),
  };
  const keepTogether = createKeepTogether(options.database, (tx, decisions) => keepDecisions(services, tx, decisions));
  const subgraph = createSubgraph<Context>({
    name: 'router',
    sdl: SDL,
    resolvers: {
      ...SCALARS,
      Query: { ...tierQueries, ...decisionQueries, ...simulationQueries },
      Mutation: { ...decisionMutations, ...policyMutations, ...canaryMutations },
      Subscription,
      Tier,
      RouteDecision,
      RouteCandidate,
      Episode,
      Tenant,
      RoutingPolicy,
      Canary,
      CanaryStats,
    },
    contextKey: options.contextKey,
    createContext: (request) =>
      createContext({ ...services, keepTogether, pubsub: options.pubsub, quotas: options.quotas ?? UNLIMITED }, request),
    ...(options.logger === undefined ? {} : { logger: options.logger }),
  });
  return {
    subgraph,
    router: {
      decide: (request) => decide(services, request),
      review: (request, answered) => reviewAnswer(services, request, answered),
      tierNames,
    },
    consumers: [createRouterConsumer(services)],
  };
}

/** A platform that cannot predict still answers. */
function loadPredictor({ modelFile, logger }: Pick<RouterModuleOptions, 'modelFile' | 'logger'>): LoadedPredictor {
  if (modelFile === undefined) return { kind: 'none' };
  try {
    return { kind: 'loaded', predictor: createPredictor(readArtefact(modelFile).model) };
  } catch (error) {
    logger?.error({ err: error, modelFile }, 'the trained model cannot be read: the documented prior decides');
    return { kind: 'unreadable' };
  }
}
