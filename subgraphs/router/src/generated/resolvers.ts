import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { TierMapper, RouteDecisionMapper, RouteDecisionConnectionMapper, RouteCandidateMapper, EpisodeMapper, TenantMapper, RoutingPolicyMapper, CanaryMapper, CanaryStatsMapper } from '../mappers.ts';
import type { Context } from '../context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** RFC 3339, UTC, millisecond precision. */
  DateTime: { input: string; output: string; }
  /** An exact decimal in a string, never a float. */
  Decimal: { input: string; output: string; }
  JSON: { input: unknown; output: unknown; }
  _FieldSet: { input: unknown; output: unknown; }
};

/** A candidate policy on a small share of the tenant's sessions, compared with the policy in force after every request. */
export type Canary = {
  __typename?: 'Canary';
  canary: CanaryStats;
  candidate: RoutingPolicy;
  endedAt?: Maybe<Scalars['DateTime']['output']>;
  id: Scalars['ID']['output'];
  /** Judged requests of the candidate after which it is promoted when nothing speaks for its being worse. */
  plannedRequests: Scalars['Int']['output'];
  /** Share of the tenant's traffic, 0.05..0.10. */
  share: Scalars['Float']['output'];
  stable: CanaryStats;
  startedAt: Scalars['DateTime']['output'];
  status: CanaryStatus;
  /** Why it was promoted or rolled back, with the figures. */
  verdict?: Maybe<Scalars['String']['output']>;
};

export type CanaryArm =
  | 'CANARY'
  | 'STABLE';

/** Of the decisions that were made while it ran; a rate or a mean of nothing is 0. */
export type CanaryStats = {
  __typename?: 'CanaryStats';
  /** Of those whose outcome is known. */
  errorRate: Scalars['Float']['output'];
  meanCost: Money;
  p95LatencyMs: Scalars['Float']['output'];
  requests: Scalars['Int']['output'];
};

export type CanaryStatus =
  | 'PROMOTED'
  | 'ROLLED_BACK'
  | 'RUNNING';

export type Episode = {
  __typename?: 'Episode';
  id: Scalars['ID']['output'];
  /** In the order in which they were made: a later one escalates an earlier one. */
  routeDecisions: Array<RouteDecision>;
};

/** IPS: inverse propensities. SELF_NORMALISED: these, divided by their sum. DOUBLY_ROBUST: predictions, corrected by inverse propensities. */
export type EstimationMethod =
  | 'DOUBLY_ROBUST'
  | 'IPS'
  | 'SELF_NORMALISED';

export type Money = {
  __typename?: 'Money';
  amount: Scalars['Decimal']['output'];
  currency: Scalars['String']['output'];
};

export type Mutation = {
  __typename?: 'Mutation';
  /** Puts the candidate in force, whatever the figures say. */
  promoteCanary: Canary;
  /** How a routed request turned out; the router learns from it. */
  reportOutcome: RouteDecision;
  rollBackCanary: Canary;
  /** Decides without calling a model, for a caller that makes the call itself. */
  route: RouteDecision;
  /** A CONFLICT while another one is running. */
  startCanary: Canary;
  /** A CONFLICT while a canary is compared with the policy in force. */
  updateRoutingPolicy: RoutingPolicy;
};


export type MutationPromoteCanaryArgs = {
  id: Scalars['ID']['input'];
};


export type MutationReportOutcomeArgs = {
  input: ReportOutcomeInput;
};


export type MutationRollBackCanaryArgs = {
  id: Scalars['ID']['input'];
};


export type MutationRouteArgs = {
  input: RouteInput;
};


export type MutationStartCanaryArgs = {
  input: StartCanaryInput;
};


export type MutationUpdateRoutingPolicyArgs = {
  input: UpdateRoutingPolicyInput;
};

export type PageInfo = {
  __typename?: 'PageInfo';
  endCursor?: Maybe<Scalars['String']['output']>;
  hasNextPage: Scalars['Boolean']['output'];
  hasPreviousPage: Scalars['Boolean']['output'];
  startCursor?: Maybe<Scalars['String']['output']>;
};

/** The same, by one of three ways of estimating it. */
export type PolicyEstimate = {
  __typename?: 'PolicyEstimate';
  errorRate: Scalars['Float']['output'];
  errorRateInterval: Array<Scalars['Float']['output']>;
  meanCost: Money;
  meanCostInterval: Array<Scalars['Decimal']['output']>;
  method: EstimationMethod;
};

