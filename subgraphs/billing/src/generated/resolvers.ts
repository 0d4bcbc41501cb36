import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { TenantMapper, EpisodeMapper, ToolCallMapper, PlanMapper, PriceMapper, BillingAccountMapper, UsageRecordMapper, WebhookSourceMapper, InvoiceMapper, InvoiceLineItemMapper, CreditNoteMapper, CreditGrantMapper, PlanMoveMapper, QuotaRuleMapper, QuotaStatusMapper, NotificationEndpointMapper } from '../mappers.ts';
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

export type AttachPaymentMethodInput = {
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  provider: PaymentProvider;
  /** The provider's own token or nonce. */
  token: Scalars['String']['input'];
};

/** How a tenant is billed, and the period that is running. */
export type BillingAccount = {
  __typename?: 'BillingAccount';
  /** Null: none. */
  budget?: Maybe<Budget>;
  /** Prepaid, and not expired. */
  creditBalance: Money;
  /** Those that can be used, in the order in which they will be: what expires first, then the oldest. */
  credits: Array<CreditGrant>;
  /** What the account moves to, and when; null when no change is planned. */
  nextPlan?: Maybe<PlanMove>;
  paymentMethodAttached: Scalars['Boolean']['output'];
  periodEnd: Scalars['DateTime']['output'];
  periodStart: Scalars['DateTime']['output'];
  plan: Plan;
  /** What invoices are paid through; null: by hand. */
  provider?: Maybe<PaymentProvider>;
  /** Of the plan, and of the tenant's own budget (under the meter `budget`); of API_KEY limits, that of the caller's key. */
  quotas: Array<QuotaStatus>;
  /** On top of every invoice from now on. */
  taxPercent: Scalars['Decimal']['output'];
};

export type Budget = {
  __typename?: 'Budget';
  amount: Money;
  enforcement: QuotaEnforcement;
};

export type ChangePlanInput = {
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  planCode: Scalars['String']['input'];
  /** Now with proration, or at the period's end. */
  when?: InputMaybe<PlanChangeTime>;
};

export type CloseBillingPeriodInput = {
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The period that ends at this time. */
  periodEnd: Scalars['DateTime']['input'];
  tenantId: Scalars['ID']['input'];
};

export type CreateMeterInput = {
  aggregation: MeterAggregation;
  code: Scalars['String']['input'];
  description: Scalars['String']['input'];
  /** The dimension whose values UNIQUE counts. */
  uniqueBy?: InputMaybe<Scalars['String']['input']>;
  unit: Scalars['String']['input'];
};

export type CreateNotificationEndpointInput = {
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  url: Scalars['String']['input'];
};

export type CreateWebhookSourceInput = {
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  name: Scalars['String']['input'];
};

export type CreditGrant = {
  __typename?: 'CreditGrant';
  expiresAt?: Maybe<Scalars['DateTime']['output']>;
  grantedAt: Scalars['DateTime']['output'];
  id: Scalars['ID']['output'];
  remaining: Money;
};

/** Corrects an invoice, which itself never changes. */
export type CreditNote = {
  __typename?: 'CreditNote';
  /** total = amount + tax, all of them taken back. */
  amount: Money;
  id: Scalars['ID']['output'];
  issuedAt: Scalars['DateTime']['output'];
  number: Scalars['String']['output'];
  reason: Scalars['String']['output'];
  tax: Money;
  total: Money;
};

export type Episode = {
  __typename?: 'Episode';
  /** What its usage adds to the tenant's invoice, not rounded. */
  cost: Money;
  id: Scalars['ID']['output'];
  /** Oldest first. */
  usage: Array<UsageRecord>;
};

export type GrantCreditInput = {
  amount: Scalars['Decimal']['input'];
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  reason: Scalars['String']['input'];
  tenantId: Scalars['ID']['input'];
};

export type GrantDiscountInput = {
  amountOff?: InputMaybe<Scalars['Decimal']['input']>;
  /** Stands on the invoice; once per tenant. */
  code: Scalars['String']['input'];
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** One of the two. */
  percentOff?: InputMaybe<Scalars['Decimal']['input']>;
  /** How many periods it counts for; null: for good. */
  periods?: InputMaybe<Scalars['Int']['input']>;
  tenantId: Scalars['ID']['input'];
};

/** Buckets of time, in UTC. */
export type Granularity =
  | 'DAY'
  | 'HOUR'
  | 'MINUTE'
  | 'MONTH';

