import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { TenantMapper, EpisodeMapper, ToolCallMapper, PlanMapper, PriceMapper, BillingAccountMapper, UsageRecordMapper, WebhookSourceMapper, InvoiceMapper, InvoiceLineItemMapper } from '../mappers.ts';
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
  /** RFC 3339, UTC, with milliseconds. */
  DateTime: { input: string; output: string; }
  /** An exact decimal in a string, never a float. */
  Decimal: { input: string; output: string; }
  JSON: { input: unknown; output: unknown; }
  _FieldSet: { input: unknown; output: unknown; }
};

/** How a tenant is billed, and the period that is running. */
export type BillingAccount = {
  __typename?: 'BillingAccount';
  periodEnd: Scalars['DateTime']['output'];
  periodStart: Scalars['DateTime']['output'];
  plan: Plan;
};

export type CreateMeterInput = {
  aggregation: MeterAggregation;
  code: Scalars['String']['input'];
  description: Scalars['String']['input'];
  /** The dimension whose values UNIQUE counts. */
  uniqueBy?: InputMaybe<Scalars['String']['input']>;
  unit: Scalars['String']['input'];
};

export type CreateWebhookSourceInput = {
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  name: Scalars['String']['input'];
};

export type Episode = {
  __typename?: 'Episode';
  /** What its usage adds to the tenant's invoice, not rounded. */
  cost: Money;
  id: Scalars['ID']['output'];
  /** Oldest first. */
  usage: Array<UsageRecord>;
};

/** Buckets of time, in UTC. */
export type Granularity =
  | 'DAY'
  | 'HOUR'
  | 'MINUTE'
  | 'MONTH';

export type Invoice = {
  __typename?: 'Invoice';
  credits: Money;
  /** Names the records that it counts: the same id always means the same lines. */
  id: Scalars['ID']['output'];
  lineItems: Array<InvoiceLineItem>;
  /** Null until it is issued. */
  number?: Maybe<Scalars['String']['output']>;
  periodEnd: Scalars['DateTime']['output'];
  periodStart: Scalars['DateTime']['output'];
  status: InvoiceStatus;
  /** The sum of the lines. total = subtotal − credits + tax; credits is not negative. */
  subtotal: Money;
  tax: Money;
  total: Money;
};

/** The base fee, one line per meter that was used, and what rounds the sum to an amount that can be paid. */
export type InvoiceLineItem = {
  __typename?: 'InvoiceLineItem';
  /** Exact: what its records cost, not rounded. */
  amount: Money;
  description: Scalars['String']['output'];
  id: Scalars['ID']['output'];
  /** Null where no usage record is behind it. */
  meter?: Maybe<Scalars['String']['output']>;
  quantity: Scalars['Decimal']['output'];
  /** Set where amount = quantity · unitAmount; null where tiers or included units make it several. */
  unitAmount?: Maybe<Scalars['Decimal']['output']>;
  /** Exactly the records that make up this line, last recorded first: their quantities add up to `quantity`. */
  usageRecords: UsageRecordConnection;
};


/** The base fee, one line per meter that was used, and what rounds the sum to an amount that can be paid. */
export type InvoiceLineItemUsageRecordsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

export type InvoiceStatus =
  | 'PREVIEW';

export type Meter = {
  __typename?: 'Meter';
  aggregation: MeterAggregation;
  code: Scalars['String']['output'];
  description: Scalars['String']['output'];
  /** The dimension whose values UNIQUE counts. */
  uniqueBy?: Maybe<Scalars['String']['output']>;
  unit: Scalars['String']['output'];
};

/** COUNT meters have records of one unit each. MAX is the largest, UNIQUE how many values of a dimension there are, both exact. */
export type MeterAggregation =
  | 'COUNT'
  | 'MAX'
  | 'SUM'
  | 'UNIQUE';

export type Money = {
  __typename?: 'Money';
  amount: Scalars['Decimal']['output'];
  currency: Scalars['String']['output'];
};

