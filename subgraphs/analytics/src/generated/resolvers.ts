import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { KpisMapper, TenantMapper } from '../mappers.ts';
import type { Context } from '../context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** RFC 3339, UTC, with milliseconds. */
  DateTime: { input: string; output: string; }
  /** An exact decimal in a string, never a float. */
  Decimal: { input: string; output: string; }
  _FieldSet: { input: unknown; output: unknown; }
};

/** Buckets of time, in UTC. */
export type Granularity =
  | 'DAY'
  | 'HOUR'
  | 'MINUTE'
  | 'MONTH';

export type KpiDimension =
  | 'ARM'
  | 'MODEL'
  | 'TIER'
  | 'TOOL'
  | 'USE_CASE';

export type KpiMetric =
  | 'COST'
  | 'EPISODES'
  | 'ESCALATION_RATE'
  | 'EXPECTED_COST'
  | 'INPUT_TOKENS'
  | 'LATENCY_P50_MS'
  | 'LATENCY_P95_MS'
  | 'LATENCY_P99_MS'
  | 'MISROUTE_RATE'
  | 'OUTPUT_TOKENS'
  | 'SAVINGS'
  | 'SESSIONS'
  | 'SUCCESS_RATE'
  | 'TOOL_CALLS'
  | 'TOOL_CALL_FAILURE_RATE';

/** `at` is the start of the bucket, which may lie before the range; only what is in the range counts. */
export type KpiPoint = {
  __typename?: 'KpiPoint';
  at: Scalars['DateTime']['output'];
  value: Scalars['Float']['output'];
};

/** `key` holds a value for each dimension of `groupBy`, in its order; `(none)` stands for what has no value there. */
export type KpiSeries = {
  __typename?: 'KpiSeries';
  key: Array<Scalars['String']['output']>;
  points: Array<KpiPoint>;
};

/** Episodes, and what belongs to them, count in the minute in which they finished; a rate of nothing is null. `range` is the asked one widened to whole minutes. */
export type Kpis = {
  __typename?: 'Kpis';
  /** The newest event that these figures include. */
  asOf: Scalars['DateTime']['output'];
  /** Tool calls that were undone. */
  compensations: Scalars['Int']['output'];
  /** What the models cost: the sum of actualCost. */
  cost: Money;
  /** Finished in the range, in any way. */
  episodes: Scalars['Int']['output'];
  /** Share of the episodes in which a higher tier had to take over. */
  escalationRate?: Maybe<Scalars['Float']['output']>;
  /** What the route decisions expected. */
  expectedCost: Money;
  /** Mean, -1 to 1. */
  feedbackScore?: Maybe<Scalars['Float']['output']>;
  inputTokens: Scalars['Decimal']['output'];
  /** From the request to the end of an episode; percentiles are within 1 % of the exact ones. */
  latencyP50Ms?: Maybe<Scalars['Float']['output']>;
  latencyP95Ms?: Maybe<Scalars['Float']['output']>;
  latencyP99Ms?: Maybe<Scalars['Float']['output']>;
  /** Share of the decisions judged CORRECT, WRONG or INVALID_OUTPUT that were not CORRECT. */
  misrouteRate?: Maybe<Scalars['Float']['output']>;
  outputTokens: Scalars['Decimal']['output'];
  range: RequestedRange;
  /** Of the route decision alone. */
  routerLatencyP50Ms?: Maybe<Scalars['Float']['output']>;
  routerLatencyP99Ms?: Maybe<Scalars['Float']['output']>;
  /** Against sending everything to the dearest tier. */
  savings: Money;
  /** Started in the range. */
  sessions: Scalars['Int']['output'];
  /** SUCCEEDED of SUCCEEDED, FAILED and COMPENSATED. */
  successRate?: Maybe<Scalars['Float']['output']>;
  /** Of the route decisions, largest first. */
  tierDistribution: Array<TierShare>;
  /** FAILED or UNKNOWN. */
  toolCallFailureRate?: Maybe<Scalars['Float']['output']>;
  /** Sent to a tool, whatever came of it; what undoes another call is a compensation. */
  toolCalls: Scalars['Int']['output'];
};

export type Money = {
  __typename?: 'Money';
  amount: Scalars['Decimal']['output'];
  currency: Scalars['String']['output'];
};

export type Projection = {
  __typename?: 'Projection';
  /** The newest event that it includes. */
  asOf?: Maybe<Scalars['DateTime']['output']>;
  /** Events that wait. */
  lag: Scalars['Int']['output'];
  name: Scalars['String']['output'];
  /** Opaque; grows as the projection goes on. */
  position: Scalars['String']['output'];
  status: ProjectionStatus;
};

/** REBUILDING: built anew from the log, beside the live one, which goes on. STALLED: events have waited for more than ten seconds, and the projection has not moved for as long. */
export type ProjectionStatus =
  | 'LIVE'
  | 'REBUILDING'
  | 'STALLED';

export type Query = {
  __typename?: 'Query';
  /** Up to 10,000 points. Sums have a point for every bucket; rates and percentiles only where there is something to take them of. */
  kpiSeries: Array<KpiSeries>;
  kpis: Kpis;
  /** OPERATOR */
  projections: Array<Projection>;
};


export type QueryKpiSeriesArgs = {
  granularity: Granularity;
  groupBy?: InputMaybe<Array<KpiDimension>>;
  metric: KpiMetric;
  range: TimeRange;
};


export type QueryKpisArgs = {
  range: TimeRange;
};