export type Invoice = {
  __typename?: 'Invoice';
  /** How it is paid; BY_HAND where no provider and payment method is there. Null for a PREVIEW. */
  collection?: Maybe<InvoiceCollection>;
  /** What was taken back of it since. */
  creditNotes: Array<CreditNote>;
  credits: Money;
  /** Of a PREVIEW, it names the records that it counts: the same id always means the same lines. */
  id: Scalars['ID']['output'];
  issuedAt?: Maybe<Scalars['DateTime']['output']>;
  lineItems: Array<InvoiceLineItem>;
  /** Null until it is issued; a tenant's numbers have no gaps. */
  number?: Maybe<Scalars['String']['output']>;
  paidAt?: Maybe<Scalars['DateTime']['output']>;
  periodEnd: Scalars['DateTime']['output'];
  periodStart: Scalars['DateTime']['output'];
  /** The provider's own id of it, once sent there. */
  providerReference?: Maybe<Scalars['String']['output']>;
  status: InvoiceStatus;
  /** The sum of the lines. total = subtotal − credits + tax; credits is not negative. */
  subtotal: Money;
  tax: Money;
  total: Money;
};

export type InvoiceCollection =
  | 'AUTOMATIC'
  | 'BY_HAND';

export type InvoiceConnection = {
  __typename?: 'InvoiceConnection';
  edges: Array<InvoiceEdge>;
  pageInfo: PageInfo;
};

export type InvoiceEdge = {
  __typename?: 'InvoiceEdge';
  cursor: Scalars['String']['output'];
  node: Invoice;
};

/** The base fee, one line per meter that was used, minimum and maximum, discounts, and what rounds the sum to an amount that can be paid. */
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


/** The base fee, one line per meter that was used, minimum and maximum, discounts, and what rounds the sum to an amount that can be paid. */
export type InvoiceLineItemUsageRecordsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

export type InvoiceStatus =
  | 'DRAFT'
  | 'ISSUED'
  | 'PAID'
  | 'PAYMENT_FAILED'
  | 'PREVIEW'
  | 'VOID';

export type IssueCreditNoteInput = {
  /** Without tax, which is taken back in proportion. */
  amount: Scalars['Decimal']['input'];
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  invoiceId: Scalars['ID']['input'];
  reason: Scalars['String']['input'];
  /** Of an invoice that was paid through a provider: gives the money back there, instead of credit. */
  refund?: InputMaybe<Scalars['Boolean']['input']>;
  tenantId: Scalars['ID']['input'];
};

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
  /** By the provider's own token: card numbers never come here. What is owed is then tried at once. */
  attachPaymentMethod: BillingAccount;
  /** To the newest version of a plan. */
  changePlan: BillingAccount;
  /** For the operator. Issues the invoice of a period that is over, or returns it; also runs by schedule. */
  closeBillingPeriod: Invoice;
  /** For the operator. How a meter counts never changes: the same input again returns it, another one is a CONFLICT. */
  createMeter: Meter;
  /** Told of `quota.crossed`. */
  createNotificationEndpoint: NotificationEndpointPayload;
  createWebhookSource: WebhookSourcePayload;
  /** What is queued for it is not sent any more. Returns the id. */
  deleteNotificationEndpoint: Scalars['ID']['output'];
  /** What it told of stays. Returns the id. */
  deleteWebhookSource: Scalars['ID']['output'];
  /** For the operator. */
  grantCredit: BillingAccount;
  /** For the operator. A coupon: taken off the tenant's invoices, the running period first. */
  grantDiscount: BillingAccount;
  /** For the operator. Takes back an amount of an invoice, and its tax: as credit where it is paid, off what is owed where it is not. */
  issueCreditNote: Invoice;
  /** For the operator. A new plan, or the next version of one: tenants stay on theirs until moved. */
  publishPlan: Plan;
  /** For the operator: an invoice that was paid by hand. */
  recordPayment: Invoice;
  /** Usage that happened outside the platform. Up to 1,000 events; each deduplicated by its own id. */
  recordUsage: RecordUsagePayload;
  /** For the operator: what a provider counted of a call that was cut off, in the place of the estimate. Told again, it changes nothing. */
  reportModelUsage: Array<UsageRecord>;
  /** A new secret. The old one is taken for 24 hours more. */
  rotateWebhookSecret: WebhookSourcePayload;
  /** What the tenant allows itself to spend in a billing period; works within a second everywhere. */
  setBudget: BillingAccount;
  /** For the operator. Counts from the next invoice on. */
  setTax: BillingAccount;
};


export type MutationAttachPaymentMethodArgs = {
  input: AttachPaymentMethodInput;
};


export type MutationChangePlanArgs = {
  input: ChangePlanInput;
};


export type MutationCloseBillingPeriodArgs = {
  input: CloseBillingPeriodInput;
};


export type MutationCreateMeterArgs = {
  input: CreateMeterInput;
};


export type MutationCreateNotificationEndpointArgs = {
  input: CreateNotificationEndpointInput;
};


export type MutationCreateWebhookSourceArgs = {
  input: CreateWebhookSourceInput;
};


export type MutationDeleteNotificationEndpointArgs = {
  id: Scalars['ID']['input'];
};


export type MutationDeleteWebhookSourceArgs = {
  id: Scalars['ID']['input'];
};


export type MutationGrantCreditArgs = {
  input: GrantCreditInput;
};


export type MutationGrantDiscountArgs = {
  input: GrantDiscountInput;
};