export type Mutation = {
  __typename?: 'Mutation';
  /** For the operator. How a meter counts never changes: the same input again returns it, another one is a CONFLICT. */
  createMeter: Meter;
  createWebhookSource: WebhookSourcePayload;
  /** What it told of stays. Returns the id. */
  deleteWebhookSource: Scalars['ID']['output'];
  /** Usage that happened outside the platform. Up to 1,000 events; each deduplicated by its own id. */
  recordUsage: RecordUsagePayload;
  /** For the operator: what a provider counted of a call that was cut off, in the place of the estimate. Told again, it changes nothing. */
  reportModelUsage: Array<UsageRecord>;
  /** A new secret. The old one is taken for 24 hours more. */
  rotateWebhookSecret: WebhookSourcePayload;
};


export type MutationCreateMeterArgs = {
  input: CreateMeterInput;
};


export type MutationCreateWebhookSourceArgs = {
  input: CreateWebhookSourceInput;
};


export type MutationDeleteWebhookSourceArgs = {
  id: Scalars['ID']['input'];
};


export type MutationRecordUsageArgs = {
  input: RecordUsageInput;
};


export type MutationReportModelUsageArgs = {
  input: ReportModelUsageInput;
};


export type MutationRotateWebhookSecretArgs = {
  id: Scalars['ID']['input'];
};

export type PageInfo = {
  __typename?: 'PageInfo';
  endCursor?: Maybe<Scalars['String']['output']>;
  hasNextPage: Scalars['Boolean']['output'];
  hasPreviousPage: Scalars['Boolean']['output'];
  startCursor?: Maybe<Scalars['String']['output']>;
};

/** One version of a plan. It never changes. */
export type Plan = {
  __typename?: 'Plan';
  /** In full for each period. */
  baseFee: Money;
  code: Scalars['String']['output'];
  currency: Scalars['String']['output'];
  id: Scalars['ID']['output'];
  name: Scalars['String']['output'];
  prices: Array<Price>;
  version: Scalars['Int']['output'];
};

export type Price = {
  __typename?: 'Price';
  /** Units of each period that cost nothing. */
  includedQuantity: Scalars['Decimal']['output'];
  meter: Scalars['String']['output'];
  model: PricingModel;
  /** They count from the first unit after `includedQuantity`. */
  tiers: Array<PriceTier>;
};

export type PriceTier = {
  __typename?: 'PriceTier';
  /** Once in each period in which the tier is entered. */
  flatAmount: Scalars['Decimal']['output'];
  unitAmount: Scalars['Decimal']['output'];
  /** The last unit of the tier; null: all that follow. */
  upTo?: Maybe<Scalars['Decimal']['output']>;
};

/** PER_UNIT has one tier. GRADUATED: each unit costs what its tier says. */
export type PricingModel =
  | 'GRADUATED'
  | 'PER_UNIT';

export type Query = {
  __typename?: 'Query';
  billing: BillingAccount;
  invoiceLineItem?: Maybe<InvoiceLineItem>;
  /** What the invoice would be if the period ended now (or at `at`): the same computation as the invoice itself. */
  invoicePreview: Invoice;
  meters: Array<Meter>;
  /** The newest version of each. */
  plans: Array<Plan>;
  /**
   * Totals by bucket and meter, oldest first; a bucket without usage is absent. Up to 10,080 buckets of time: a week of minutes,
   * fourteen months of hours. Without `granularity`: minutes, or the finest that the range fits in.
   */
  usage: Array<UsageBucket>;
  /** Newest first. */
  usageRecords: UsageRecordConnection;
  /** Oldest first. */
  webhookSources: Array<WebhookSource>;
};


export type QueryInvoiceLineItemArgs = {
  id: Scalars['ID']['input'];
};


export type QueryInvoicePreviewArgs = {
  at?: InputMaybe<Scalars['DateTime']['input']>;
};


export type QueryUsageArgs = {
  granularity?: InputMaybe<Granularity>;
  meter?: InputMaybe<Scalars['String']['input']>;
  range: TimeRange;
};


export type QueryUsageRecordsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  meter?: InputMaybe<Scalars['String']['input']>;
  range?: InputMaybe<TimeRange>;
};

export type RecordUsageInput = {
  events: Array<UsageEventInput>;
};

export type RecordUsagePayload = {
  __typename?: 'RecordUsagePayload';
  accepted: Scalars['Int']['output'];
  /** Told before, whatever they say now. */
  duplicates: Scalars['Int']['output'];
  rejected: Array<UsageRejection>;
};