/** What a policy would have done with traffic that has already run, estimated from the logged propensities. */
export type PolicySimulation = {
  __typename?: 'PolicySimulation';
  actual: SimulatedArm;
  /** Simulated less actual. */
  difference: SimulatedArm;
  effectiveSampleSize: Scalars['Float']['output'];
  estimates: Array<PolicyEstimate>;
  range: RequestedRange;
  /** Decisions of the router's own: not pinned, and no escalations. */
  requests: Scalars['Int']['output'];
  /** Doubly robust. */
  simulated: SimulatedArm;
  /** Of all requests. */
  tierDistribution: Array<TierShare>;
  /** Share of them that nothing can be said of, because the policy wants a tier that could not have been tried. All that follows is about the others. */
  unsupportedShare: Scalars['Float']['output'];
};

export type Query = {
  __typename?: 'Query';
  routeDecision?: Maybe<RouteDecision>;
  /** Newest first. */
  routeDecisions: RouteDecisionConnection;
  /** Reads every decision of the range: a million take half a minute. */
  simulatePolicy: PolicySimulation;
  /** Cheapest first. */
  tiers: Array<Tier>;
};


export type QueryRouteDecisionArgs = {
  id: Scalars['ID']['input'];
};


export type QueryRouteDecisionsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  outcome?: InputMaybe<RouteOutcome>;
  range?: InputMaybe<TimeRange>;
  tier?: InputMaybe<Scalars['String']['input']>;
};


export type QuerySimulatePolicyArgs = {
  input: SimulatePolicyInput;
};

export type ReportOutcomeInput = {
  /** Only for a decision of `route`: what an episode cost is metered. */
  actualCost?: InputMaybe<Scalars['Decimal']['input']>;
  /** Only for a decision of `route`, likewise. */
  latencyMs?: InputMaybe<Scalars['Float']['input']>;
  outcome: RouteOutcome;
  routeDecisionId: Scalars['ID']['input'];
};

export type RequestedRange = {
  __typename?: 'RequestedRange';
  from: Scalars['DateTime']['output'];
  to: Scalars['DateTime']['output'];
};

export type RouteCandidate = {
  __typename?: 'RouteCandidate';
  expectedCost: Money;
  /** Calibrated probability that this tier's answer is wrong. */
  expectedError: Scalars['Float']['output'];
  /** expectedCost + λ · expectedError. */
  objective: Scalars['Float']['output'];
  propensity: Scalars['Float']['output'];
  tier: Scalars['String']['output'];
};

export type RouteDecision = {
  __typename?: 'RouteDecision';
  actualCost?: Maybe<Money>;
  arm: CanaryArm;
  candidates: Array<RouteCandidate>;
  decidedAt: Scalars['DateTime']['output'];
  escalatedFrom?: Maybe<RouteDecision>;
  expectedCost: Money;
  /** One sentence a person can read. */
  explanation: Scalars['String']['output'];
  features: RouteFeatures;
  id: Scalars['ID']['output'];
  latencyMs: Scalars['Float']['output'];
  model: Scalars['String']['output'];
  outcome?: Maybe<RouteOutcome>;
  policyVersion: Scalars['Int']['output'];
  /** PINNED and FALLBACK list every tier too; the chosen one has propensity 1. */
  reason: RouteReason;
  tier: Scalars['String']['output'];
};

export type RouteDecisionConnection = {
  __typename?: 'RouteDecisionConnection';
  edges: Array<RouteDecisionEdge>;
  pageInfo: PageInfo;
};

export type RouteDecisionEdge = {
  __typename?: 'RouteDecisionEdge';
  cursor: Scalars['String']['output'];
  node: RouteDecision;
};

export type RouteFeatures = {
  __typename?: 'RouteFeatures';
  domainFlags: Array<Scalars['String']['output']>;
  /** Share of similar recent requests of this tenant that failed, shrunk toward the overall rate. */
  historicalFailureRate: Scalars['Float']['output'];
  /** 0 (free text) to 1 (a closed schema: every property required, typed and bounded). */
  jsonSchemaStrictness: Scalars['Float']['output'];
  /** 0 (seen many times) to 1 (unlike anything this tenant has sent). */
  noveltyScore: Scalars['Float']['output'];
  tokenCount: Scalars['Int']['output'];
};