export type MutationIssueCreditNoteArgs = {
  input: IssueCreditNoteInput;
};


export type MutationPublishPlanArgs = {
  input: PublishPlanInput;
};


export type MutationRecordPaymentArgs = {
  input: RecordPaymentInput;
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


export type MutationSetBudgetArgs = {
  input: SetBudgetInput;
};


export type MutationSetTaxArgs = {
  input: SetTaxInput;
};

/** Where the tenant is told of what happens: POST of {type, timestamp, data}, signed as Standard Webhooks says, tried again for three days. */
export type NotificationEndpoint = {
  __typename?: 'NotificationEndpoint';
  createdAt: Scalars['DateTime']['output'];
  id: Scalars['ID']['output'];
  url: Scalars['String']['output'];
};

export type NotificationEndpointPayload = {
  __typename?: 'NotificationEndpointPayload';
  endpoint: NotificationEndpoint;
  /** Standard Webhooks secret (whsec_…) that signs every message; shown this once. */
  secret: Scalars['String']['output'];
};

/** What a package that was begun counts as; EXACT charges the part that was used. */
export type PackageRounding =
  | 'DOWN'
  | 'EXACT'
  | 'NEAREST'
  | 'UP';

export type PageInfo = {
  __typename?: 'PageInfo';
  endCursor?: Maybe<Scalars['String']['output']>;
  hasNextPage: Scalars['Boolean']['output'];
  hasPreviousPage: Scalars['Boolean']['output'];
  startCursor?: Maybe<Scalars['String']['output']>;
};

export type PaymentProvider =
  | 'BRAINTREE'
  | 'STRIPE';

/** One version of a plan. It never changes. */
export type Plan = {
  __typename?: 'Plan';
  /** For a full period; in proportion where the plan holds for a part of one. */
  baseFee: Money;
  code: Scalars['String']['output'];
  currency: Scalars['String']['output'];
  id: Scalars['ID']['output'];
  /** What the gateway lets through of a tenant on this plan. */
  limits: PlanLimits;
  name: Scalars['String']['output'];
  prices: Array<Price>;
  /** How time is cut where the plan holds for a part of a period. */
  prorationUnit: ProrationUnit;
  quotas: Array<QuotaRule>;
  /** Days without base fee for a tenant that comes to the plan for the first time. */
  trialDays: Scalars['Int']['output'];
  version: Scalars['Int']['output'];
};

export type PlanChangeTime =
  | 'NOW'
  | 'PERIOD_END';

export type PlanLimits = {
  __typename?: 'PlanLimits';
  connections: Scalars['Int']['output'];
  /** Operations of all its keys; beyond it RATE_LIMITED. */
  requestsPerMinute: Scalars['Int']['output'];
  subscriptionsPerConnection: Scalars['Int']['output'];
};

export type PlanMove = {
  __typename?: 'PlanMove';
  at: Scalars['DateTime']['output'];
  plan: Plan;
};

export type Price = {
  __typename?: 'Price';
  /** Units of each period that cost nothing. */
  includedQuantity: Scalars['Decimal']['output'];
  maximumAmount?: Maybe<Scalars['Decimal']['output']>;
  meter: Scalars['String']['output'];
  /** At least, and at most, what the meter costs in a full period. */
  minimumAmount?: Maybe<Scalars['Decimal']['output']>;
  model: PricingModel;
  packageRounding: PackageRounding;
  /** Units in a package; of PACKAGE alone. */
  packageSize?: Maybe<Scalars['Decimal']['output']>;
  rounding: PriceRounding;
  tierBounds: TierBounds;
  /** They count from the first unit after `includedQuantity`; under PACKAGE they count packages. */
  tiers: Array<PriceTier>;
  zeroUsage: ZeroUsage;
};

export type PriceInput = {
  includedQuantity?: InputMaybe<Scalars['Decimal']['input']>;
  maximumAmount?: InputMaybe<Scalars['Decimal']['input']>;
  meter: Scalars['String']['input'];
  minimumAmount?: InputMaybe<Scalars['Decimal']['input']>;
  model: PricingModel;
  packageRounding?: InputMaybe<PackageRounding>;
  packageSize?: InputMaybe<Scalars['Decimal']['input']>;
  rounding?: InputMaybe<PriceRounding>;
  tierBounds?: InputMaybe<TierBounds>;
  tiers: Array<PriceTierInput>;
  zeroUsage?: InputMaybe<ZeroUsage>;
};

/** Whether the line is rounded on its own, or with the invoice as a whole. */
export type PriceRounding =
  | 'INVOICE'
  | 'LINE';

export type PriceTier = {
  __typename?: 'PriceTier';
  /** Once in each period in which the tier is entered. */
  flatAmount: Scalars['Decimal']['output'];
  unitAmount: Scalars['Decimal']['output'];
  /** The last unit of the tier; null: all that follow. */
  upTo?: Maybe<Scalars['Decimal']['output']>;
};

export type PriceTierInput = {
  flatAmount?: InputMaybe<Scalars['Decimal']['input']>;
  unitAmount: Scalars['Decimal']['input'];
  /** Null: all that follow. */
  upTo?: InputMaybe<Scalars['Decimal']['input']>;
};

/**
 * PER_UNIT has one tier. GRADUATED: each unit costs what its tier says. VOLUME: all units cost what the tier of the total says.
 * PACKAGE: units are sold in packages. A percentage is a PER_UNIT or GRADUATED price of a meter that counts money.
 */
export type PricingModel =
  | 'GRADUATED'
  | 'PACKAGE'
  | 'PER_UNIT'
  | 'VOLUME';

/** SECOND is exact to the millisecond; DAY counts whole days of UTC. */
export type ProrationUnit =
  | 'DAY'
  | 'SECOND';

export type PublishPlanInput = {
  baseFee: Scalars['Decimal']['input'];
  code: Scalars['String']['input'];
  /** ISO 4217. */
  currency: Scalars['String']['input'];
  name: Scalars['String']['input'];
  prices: Array<PriceInput>;
  prorationUnit?: InputMaybe<ProrationUnit>;
  quotas?: Array<QuotaRuleInput>;
  trialDays?: InputMaybe<Scalars['Int']['input']>;
};

export type Query = {
  __typename?: 'Query';
  billing: BillingAccount;
  /** Issued, or a preview. */
  invoice?: Maybe<Invoice>;
  invoiceLineItem?: Maybe<InvoiceLineItem>;
  /** What the invoice would be if the period ended now (or at `at`): the same computation as the invoice itself. */
  invoicePreview: Invoice;
  /** Those that were issued, newest first. */
  invoices: InvoiceConnection;
  meters: Array<Meter>;
  /** Oldest first. */
  notificationEndpoints: Array<NotificationEndpoint>;
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


export type QueryInvoiceArgs = {
  id: Scalars['ID']['input'];
};


export type QueryInvoiceLineItemArgs = {
  id: Scalars['ID']['input'];
};


export type QueryInvoicePreviewArgs = {
  at?: InputMaybe<Scalars['DateTime']['input']>;
};


export type QueryInvoicesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  status?: InputMaybe<InvoiceStatus>;
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

export type QuotaEnforcement =
  /** Never overshot: what does not fit together with what is running is QUOTA_EXCEEDED, before anything is spent. */
  | 'HARD'
  /** Lets through, and tells. */
  | 'SOFT';

/** Clock minutes and days in UTC. */
export type QuotaPeriod =
  | 'BILLING_PERIOD'
  | 'DAY'
  | 'MINUTE';

export type QuotaRule = {
  __typename?: 'QuotaRule';
  enforcement: QuotaEnforcement;
  limit: Scalars['Decimal']['output'];
  meter: Scalars['String']['output'];
  per: QuotaSubject;
  period: QuotaPeriod;
};

export type QuotaRuleInput = {
  enforcement: QuotaEnforcement;
  limit: Scalars['Decimal']['input'];
  meter: Scalars['String']['input'];
  per?: InputMaybe<QuotaSubject>;
  period: QuotaPeriod;
};

export type QuotaStatus = {
  __typename?: 'QuotaStatus';
  /** The share of the limit that was just reached, in percent; null where it is only told how it stands. */
  crossed?: Maybe<Scalars['Int']['output']>;
  enforcement: QuotaEnforcement;
  limit: Scalars['Decimal']['output'];
  /** A meter's code, or `budget`: what the usage of the period costs, base fee included. */
  meter: Scalars['String']['output'];
  per: QuotaSubject;
  period: QuotaPeriod;
  /** Neither used nor held for what is running now. */
  remaining: Scalars['Decimal']['output'];
  resetsAt: Scalars['DateTime']['output'];
  used: Scalars['Decimal']['output'];
};

/** Whose usage counts: all of the tenant's, or that of each API key or end user on its own. */
export type QuotaSubject =
  | 'API_KEY'
  | 'END_USER'
  | 'TENANT';

export type RecordPaymentInput = {
  invoiceId: Scalars['ID']['input'];
  /** Of the bank transfer, for example. */
  reference: Scalars['String']['input'];
  tenantId: Scalars['ID']['input'];
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

export type SetBudgetInput = {
  /** In the plan's currency; null: no budget. */
  amount?: InputMaybe<Scalars['Decimal']['input']>;
  enforcement?: InputMaybe<QuotaEnforcement>;
};

export type SetTaxInput = {
  /** 0 to 100. */
  taxPercent: Scalars['Decimal']['input'];
  tenantId: Scalars['ID']['input'];
};

export type Subscription = {
  __typename?: 'Subscription';
  /** The running period's preview: as it is now, then within a second of each change. */
  invoicePreviewChanged: Invoice;
  /** How each limit stands, then each limit whose usage reaches 50, 80 or 100 percent of it, once each in its period. */
  quotaCrossed: QuotaStatus;
};

export type Tenant = {
  __typename?: 'Tenant';
  billing: BillingAccount;
  id: Scalars['ID']['output'];
};

/** Whether exactly `upTo` units are still in the tier. */
export type TierBounds =
  | 'EXCLUSIVE'
  | 'INCLUSIVE';

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
  /** The line of an issued invoice that it ended in; null until then. */
  invoiceLineItem?: Maybe<InvoiceLineItem>;
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

/** What is due where nothing was used: nothing, or the first tier's flat amount (of a PACKAGE, one package). */
export type ZeroUsage =
  | 'FIRST_TIER'
  | 'NOTHING';



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
  Invoice: Invoice;
  Tenant: Tenant;
  ToolCall: ToolCall;
  UsageRecord: UsageRecord;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Episode:
    ( { __typename: 'Episode' }
    & GraphQLRecursivePick<FederationTypes['Episode'], {"id":true}> );
  Invoice:
    ( { __typename: 'Invoice' }
    & GraphQLRecursivePick<FederationTypes['Invoice'], {"id":true}> );
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
  AttachPaymentMethodInput: AttachPaymentMethodInput;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  BillingAccount: ResolverTypeWrapper<BillingAccountMapper>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Budget: ResolverTypeWrapper<Budget>;
  ChangePlanInput: ChangePlanInput;
  CloseBillingPeriodInput: CloseBillingPeriodInput;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  CreateMeterInput: CreateMeterInput;
  CreateNotificationEndpointInput: CreateNotificationEndpointInput;
  CreateWebhookSourceInput: CreateWebhookSourceInput;
  CreditGrant: ResolverTypeWrapper<CreditGrantMapper>;
  CreditNote: ResolverTypeWrapper<CreditNoteMapper>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Decimal: ResolverTypeWrapper<Scalars['Decimal']['output']>;
  Episode: ResolverTypeWrapper<EpisodeMapper>;
  GrantCreditInput: GrantCreditInput;
  GrantDiscountInput: GrantDiscountInput;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Granularity: Granularity;
  Invoice: ResolverTypeWrapper<InvoiceMapper>;
  InvoiceCollection: InvoiceCollection;
  InvoiceConnection: ResolverTypeWrapper<Omit<InvoiceConnection, 'edges'> & { edges: Array<ResolversTypes['InvoiceEdge']> }>;
  InvoiceEdge: ResolverTypeWrapper<Omit<InvoiceEdge, 'node'> & { node: ResolversTypes['Invoice'] }>;
  InvoiceLineItem: ResolverTypeWrapper<InvoiceLineItemMapper>;
  InvoiceStatus: InvoiceStatus;
  IssueCreditNoteInput: IssueCreditNoteInput;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  Meter: ResolverTypeWrapper<Meter>;
  MeterAggregation: MeterAggregation;
  Money: ResolverTypeWrapper<Money>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  NotificationEndpoint: ResolverTypeWrapper<NotificationEndpointMapper>;
  NotificationEndpointPayload: ResolverTypeWrapper<Omit<NotificationEndpointPayload, 'endpoint'> & { endpoint: ResolversTypes['NotificationEndpoint'] }>;
  PackageRounding: PackageRounding;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  PaymentProvider: PaymentProvider;
  Plan: ResolverTypeWrapper<PlanMapper>;
  PlanChangeTime: PlanChangeTime;
  PlanLimits: ResolverTypeWrapper<PlanLimits>;
  PlanMove: ResolverTypeWrapper<PlanMoveMapper>;
  Price: ResolverTypeWrapper<PriceMapper>;
  PriceInput: PriceInput;
  PriceRounding: PriceRounding;
  PriceTier: ResolverTypeWrapper<PriceTier>;
  PriceTierInput: PriceTierInput;
  PricingModel: PricingModel;
  ProrationUnit: ProrationUnit;
  PublishPlanInput: PublishPlanInput;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  QuotaEnforcement: QuotaEnforcement;
  QuotaPeriod: QuotaPeriod;
  QuotaRule: ResolverTypeWrapper<QuotaRuleMapper>;
  QuotaRuleInput: QuotaRuleInput;
  QuotaStatus: ResolverTypeWrapper<QuotaStatusMapper>;
  QuotaSubject: QuotaSubject;
  RecordPaymentInput: RecordPaymentInput;
  RecordUsageInput: RecordUsageInput;
  RecordUsagePayload: ResolverTypeWrapper<RecordUsagePayload>;
  ReportModelUsageInput: ReportModelUsageInput;
  SetBudgetInput: SetBudgetInput;
  SetTaxInput: SetTaxInput;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Tenant: ResolverTypeWrapper<TenantMapper>;
  TierBounds: TierBounds;
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
  ZeroUsage: ZeroUsage;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  AttachPaymentMethodInput: AttachPaymentMethodInput;
  String: Scalars['String']['output'];
  BillingAccount: BillingAccountMapper;
  Boolean: Scalars['Boolean']['output'];
  Budget: Budget;
  ChangePlanInput: ChangePlanInput;
  CloseBillingPeriodInput: CloseBillingPeriodInput;
  ID: Scalars['ID']['output'];
  CreateMeterInput: CreateMeterInput;
  CreateNotificationEndpointInput: CreateNotificationEndpointInput;
  CreateWebhookSourceInput: CreateWebhookSourceInput;
  CreditGrant: CreditGrantMapper;
  CreditNote: CreditNoteMapper;
  DateTime: Scalars['DateTime']['output'];
  Decimal: Scalars['Decimal']['output'];
  Episode: EpisodeMapper;
  GrantCreditInput: GrantCreditInput;
  GrantDiscountInput: GrantDiscountInput;
  Int: Scalars['Int']['output'];
  Invoice: InvoiceMapper;
  InvoiceConnection: Omit<InvoiceConnection, 'edges'> & { edges: Array<ResolversParentTypes['InvoiceEdge']> };
  InvoiceEdge: Omit<InvoiceEdge, 'node'> & { node: ResolversParentTypes['Invoice'] };
  InvoiceLineItem: InvoiceLineItemMapper;
  IssueCreditNoteInput: IssueCreditNoteInput;
  JSON: Scalars['JSON']['output'];
  Meter: Meter;
  Money: Money;
  Mutation: Record<PropertyKey, never>;
  NotificationEndpoint: NotificationEndpointMapper;
  NotificationEndpointPayload: Omit<NotificationEndpointPayload, 'endpoint'> & { endpoint: ResolversParentTypes['NotificationEndpoint'] };
  PageInfo: PageInfo;
  Plan: PlanMapper;
  PlanLimits: PlanLimits;
  PlanMove: PlanMoveMapper;
  Price: PriceMapper;
  PriceInput: PriceInput;
  PriceTier: PriceTier;
  PriceTierInput: PriceTierInput;
  PublishPlanInput: PublishPlanInput;
  Query: Record<PropertyKey, never>;
  QuotaRule: QuotaRuleMapper;
  QuotaRuleInput: QuotaRuleInput;
  QuotaStatus: QuotaStatusMapper;
  RecordPaymentInput: RecordPaymentInput;
  RecordUsageInput: RecordUsageInput;
  RecordUsagePayload: RecordUsagePayload;
  ReportModelUsageInput: ReportModelUsageInput;
  SetBudgetInput: SetBudgetInput;
  SetTaxInput: SetTaxInput;
  Subscription: Record<PropertyKey, never>;
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
  budget?: Resolver<Maybe<ResolversTypes['Budget']>, ParentType, ContextType>;
  creditBalance?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  credits?: Resolver<Array<ResolversTypes['CreditGrant']>, ParentType, ContextType>;
  nextPlan?: Resolver<Maybe<ResolversTypes['PlanMove']>, ParentType, ContextType>;
  paymentMethodAttached?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  periodEnd?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  periodStart?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  plan?: Resolver<ResolversTypes['Plan'], ParentType, ContextType>;
  provider?: Resolver<Maybe<ResolversTypes['PaymentProvider']>, ParentType, ContextType>;
  quotas?: Resolver<Array<ResolversTypes['QuotaStatus']>, ParentType, ContextType>;
  taxPercent?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
};

export type BudgetResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Budget'] = ResolversParentTypes['Budget']> = {
  amount?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  enforcement?: Resolver<ResolversTypes['QuotaEnforcement'], ParentType, ContextType>;
};

export type CreditGrantResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreditGrant'] = ResolversParentTypes['CreditGrant']> = {
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  grantedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  remaining?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
};