export type ReportModelUsageInput = {
  episodeId: Scalars['ID']['input'];
  inputTokens: Scalars['Int']['input'];
  modelCallId: Scalars['ID']['input'];
  outputTokens: Scalars['Int']['input'];
  tenantId: Scalars['ID']['input'];
};

export type Tenant = {
  __typename?: 'Tenant';
  billing: BillingAccount;
  id: Scalars['ID']['output'];
};

/** Half-open: [from, to). */
export type TimeRange = {
  from: Scalars['DateTime']['input'];
  to: Scalars['DateTime']['input'];
};

export type ToolCall = {
  __typename?: 'ToolCall';
  id: Scalars['ID']['output'];
  usage: Array<UsageRecord>;
};

/** `at` is the start of the bucket, which may lie before the range; only what is in the range counts. */
export type UsageBucket = {
  __typename?: 'UsageBucket';
  at: Scalars['DateTime']['output'];
  meter: Scalars['String']['output'];
  quantity: Scalars['Decimal']['output'];
};

export type UsageEventInput = {
  /** Up to 20 texts, numbers or booleans by name. */
  dimensions?: InputMaybe<Scalars['JSON']['input']>;
  /** Unique for the tenant, forever. */
  id: Scalars['String']['input'];
  meter: Scalars['String']['input'];
  /** At most 35 days ago, and at most 5 minutes ahead. */
  occurredAt: Scalars['DateTime']['input'];
  /** Not negative; 1 for a COUNT meter. */
  quantity: Scalars['Decimal']['input'];
  /** Id of an earlier event that this one takes the place of: that one's record is taken back. With a quantity of 0, it is only that. */
  replaces?: InputMaybe<Scalars['String']['input']>;
};

/** Something that was used, once. It is never changed. */
export type UsageRecord = {
  __typename?: 'UsageRecord';
  dimensions: Scalars['JSON']['output'];
  episode?: Maybe<Episode>;
  /** Counted here because the provider was cut off before it reported. */
  estimated: Scalars['Boolean']['output'];
  /** The caller's own id of it, for API and WEBHOOK. */
  externalId?: Maybe<Scalars['String']['output']>;
  id: Scalars['ID']['output'];
  meter: Scalars['String']['output'];
  /** When it was used: decides which period it belongs to. */
  occurredAt: Scalars['DateTime']['output'];
  quantity: Scalars['Decimal']['output'];
  /** When it came to billing. */
  recordedAt: Scalars['DateTime']['output'];
  /** The record that this one takes back: same meter and time, its quantity negated. */
  reverses?: Maybe<UsageRecord>;
  source: UsageSource;
  toolCall?: Maybe<ToolCall>;
};

export type UsageRecordConnection = {
  __typename?: 'UsageRecordConnection';
  edges: Array<UsageRecordEdge>;
  pageInfo: PageInfo;
};

export type UsageRecordEdge = {
  __typename?: 'UsageRecordEdge';
  cursor: Scalars['String']['output'];
  node: UsageRecord;
};

export type UsageRejection = {
  __typename?: 'UsageRejection';
  id: Scalars['String']['output'];
  reason: Scalars['String']['output'];
};

export type UsageSource =
  /** By recordUsage. */
  | 'API'
  /** From the event log. */
  | 'PLATFORM'
  /** By a signed webhook. */
  | 'WEBHOOK';

/** A sender of signed usage: POST to `path` with the headers of Standard Webhooks and {events: [UsageEventInput]}. */
export type WebhookSource = {
  __typename?: 'WebhookSource';
  createdAt: Scalars['DateTime']['output'];
  id: Scalars['ID']['output'];
  name: Scalars['String']['output'];
  /** Of this server. */
  path: Scalars['String']['output'];
};

export type WebhookSourcePayload = {
  __typename?: 'WebhookSourcePayload';
  /** Standard Webhooks secret (whsec_…) that signs every message; shown this once. */
  secret: Scalars['String']['output'];
  source: WebhookSource;
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
  Episode: Episode;
  Tenant: Tenant;
  ToolCall: ToolCall;
  UsageRecord: UsageRecord;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Episode:
    ( { __typename: 'Episode' }
    & GraphQLRecursivePick<FederationTypes['Episode'], {"id":true}> );
  Tenant:
    ( { __typename: 'Tenant' }
    & GraphQLRecursivePick<FederationTypes['Tenant'], {"id":true}> );
  ToolCall:
    ( { __typename: 'ToolCall' }
    & GraphQLRecursivePick<FederationTypes['ToolCall'], {"id":true}> );
  UsageRecord:
    ( { __typename: 'UsageRecord' }
    & GraphQLRecursivePick<FederationTypes['UsageRecord'], {"id":true}> );
};