export type RouteInput = {
  /** 1..32,768 characters. */
  content: Scalars['String']['input'];
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  maxCost?: InputMaybe<Scalars['Decimal']['input']>;
  maxLatencyMs?: InputMaybe<Scalars['Int']['input']>;
  /** JSON Schema (2020-12) that the answer must fit. */
  responseSchema?: InputMaybe<Scalars['JSON']['input']>;
  /** Pins the tier instead of routing. */
  tier?: InputMaybe<Scalars['String']['input']>;
};

export type RouteOutcome =
  | 'CORRECT'
  | 'INVALID_OUTPUT'
  | 'PROVIDER_ERROR'
  | 'TIMEOUT'
  | 'WRONG';

export type RouteReason =
  | 'EARLY_EXIT'
  | 'ESCALATION'
  | 'EXPLORATION'
  | 'FALLBACK'
  | 'PINNED'
  | 'POLICY';

/** How the tenant wants its requests routed; each change makes a new version. */
export type RoutingPolicy = {
  __typename?: 'RoutingPolicy';
  /** λ: what a wrong answer costs, in the tenant's currency. */
  errorCost: Money;
  /** Share of traffic that explores, 0..0.2: where it goes elsewhere than to the tier that looks best, so that the router learns. */
  exploration: Scalars['Float']['output'];
  /** No tier that might cost more is chosen, exploring or not, as long as one fits. */
  maxCostPerRequest?: Maybe<Money>;
  maxLatencyMs?: Maybe<Scalars['Int']['output']>;
  /** Those that may answer, cheapest first. */
  tiers: Array<Scalars['String']['output']>;
  updatedAt: Scalars['DateTime']['output'];
  version: Scalars['Int']['output'];
};

export type SimulatePolicyInput = {
  policy: UpdateRoutingPolicyInput;
  range: TimeRange;
};

/** Means with their 95 % intervals, [low, high]. A cost that is not known yet is taken to be as expected; errors are those of decisions whose outcome is known. */
export type SimulatedArm = {
  __typename?: 'SimulatedArm';
  errorRate: Scalars['Float']['output'];
  errorRateInterval: Array<Scalars['Float']['output']>;
  meanCost: Money;
  meanCostInterval: Array<Scalars['Decimal']['output']>;
};

export type StartCanaryInput = {
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  plannedRequests?: InputMaybe<Scalars['Int']['input']>;
  policy: UpdateRoutingPolicyInput;
  /** 0.05..0.10 of the tenant's sessions; a request without a session counts by itself. */
  share?: InputMaybe<Scalars['Float']['input']>;
};

export type Subscription = {
  __typename?: 'Subscription';
  /** The newest canary as it is, then whenever its state or its figures change. */
  canaryChanged: Canary;
  /** The last decision that there is, then each as it is made. */
  routeDecided: RouteDecision;
};

export type Tenant = {
  __typename?: 'Tenant';
  /** The one that is running, or else the last. */
  canary?: Maybe<Canary>;
  id: Scalars['ID']['output'];
  /** The one in force. */
  routingPolicy: RoutingPolicy;
};

/** One rung of the ladder of models, as the operator configured it. */
export type Tier = {
  __typename?: 'Tier';
  /** False while its provider keeps failing: it is then left out of decisions until its cool-down is over. */
  healthy: Scalars['Boolean']['output'];
  inputPricePerMillion: Money;
  model: Scalars['String']['output'];
  name: Scalars['String']['output'];
  outputPricePerMillion: Money;
  provider: Scalars['String']['output'];
};

export type TierShare = {
  __typename?: 'TierShare';
  share: Scalars['Float']['output'];
  tier: Scalars['String']['output'];
};

/** Half-open: [from, to). */
export type TimeRange = {
  from: Scalars['DateTime']['input'];
  to: Scalars['DateTime']['input'];
};