export type CreditNoteResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreditNote'] = ResolversParentTypes['CreditNote']> = {
  amount?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  issuedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  number?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  reason?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tax?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
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

export type InvoiceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Invoice'] = ResolversParentTypes['Invoice'], FederationReferenceType extends FederationReferenceTypes['Invoice'] = FederationReferenceTypes['Invoice']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Invoice']> | FederationReferenceType, FederationReferenceType, ContextType>;
  collection?: Resolver<Maybe<ResolversTypes['InvoiceCollection']>, ParentType, ContextType>;
  creditNotes?: Resolver<Array<ResolversTypes['CreditNote']>, ParentType, ContextType>;
  credits?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  issuedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lineItems?: Resolver<Array<ResolversTypes['InvoiceLineItem']>, ParentType, ContextType>;
  number?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  paidAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  periodEnd?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  periodStart?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  providerReference?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['InvoiceStatus'], ParentType, ContextType>;
  subtotal?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  tax?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
};

export type InvoiceConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvoiceConnection'] = ResolversParentTypes['InvoiceConnection']> = {
  edges?: Resolver<Array<ResolversTypes['InvoiceEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type InvoiceEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvoiceEdge'] = ResolversParentTypes['InvoiceEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Invoice'], ParentType, ContextType>;
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
  attachPaymentMethod?: Resolver<ResolversTypes['BillingAccount'], ParentType, ContextType, RequireFields<MutationAttachPaymentMethodArgs, 'input'>>;
  changePlan?: Resolver<ResolversTypes['BillingAccount'], ParentType, ContextType, RequireFields<MutationChangePlanArgs, 'input'>>;
  closeBillingPeriod?: Resolver<ResolversTypes['Invoice'], ParentType, ContextType, RequireFields<MutationCloseBillingPeriodArgs, 'input'>>;
  createMeter?: Resolver<ResolversTypes['Meter'], ParentType, ContextType, RequireFields<MutationCreateMeterArgs, 'input'>>;
  createNotificationEndpoint?: Resolver<ResolversTypes['NotificationEndpointPayload'], ParentType, ContextType, RequireFields<MutationCreateNotificationEndpointArgs, 'input'>>;
  createWebhookSource?: Resolver<ResolversTypes['WebhookSourcePayload'], ParentType, ContextType, RequireFields<MutationCreateWebhookSourceArgs, 'input'>>;
  deleteNotificationEndpoint?: Resolver<ResolversTypes['ID'], ParentType, ContextType, RequireFields<MutationDeleteNotificationEndpointArgs, 'id'>>;
  deleteWebhookSource?: Resolver<ResolversTypes['ID'], ParentType, ContextType, RequireFields<MutationDeleteWebhookSourceArgs, 'id'>>;
  grantCredit?: Resolver<ResolversTypes['BillingAccount'], ParentType, ContextType, RequireFields<MutationGrantCreditArgs, 'input'>>;
  grantDiscount?: Resolver<ResolversTypes['BillingAccount'], ParentType, ContextType, RequireFields<MutationGrantDiscountArgs, 'input'>>;
  issueCreditNote?: Resolver<ResolversTypes['Invoice'], ParentType, ContextType, RequireFields<MutationIssueCreditNoteArgs, 'input'>>;
  publishPlan?: Resolver<ResolversTypes['Plan'], ParentType, ContextType, RequireFields<MutationPublishPlanArgs, 'input'>>;
  recordPayment?: Resolver<ResolversTypes['Invoice'], ParentType, ContextType, RequireFields<MutationRecordPaymentArgs, 'input'>>;
  recordUsage?: Resolver<ResolversTypes['RecordUsagePayload'], ParentType, ContextType, RequireFields<MutationRecordUsageArgs, 'input'>>;
  reportModelUsage?: Resolver<Array<ResolversTypes['UsageRecord']>, ParentType, ContextType, RequireFields<MutationReportModelUsageArgs, 'input'>>;
  rotateWebhookSecret?: Resolver<ResolversTypes['WebhookSourcePayload'], ParentType, ContextType, RequireFields<MutationRotateWebhookSecretArgs, 'id'>>;
  setBudget?: Resolver<ResolversTypes['BillingAccount'], ParentType, ContextType, RequireFields<MutationSetBudgetArgs, 'input'>>;
  setTax?: Resolver<ResolversTypes['BillingAccount'], ParentType, ContextType, RequireFields<MutationSetTaxArgs, 'input'>>;
};