/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  BillingAccount: ResolverTypeWrapper<BillingAccountMapper>;
  CreateMeterInput: CreateMeterInput;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  CreateWebhookSourceInput: CreateWebhookSourceInput;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Decimal: ResolverTypeWrapper<Scalars['Decimal']['output']>;
  Episode: ResolverTypeWrapper<EpisodeMapper>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Granularity: Granularity;
  Invoice: ResolverTypeWrapper<InvoiceMapper>;
  InvoiceLineItem: ResolverTypeWrapper<InvoiceLineItemMapper>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  InvoiceStatus: InvoiceStatus;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  Meter: ResolverTypeWrapper<Meter>;
  MeterAggregation: MeterAggregation;
  Money: ResolverTypeWrapper<Money>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Plan: ResolverTypeWrapper<PlanMapper>;
  Price: ResolverTypeWrapper<PriceMapper>;
  PriceTier: ResolverTypeWrapper<PriceTier>;
  PricingModel: PricingModel;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RecordUsageInput: RecordUsageInput;
  RecordUsagePayload: ResolverTypeWrapper<RecordUsagePayload>;
  ReportModelUsageInput: ReportModelUsageInput;
  Tenant: ResolverTypeWrapper<TenantMapper>;
  TimeRange: TimeRange;
  ToolCall: ResolverTypeWrapper<ToolCallMapper>;
  UsageBucket: ResolverTypeWrapper<UsageBucket>;
  UsageEventInput: UsageEventInput;
  UsageRecord: ResolverTypeWrapper<UsageRecordMapper>;
  UsageRecordConnection: ResolverTypeWrapper<Omit<UsageRecordConnection, 'edges'> & { edges: Array<ResolversTypes['UsageRecordEdge']> }>;
  UsageRecordEdge: ResolverTypeWrapper<Omit<UsageRecordEdge, 'node'> & { node: ResolversTypes['UsageRecord'] }>;
  UsageRejection: ResolverTypeWrapper<UsageRejection>;
  UsageSource: UsageSource;
  WebhookSource: ResolverTypeWrapper<WebhookSourceMapper>;
  WebhookSourcePayload: ResolverTypeWrapper<Omit<WebhookSourcePayload, 'source'> & { source: ResolversTypes['WebhookSource'] }>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  BillingAccount: BillingAccountMapper;
  CreateMeterInput: CreateMeterInput;
  String: Scalars['String']['output'];
  CreateWebhookSourceInput: CreateWebhookSourceInput;
  DateTime: Scalars['DateTime']['output'];
  Decimal: Scalars['Decimal']['output'];
  Episode: EpisodeMapper;
  ID: Scalars['ID']['output'];
  Invoice: InvoiceMapper;
  InvoiceLineItem: InvoiceLineItemMapper;
  Int: Scalars['Int']['output'];
  JSON: Scalars['JSON']['output'];
  Meter: Meter;
  Money: Money;
  Mutation: Record<PropertyKey, never>;
  PageInfo: PageInfo;
  Boolean: Scalars['Boolean']['output'];
  Plan: PlanMapper;
  Price: PriceMapper;
  PriceTier: PriceTier;
  Query: Record<PropertyKey, never>;
  RecordUsageInput: RecordUsageInput;
  RecordUsagePayload: RecordUsagePayload;
  ReportModelUsageInput: ReportModelUsageInput;
  Tenant: TenantMapper;
  TimeRange: TimeRange;
  ToolCall: ToolCallMapper;
  UsageBucket: UsageBucket;
  UsageEventInput: UsageEventInput;
  UsageRecord: UsageRecordMapper;
  UsageRecordConnection: Omit<UsageRecordConnection, 'edges'> & { edges: Array<ResolversParentTypes['UsageRecordEdge']> };
  UsageRecordEdge: Omit<UsageRecordEdge, 'node'> & { node: ResolversParentTypes['UsageRecord'] };
  UsageRejection: UsageRejection;
  WebhookSource: WebhookSourceMapper;
  WebhookSourcePayload: Omit<WebhookSourcePayload, 'source'> & { source: ResolversParentTypes['WebhookSource'] };
};