/** What is left out stays as it is; null takes a limit away. */
export type UpdateRoutingPolicyInput = {
  errorCost: Scalars['Decimal']['input'];
  /** Refused as a CONFLICT when the policy has moved on. */
  expectedVersion: Scalars['Int']['input'];
  /** 0..0.2. */
  exploration?: InputMaybe<Scalars['Float']['input']>;
  maxCostPerRequest?: InputMaybe<Scalars['Decimal']['input']>;
  maxLatencyMs?: InputMaybe<Scalars['Int']['input']>;
  /** Null: all that the operator offers. */
  tiers?: InputMaybe<Array<Scalars['String']['input']>>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  Canary: Canary;
  Episode: Episode;
  RouteDecision: RouteDecision;
  Tenant: Tenant;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Canary:
    ( { __typename: 'Canary' }
    & GraphQLRecursivePick<FederationTypes['Canary'], {"id":true}> );
  Episode:
    ( { __typename: 'Episode' }
    & GraphQLRecursivePick<FederationTypes['Episode'], {"id":true}> );
  RouteDecision:
    ( { __typename: 'RouteDecision' }
    & GraphQLRecursivePick<FederationTypes['RouteDecision'], {"id":true}> );
  Tenant:
    ( { __typename: 'Tenant' }
    & GraphQLRecursivePick<FederationTypes['Tenant'], {"id":true}> );
};



/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Canary: ResolverTypeWrapper<CanaryMapper>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  CanaryArm: CanaryArm;
  CanaryStats: ResolverTypeWrapper<CanaryStatsMapper>;
  CanaryStatus: CanaryStatus;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Decimal: ResolverTypeWrapper<Scalars['Decimal']['output']>;
  Episode: ResolverTypeWrapper<EpisodeMapper>;
  EstimationMethod: EstimationMethod;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  Money: ResolverTypeWrapper<Money>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  PolicyEstimate: ResolverTypeWrapper<PolicyEstimate>;
  PolicySimulation: ResolverTypeWrapper<PolicySimulation>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  ReportOutcomeInput: ReportOutcomeInput;
  RequestedRange: ResolverTypeWrapper<RequestedRange>;
  RouteCandidate: ResolverTypeWrapper<RouteCandidateMapper>;
  RouteDecision: ResolverTypeWrapper<RouteDecisionMapper>;
  RouteDecisionConnection: ResolverTypeWrapper<RouteDecisionConnectionMapper>;
  RouteDecisionEdge: ResolverTypeWrapper<Omit<RouteDecisionEdge, 'node'> & { node: ResolversTypes['RouteDecision'] }>;
  RouteFeatures: ResolverTypeWrapper<RouteFeatures>;
  RouteInput: RouteInput;
  RouteOutcome: RouteOutcome;
  RouteReason: RouteReason;
  RoutingPolicy: ResolverTypeWrapper<RoutingPolicyMapper>;
  SimulatePolicyInput: SimulatePolicyInput;
  SimulatedArm: ResolverTypeWrapper<SimulatedArm>;
  StartCanaryInput: StartCanaryInput;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Tenant: ResolverTypeWrapper<TenantMapper>;
  Tier: ResolverTypeWrapper<TierMapper>;
  TierShare: ResolverTypeWrapper<TierShare>;
  TimeRange: TimeRange;
  UpdateRoutingPolicyInput: UpdateRoutingPolicyInput;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Canary: CanaryMapper;
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  Float: Scalars['Float']['output'];
  String: Scalars['String']['output'];
  CanaryStats: CanaryStatsMapper;
  DateTime: Scalars['DateTime']['output'];
  Decimal: Scalars['Decimal']['output'];
  Episode: EpisodeMapper;
  JSON: Scalars['JSON']['output'];
  Money: Money;
  Mutation: Record<PropertyKey, never>;
  PageInfo: PageInfo;
  Boolean: Scalars['Boolean']['output'];
  PolicyEstimate: PolicyEstimate;
  PolicySimulation: PolicySimulation;
  Query: Record<PropertyKey, never>;
  ReportOutcomeInput: ReportOutcomeInput;
  RequestedRange: RequestedRange;
  RouteCandidate: RouteCandidateMapper;
  RouteDecision: RouteDecisionMapper;
  RouteDecisionConnection: RouteDecisionConnectionMapper;
  RouteDecisionEdge: Omit<RouteDecisionEdge, 'node'> & { node: ResolversParentTypes['RouteDecision'] };
  RouteFeatures: RouteFeatures;
  RouteInput: RouteInput;
  RoutingPolicy: RoutingPolicyMapper;
  SimulatePolicyInput: SimulatePolicyInput;
  SimulatedArm: SimulatedArm;
  StartCanaryInput: StartCanaryInput;
  Subscription: Record<PropertyKey, never>;
  Tenant: TenantMapper;
  Tier: TierMapper;
  TierShare: TierShare;
  TimeRange: TimeRange;
  UpdateRoutingPolicyInput: UpdateRoutingPolicyInput;
};