export type NotificationEndpointResolvers<ContextType = Context, ParentType extends ResolversParentTypes['NotificationEndpoint'] = ResolversParentTypes['NotificationEndpoint']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  url?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type NotificationEndpointPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['NotificationEndpointPayload'] = ResolversParentTypes['NotificationEndpointPayload']> = {
  endpoint?: Resolver<ResolversTypes['NotificationEndpoint'], ParentType, ContextType>;
  secret?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
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
  limits?: Resolver<ResolversTypes['PlanLimits'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  prices?: Resolver<Array<ResolversTypes['Price']>, ParentType, ContextType>;
  prorationUnit?: Resolver<ResolversTypes['ProrationUnit'], ParentType, ContextType>;
  quotas?: Resolver<Array<ResolversTypes['QuotaRule']>, ParentType, ContextType>;
  trialDays?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type PlanLimitsResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PlanLimits'] = ResolversParentTypes['PlanLimits']> = {
  connections?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  requestsPerMinute?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  subscriptionsPerConnection?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type PlanMoveResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PlanMove'] = ResolversParentTypes['PlanMove']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  plan?: Resolver<ResolversTypes['Plan'], ParentType, ContextType>;
};

export type PriceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Price'] = ResolversParentTypes['Price']> = {
  includedQuantity?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  maximumAmount?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  meter?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  minimumAmount?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  model?: Resolver<ResolversTypes['PricingModel'], ParentType, ContextType>;
  packageRounding?: Resolver<ResolversTypes['PackageRounding'], ParentType, ContextType>;
  packageSize?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  rounding?: Resolver<ResolversTypes['PriceRounding'], ParentType, ContextType>;
  tierBounds?: Resolver<ResolversTypes['TierBounds'], ParentType, ContextType>;
  tiers?: Resolver<Array<ResolversTypes['PriceTier']>, ParentType, ContextType>;
  zeroUsage?: Resolver<ResolversTypes['ZeroUsage'], ParentType, ContextType>;
};