export type BillingAccountResolvers<ContextType = Context, ParentType extends ResolversParentTypes['BillingAccount'] = ResolversParentTypes['BillingAccount']> = {
  periodEnd?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  periodStart?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  plan?: Resolver<ResolversTypes['Plan'], ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface DecimalScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Decimal'], any> {
  name: 'Decimal';
}

export type EpisodeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Episode'] = ResolversParentTypes['Episode'], FederationReferenceType extends FederationReferenceTypes['Episode'] = FederationReferenceTypes['Episode']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Episode']> | FederationReferenceType, FederationReferenceType, ContextType>;
  cost?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  usage?: Resolver<Array<ResolversTypes['UsageRecord']>, ParentType, ContextType>;
};

export type InvoiceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Invoice'] = ResolversParentTypes['Invoice']> = {
  credits?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lineItems?: Resolver<Array<ResolversTypes['InvoiceLineItem']>, ParentType, ContextType>;
  number?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  periodEnd?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  periodStart?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['InvoiceStatus'], ParentType, ContextType>;
  subtotal?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  tax?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
};

export type InvoiceLineItemResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvoiceLineItem'] = ResolversParentTypes['InvoiceLineItem']> = {
  amount?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  meter?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  quantity?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  unitAmount?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  usageRecords?: Resolver<ResolversTypes['UsageRecordConnection'], ParentType, ContextType, RequireFields<InvoiceLineItemUsageRecordsArgs, 'first'>>;
};

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export type MeterResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Meter'] = ResolversParentTypes['Meter']> = {
  aggregation?: Resolver<ResolversTypes['MeterAggregation'], ParentType, ContextType>;
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  uniqueBy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  unit?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MoneyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Money'] = ResolversParentTypes['Money']> = {
  amount?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  createMeter?: Resolver<ResolversTypes['Meter'], ParentType, ContextType, RequireFields<MutationCreateMeterArgs, 'input'>>;
  createWebhookSource?: Resolver<ResolversTypes['WebhookSourcePayload'], ParentType, ContextType, RequireFields<MutationCreateWebhookSourceArgs, 'input'>>;
  deleteWebhookSource?: Resolver<ResolversTypes['ID'], ParentType, ContextType, RequireFields<MutationDeleteWebhookSourceArgs, 'id'>>;
  recordUsage?: Resolver<ResolversTypes['RecordUsagePayload'], ParentType, ContextType, RequireFields<MutationRecordUsageArgs, 'input'>>;
  reportModelUsage?: Resolver<Array<ResolversTypes['UsageRecord']>, ParentType, ContextType, RequireFields<MutationReportModelUsageArgs, 'input'>>;
  rotateWebhookSecret?: Resolver<ResolversTypes['WebhookSourcePayload'], ParentType, ContextType, RequireFields<MutationRotateWebhookSecretArgs, 'id'>>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PlanResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Plan'] = ResolversParentTypes['Plan']> = {
  baseFee?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  prices?: Resolver<Array<ResolversTypes['Price']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type PriceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Price'] = ResolversParentTypes['Price']> = {
  includedQuantity?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  meter?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  model?: Resolver<ResolversTypes['PricingModel'], ParentType, ContextType>;
  tiers?: Resolver<Array<ResolversTypes['PriceTier']>, ParentType, ContextType>;
};

export type PriceTierResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PriceTier'] = ResolversParentTypes['PriceTier']> = {
  flatAmount?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  unitAmount?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  upTo?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  billing?: Resolver<ResolversTypes['BillingAccount'], ParentType, ContextType>;
  invoiceLineItem?: Resolver<Maybe<ResolversTypes['InvoiceLineItem']>, ParentType, ContextType, RequireFields<QueryInvoiceLineItemArgs, 'id'>>;
  invoicePreview?: Resolver<ResolversTypes['Invoice'], ParentType, ContextType, Partial<QueryInvoicePreviewArgs>>;
  meters?: Resolver<Array<ResolversTypes['Meter']>, ParentType, ContextType>;
  plans?: Resolver<Array<ResolversTypes['Plan']>, ParentType, ContextType>;
  usage?: Resolver<Array<ResolversTypes['UsageBucket']>, ParentType, ContextType, RequireFields<QueryUsageArgs, 'range'>>;
  usageRecords?: Resolver<ResolversTypes['UsageRecordConnection'], ParentType, ContextType, RequireFields<QueryUsageRecordsArgs, 'first'>>;
  webhookSources?: Resolver<Array<ResolversTypes['WebhookSource']>, ParentType, ContextType>;
};