export type CanaryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Canary'] = ResolversParentTypes['Canary'], FederationReferenceType extends FederationReferenceTypes['Canary'] = FederationReferenceTypes['Canary']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Canary']> | FederationReferenceType, FederationReferenceType, ContextType>;
  canary?: Resolver<ResolversTypes['CanaryStats'], ParentType, ContextType>;
  candidate?: Resolver<ResolversTypes['RoutingPolicy'], ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  plannedRequests?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  share?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  stable?: Resolver<ResolversTypes['CanaryStats'], ParentType, ContextType>;
  startedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['CanaryStatus'], ParentType, ContextType>;
  verdict?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type CanaryStatsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CanaryStats'] = ResolversParentTypes['CanaryStats']> = {
  errorRate?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  meanCost?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  p95LatencyMs?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  requests?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface DecimalScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Decimal'], any> {
  name: 'Decimal';
}

export type EpisodeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Episode'] = ResolversParentTypes['Episode'], FederationReferenceType extends FederationReferenceTypes['Episode'] = FederationReferenceTypes['Episode']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Episode']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  routeDecisions?: Resolver<Array<ResolversTypes['RouteDecision']>, ParentType, ContextType>;
};

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export type MoneyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Money'] = ResolversParentTypes['Money']> = {
  amount?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  promoteCanary?: Resolver<ResolversTypes['Canary'], ParentType, ContextType, RequireFields<MutationPromoteCanaryArgs, 'id'>>;
  reportOutcome?: Resolver<ResolversTypes['RouteDecision'], ParentType, ContextType, RequireFields<MutationReportOutcomeArgs, 'input'>>;
  rollBackCanary?: Resolver<ResolversTypes['Canary'], ParentType, ContextType, RequireFields<MutationRollBackCanaryArgs, 'id'>>;
  route?: Resolver<ResolversTypes['RouteDecision'], ParentType, ContextType, RequireFields<MutationRouteArgs, 'input'>>;
  startCanary?: Resolver<ResolversTypes['Canary'], ParentType, ContextType, RequireFields<MutationStartCanaryArgs, 'input'>>;
  updateRoutingPolicy?: Resolver<ResolversTypes['RoutingPolicy'], ParentType, ContextType, RequireFields<MutationUpdateRoutingPolicyArgs, 'input'>>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PolicyEstimateResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PolicyEstimate'] = ResolversParentTypes['PolicyEstimate']> = {
  errorRate?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  errorRateInterval?: Resolver<Array<ResolversTypes['Float']>, ParentType, ContextType>;
  meanCost?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  meanCostInterval?: Resolver<Array<ResolversTypes['Decimal']>, ParentType, ContextType>;
  method?: Resolver<ResolversTypes['EstimationMethod'], ParentType, ContextType>;
};

export type PolicySimulationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PolicySimulation'] = ResolversParentTypes['PolicySimulation']> = {
  actual?: Resolver<ResolversTypes['SimulatedArm'], ParentType, ContextType>;
  difference?: Resolver<ResolversTypes['SimulatedArm'], ParentType, ContextType>;
  effectiveSampleSize?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  estimates?: Resolver<Array<ResolversTypes['PolicyEstimate']>, ParentType, ContextType>;
  range?: Resolver<ResolversTypes['RequestedRange'], ParentType, ContextType>;
  requests?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  simulated?: Resolver<ResolversTypes['SimulatedArm'], ParentType, ContextType>;
  tierDistribution?: Resolver<Array<ResolversTypes['TierShare']>, ParentType, ContextType>;
  unsupportedShare?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  routeDecision?: Resolver<Maybe<ResolversTypes['RouteDecision']>, ParentType, ContextType, RequireFields<QueryRouteDecisionArgs, 'id'>>;
  routeDecisions?: Resolver<ResolversTypes['RouteDecisionConnection'], ParentType, ContextType, RequireFields<QueryRouteDecisionsArgs, 'first'>>;
  simulatePolicy?: Resolver<ResolversTypes['PolicySimulation'], ParentType, ContextType, RequireFields<QuerySimulatePolicyArgs, 'input'>>;
  tiers?: Resolver<Array<ResolversTypes['Tier']>, ParentType, ContextType>;
};