export type PriceTierResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PriceTier'] = ResolversParentTypes['PriceTier']> = {
  flatAmount?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  unitAmount?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  upTo?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  billing?: Resolver<ResolversTypes['BillingAccount'], ParentType, ContextType>;
  invoice?: Resolver<Maybe<ResolversTypes['Invoice']>, ParentType, ContextType, RequireFields<QueryInvoiceArgs, 'id'>>;
  invoiceLineItem?: Resolver<Maybe<ResolversTypes['InvoiceLineItem']>, ParentType, ContextType, RequireFields<QueryInvoiceLineItemArgs, 'id'>>;
  invoicePreview?: Resolver<ResolversTypes['Invoice'], ParentType, ContextType, Partial<QueryInvoicePreviewArgs>>;
  invoices?: Resolver<ResolversTypes['InvoiceConnection'], ParentType, ContextType, RequireFields<QueryInvoicesArgs, 'first'>>;
  meters?: Resolver<Array<ResolversTypes['Meter']>, ParentType, ContextType>;
  notificationEndpoints?: Resolver<Array<ResolversTypes['NotificationEndpoint']>, ParentType, ContextType>;
  plans?: Resolver<Array<ResolversTypes['Plan']>, ParentType, ContextType>;
  usage?: Resolver<Array<ResolversTypes['UsageBucket']>, ParentType, ContextType, RequireFields<QueryUsageArgs, 'range'>>;
  usageRecords?: Resolver<ResolversTypes['UsageRecordConnection'], ParentType, ContextType, RequireFields<QueryUsageRecordsArgs, 'first'>>;
  webhookSources?: Resolver<Array<ResolversTypes['WebhookSource']>, ParentType, ContextType>;
};