export type RecordUsagePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RecordUsagePayload'] = ResolversParentTypes['RecordUsagePayload']> = {
  accepted?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  duplicates?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  rejected?: Resolver<Array<ResolversTypes['UsageRejection']>, ParentType, ContextType>;
};

export type TenantResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Tenant'] = ResolversParentTypes['Tenant'], FederationReferenceType extends FederationReferenceTypes['Tenant'] = FederationReferenceTypes['Tenant']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Tenant']> | FederationReferenceType, FederationReferenceType, ContextType>;
  billing?: Resolver<ResolversTypes['BillingAccount'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type ToolCallResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ToolCall'] = ResolversParentTypes['ToolCall'], FederationReferenceType extends FederationReferenceTypes['ToolCall'] = FederationReferenceTypes['ToolCall']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['ToolCall']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  usage?: Resolver<Array<ResolversTypes['UsageRecord']>, ParentType, ContextType>;
};

export type UsageBucketResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UsageBucket'] = ResolversParentTypes['UsageBucket']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  meter?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  quantity?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
};

export type UsageRecordResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UsageRecord'] = ResolversParentTypes['UsageRecord'], FederationReferenceType extends FederationReferenceTypes['UsageRecord'] = FederationReferenceTypes['UsageRecord']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['UsageRecord']> | FederationReferenceType, FederationReferenceType, ContextType>;
  dimensions?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  episode?: Resolver<Maybe<ResolversTypes['Episode']>, ParentType, ContextType>;
  estimated?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  externalId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  meter?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  quantity?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  recordedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  reverses?: Resolver<Maybe<ResolversTypes['UsageRecord']>, ParentType, ContextType>;
  source?: Resolver<ResolversTypes['UsageSource'], ParentType, ContextType>;
  toolCall?: Resolver<Maybe<ResolversTypes['ToolCall']>, ParentType, ContextType>;
};

export type UsageRecordConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UsageRecordConnection'] = ResolversParentTypes['UsageRecordConnection']> = {
  edges?: Resolver<Array<ResolversTypes['UsageRecordEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type UsageRecordEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UsageRecordEdge'] = ResolversParentTypes['UsageRecordEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['UsageRecord'], ParentType, ContextType>;
};

export type UsageRejectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UsageRejection'] = ResolversParentTypes['UsageRejection']> = {
  id?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type WebhookSourceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['WebhookSource'] = ResolversParentTypes['WebhookSource']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type WebhookSourcePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['WebhookSourcePayload'] = ResolversParentTypes['WebhookSourcePayload']> = {
  secret?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  source?: Resolver<ResolversTypes['WebhookSource'], ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  BillingAccount?: BillingAccountResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  Decimal?: GraphQLScalarType;
  Episode?: EpisodeResolvers<ContextType>;
  Invoice?: InvoiceResolvers<ContextType>;
  InvoiceLineItem?: InvoiceLineItemResolvers<ContextType>;
  JSON?: GraphQLScalarType;
  Meter?: MeterResolvers<ContextType>;
  Money?: MoneyResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Plan?: PlanResolvers<ContextType>;
  Price?: PriceResolvers<ContextType>;
  PriceTier?: PriceTierResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RecordUsagePayload?: RecordUsagePayloadResolvers<ContextType>;
  Tenant?: TenantResolvers<ContextType>;
  ToolCall?: ToolCallResolvers<ContextType>;
  UsageBucket?: UsageBucketResolvers<ContextType>;
  UsageRecord?: UsageRecordResolvers<ContextType>;
  UsageRecordConnection?: UsageRecordConnectionResolvers<ContextType>;
  UsageRecordEdge?: UsageRecordEdgeResolvers<ContextType>;
  UsageRejection?: UsageRejectionResolvers<ContextType>;
  WebhookSource?: WebhookSourceResolvers<ContextType>;
  WebhookSourcePayload?: WebhookSourcePayloadResolvers<ContextType>;
};