export type RequestedRange = {
  __typename?: 'RequestedRange';
  from: Scalars['DateTime']['output'];
  to: Scalars['DateTime']['output'];
};

export type Subscription = {
  __typename?: 'Subscription';
  /** The figures of the last minutes (1 to 44,640): as they are now, and again within a second of every event that changes them. */
  kpisChanged: Kpis;
};


export type SubscriptionKpisChangedArgs = {
  windowMinutes?: InputMaybe<Scalars['Int']['input']>;
};

export type Tenant = {
  __typename?: 'Tenant';
  id: Scalars['ID']['output'];
  kpis: Kpis;
};


export type TenantKpisArgs = {
  range: TimeRange;
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
  Tenant: Tenant;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Tenant:
    ( { __typename: 'Tenant' }
    & GraphQLRecursivePick<FederationTypes['Tenant'], {"id":true}> );
};



/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Decimal: ResolverTypeWrapper<Scalars['Decimal']['output']>;
  Granularity: Granularity;
  KpiDimension: KpiDimension;
  KpiMetric: KpiMetric;
  KpiPoint: ResolverTypeWrapper<KpiPoint>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  KpiSeries: ResolverTypeWrapper<KpiSeries>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Kpis: ResolverTypeWrapper<KpisMapper>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Money: ResolverTypeWrapper<Money>;
  Projection: ResolverTypeWrapper<Projection>;
  ProjectionStatus: ProjectionStatus;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RequestedRange: ResolverTypeWrapper<RequestedRange>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Tenant: ResolverTypeWrapper<TenantMapper>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  TierShare: ResolverTypeWrapper<TierShare>;
  TimeRange: TimeRange;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  Decimal: Scalars['Decimal']['output'];
  KpiPoint: KpiPoint;
  Float: Scalars['Float']['output'];
  KpiSeries: KpiSeries;
  String: Scalars['String']['output'];
  Kpis: KpisMapper;
  Int: Scalars['Int']['output'];
  Money: Money;
  Projection: Projection;
  Query: Record<PropertyKey, never>;
  RequestedRange: RequestedRange;
  Subscription: Record<PropertyKey, never>;
  Tenant: TenantMapper;
  ID: Scalars['ID']['output'];
  TierShare: TierShare;
  TimeRange: TimeRange;
  Boolean: Scalars['Boolean']['output'];
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface DecimalScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Decimal'], any> {
  name: 'Decimal';
}

export type KpiPointResolvers<ContextType = Context, ParentType extends ResolversParentTypes['KpiPoint'] = ResolversParentTypes['KpiPoint']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type KpiSeriesResolvers<ContextType = Context, ParentType extends ResolversParentTypes['KpiSeries'] = ResolversParentTypes['KpiSeries']> = {
  key?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  points?: Resolver<Array<ResolversTypes['KpiPoint']>, ParentType, ContextType>;
};

export type KpisResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Kpis'] = ResolversParentTypes['Kpis']> = {
  asOf?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  compensations?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  cost?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  episodes?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  escalationRate?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  expectedCost?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  feedbackScore?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  inputTokens?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  latencyP50Ms?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  latencyP95Ms?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  latencyP99Ms?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  misrouteRate?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  outputTokens?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  range?: Resolver<ResolversTypes['RequestedRange'], ParentType, ContextType>;
  routerLatencyP50Ms?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  routerLatencyP99Ms?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  savings?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  sessions?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  successRate?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  tierDistribution?: Resolver<Array<ResolversTypes['TierShare']>, ParentType, ContextType>;
  toolCallFailureRate?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  toolCalls?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type MoneyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Money'] = ResolversParentTypes['Money']> = {
  amount?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ProjectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Projection'] = ResolversParentTypes['Projection']> = {
  asOf?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lag?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  position?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ProjectionStatus'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  kpiSeries?: Resolver<Array<ResolversTypes['KpiSeries']>, ParentType, ContextType, RequireFields<QueryKpiSeriesArgs, 'granularity' | 'groupBy' | 'metric' | 'range'>>;
  kpis?: Resolver<ResolversTypes['Kpis'], ParentType, ContextType, RequireFields<QueryKpisArgs, 'range'>>;
  projections?: Resolver<Array<ResolversTypes['Projection']>, ParentType, ContextType>;
};

export type RequestedRangeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RequestedRange'] = ResolversParentTypes['RequestedRange']> = {
  from?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  to?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  kpisChanged?: SubscriptionResolver<ResolversTypes['Kpis'], "kpisChanged", ParentType, ContextType, RequireFields<SubscriptionKpisChangedArgs, 'windowMinutes'>>;
};

export type TenantResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Tenant'] = ResolversParentTypes['Tenant'], FederationReferenceType extends FederationReferenceTypes['Tenant'] = FederationReferenceTypes['Tenant']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Tenant']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  kpis?: Resolver<ResolversTypes['Kpis'], ParentType, ContextType, RequireFields<TenantKpisArgs, 'range'>>;
};

export type TierShareResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TierShare'] = ResolversParentTypes['TierShare']> = {
  share?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  tier?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  DateTime?: GraphQLScalarType;
  Decimal?: GraphQLScalarType;
  KpiPoint?: KpiPointResolvers<ContextType>;
  KpiSeries?: KpiSeriesResolvers<ContextType>;
  Kpis?: KpisResolvers<ContextType>;
  Money?: MoneyResolvers<ContextType>;
  Projection?: ProjectionResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RequestedRange?: RequestedRangeResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  Tenant?: TenantResolvers<ContextType>;
  TierShare?: TierShareResolvers<ContextType>;
};