export type QuotaRuleResolvers<ContextType = Context, ParentType extends ResolversParentTypes['QuotaRule'] = ResolversParentTypes['QuotaRule']> = {
  enforcement?: Resolver<ResolversTypes['QuotaEnforcement'], ParentType, ContextType>;
  limit?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  meter?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  per?: Resolver<ResolversTypes['QuotaSubject'], ParentType, ContextType>;
  period?: Resolver<ResolversTypes['QuotaPeriod'], ParentType, ContextType>;
};

export type QuotaStatusResolvers<ContextType = Context, ParentType extends ResolversParentTypes['QuotaStatus'] = ResolversParentTypes['QuotaStatus']> = {
  crossed?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  enforcement?: Resolver<ResolversTypes['QuotaEnforcement'], ParentType, ContextType>;
  limit?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  meter?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  per?: Resolver<ResolversTypes['QuotaSubject'], ParentType, ContextType>;
  period?: Resolver<ResolversTypes['QuotaPeriod'], ParentType, ContextType>;
  remaining?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  resetsAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  used?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
};

export type RecordUsagePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RecordUsagePayload'] = ResolversParentTypes['RecordUsagePayload']> = {
  accepted?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  duplicates?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  rejected?: Resolver<Array<ResolversTypes['UsageRejection']>, ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  invoicePreviewChanged?: SubscriptionResolver<ResolversTypes['Invoice'], "invoicePreviewChanged", ParentType, ContextType>;
  quotaCrossed?: SubscriptionResolver<ResolversTypes['QuotaStatus'], "quotaCrossed", ParentType, ContextType>;
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
  invoiceLineItem?: Resolver<Maybe<ResolversTypes['InvoiceLineItem']>, ParentType, ContextType>;
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
  Budget?: BudgetResolvers<ContextType>;
  CreditGrant?: CreditGrantResolvers<ContextType>;
  CreditNote?: CreditNoteResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  Decimal?: GraphQLScalarType;
  Episode?: EpisodeResolvers<ContextType>;
  Invoice?: InvoiceResolvers<ContextType>;
  InvoiceConnection?: InvoiceConnectionResolvers<ContextType>;
  InvoiceEdge?: InvoiceEdgeResolvers<ContextType>;
  InvoiceLineItem?: InvoiceLineItemResolvers<ContextType>;
  JSON?: GraphQLScalarType;
  Meter?: MeterResolvers<ContextType>;
  Money?: MoneyResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  NotificationEndpoint?: NotificationEndpointResolvers<ContextType>;
  NotificationEndpointPayload?: NotificationEndpointPayloadResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Plan?: PlanResolvers<ContextType>;
  PlanLimits?: PlanLimitsResolvers<ContextType>;
  PlanMove?: PlanMoveResolvers<ContextType>;
  Price?: PriceResolvers<ContextType>;
  PriceTier?: PriceTierResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  QuotaRule?: QuotaRuleResolvers<ContextType>;
  QuotaStatus?: QuotaStatusResolvers<ContextType>;
  RecordUsagePayload?: RecordUsagePayloadResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
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