export type RequestedRangeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RequestedRange'] = ResolversParentTypes['RequestedRange']> = {
  from?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  to?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type RouteCandidateResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RouteCandidate'] = ResolversParentTypes['RouteCandidate']> = {
  expectedCost?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  expectedError?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  objective?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  propensity?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  tier?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type RouteDecisionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RouteDecision'] = ResolversParentTypes['RouteDecision'], FederationReferenceType extends FederationReferenceTypes['RouteDecision'] = FederationReferenceTypes['RouteDecision']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['RouteDecision']> | FederationReferenceType, FederationReferenceType, ContextType>;
  actualCost?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  arm?: Resolver<ResolversTypes['CanaryArm'], ParentType, ContextType>;
  candidates?: Resolver<Array<ResolversTypes['RouteCandidate']>, ParentType, ContextType>;
  decidedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  escalatedFrom?: Resolver<Maybe<ResolversTypes['RouteDecision']>, ParentType, ContextType>;
  expectedCost?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  explanation?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  features?: Resolver<ResolversTypes['RouteFeatures'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  latencyMs?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  model?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  outcome?: Resolver<Maybe<ResolversTypes['RouteOutcome']>, ParentType, ContextType>;
  policyVersion?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['RouteReason'], ParentType, ContextType>;
  tier?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type RouteDecisionConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RouteDecisionConnection'] = ResolversParentTypes['RouteDecisionConnection']> = {
  edges?: Resolver<Array<ResolversTypes['RouteDecisionEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type RouteDecisionEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RouteDecisionEdge'] = ResolversParentTypes['RouteDecisionEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['RouteDecision'], ParentType, ContextType>;
};

export type RouteFeaturesResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RouteFeatures'] = ResolversParentTypes['RouteFeatures']> = {
  domainFlags?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  historicalFailureRate?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  jsonSchemaStrictness?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  noveltyScore?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  tokenCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type RoutingPolicyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RoutingPolicy'] = ResolversParentTypes['RoutingPolicy']> = {
  errorCost?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  exploration?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  maxCostPerRequest?: Resolver<Maybe<ResolversTypes['Money']>, ParentType, ContextType>;
  maxLatencyMs?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  tiers?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type SimulatedArmResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SimulatedArm'] = ResolversParentTypes['SimulatedArm']> = {
  errorRate?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  errorRateInterval?: Resolver<Array<ResolversTypes['Float']>, ParentType, ContextType>;
  meanCost?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  meanCostInterval?: Resolver<Array<ResolversTypes['Decimal']>, ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  canaryChanged?: SubscriptionResolver<ResolversTypes['Canary'], "canaryChanged", ParentType, ContextType>;
  routeDecided?: SubscriptionResolver<ResolversTypes['RouteDecision'], "routeDecided", ParentType, ContextType>;
};

export type TenantResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Tenant'] = ResolversParentTypes['Tenant'], FederationReferenceType extends FederationReferenceTypes['Tenant'] = FederationReferenceTypes['Tenant']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Tenant']> | FederationReferenceType, FederationReferenceType, ContextType>;
  canary?: Resolver<Maybe<ResolversTypes['Canary']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  routingPolicy?: Resolver<ResolversTypes['RoutingPolicy'], ParentType, ContextType>;
};

export type TierResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Tier'] = ResolversParentTypes['Tier']> = {
  healthy?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  inputPricePerMillion?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  model?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  outputPricePerMillion?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  provider?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type TierShareResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TierShare'] = ResolversParentTypes['TierShare']> = {
  share?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  tier?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  Canary?: CanaryResolvers<ContextType>;
  CanaryStats?: CanaryStatsResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  Decimal?: GraphQLScalarType;
  Episode?: EpisodeResolvers<ContextType>;
  JSON?: GraphQLScalarType;
  Money?: MoneyResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  PolicyEstimate?: PolicyEstimateResolvers<ContextType>;
  PolicySimulation?: PolicySimulationResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RequestedRange?: RequestedRangeResolvers<ContextType>;
  RouteCandidate?: RouteCandidateResolvers<ContextType>;
  RouteDecision?: RouteDecisionResolvers<ContextType>;
  RouteDecisionConnection?: RouteDecisionConnectionResolvers<ContextType>;
  RouteDecisionEdge?: RouteDecisionEdgeResolvers<ContextType>;
  RouteFeatures?: RouteFeaturesResolvers<ContextType>;
  RoutingPolicy?: RoutingPolicyResolvers<ContextType>;
  SimulatedArm?: SimulatedArmResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  Tenant?: TenantResolvers<ContextType>;
  Tier?: TierResolvers<ContextType>;
  TierShare?: TierShareResolvers<ContextType>;
};

