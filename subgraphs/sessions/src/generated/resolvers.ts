import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { TenantMapper, TenantConnectionMapper, ApiKeyMapper, AssistantMapper, ToolMapper, KnowledgeDocumentMapper, KnowledgeConnectionMapper, SessionMapper, MessageMapper, EpisodeMapper, ToolCallMapper, ToolCallConnectionMapper, SessionEventMapper, EpisodeChangedMapper, AnswerDeltaMapper, ToolCallChangedMapper, EventsDroppedMapper } from '../mappers.ts';
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

/** A piece of the answer as it is generated. Deltas may be merged, for a slow reader or on resuming, and then carry the id of the last one; their concatenation is always the answer. */
export type AnswerDelta = SessionEvent & {
  __typename?: 'AnswerDelta';
  at: Scalars['DateTime']['output'];
  episodeId: Scalars['ID']['output'];
  id: Scalars['ID']['output'];
  sessionId: Scalars['ID']['output'];
  text: Scalars['String']['output'];
};

export type ApiKey = {
  __typename?: 'ApiKey';
  createdAt: Scalars['DateTime']['output'];
  expiresAt?: Maybe<Scalars['DateTime']['output']>;
  id: Scalars['ID']['output'];
  /** Exact to the minute. */
  lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  name: Scalars['String']['output'];
  /** The readable beginning of the secret, by which a key is recognised. */
  prefix: Scalars['String']['output'];
  revokedAt?: Maybe<Scalars['DateTime']['output']>;
  scopes: Array<Scope>;
};

/** How the tenant's assistant behaves in one use case. */
export type Assistant = {
  __typename?: 'Assistant';
  /** The system prompt; its end user never sees it. */
  instructions: Scalars['String']['output'];
  /** Names of the tools it may call. */
  tools: Array<Scalars['String']['output']>;
  updatedAt: Scalars['DateTime']['output'];
  useCase: UseCase;
  version: Scalars['Int']['output'];
};

/** OPEN: a worker leaves the tool alone, because it has not been answering; HALF_OPEN: the next call tries whether it does again. */
export type CircuitState =
  | 'CLOSED'
  | 'HALF_OPEN'
  | 'OPEN';

export type Citation = {
  __typename?: 'Citation';
  documentId: Scalars['ID']['output'];
  /** 0..1. */
  score: Scalars['Float']['output'];
  title: Scalars['String']['output'];
};

export type CreateApiKeyInput = {
  /** In the future; null: never. */
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** 1 to 200 characters. */
  name: Scalars['String']['input'];
  /** At least one; any but OPERATOR. */
  scopes: Array<Scope>;
};

export type CreateApiKeyPayload = {
  __typename?: 'CreateApiKeyPayload';
  apiKey: ApiKey;
  /** The only time the secret is shown. */
  secret: Scalars['String']['output'];
};

export type CreateTenantInput = {
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** 1 to 200 characters. */
  name: Scalars['String']['input'];
};

export type CreateTenantPayload = {
  __typename?: 'CreateTenantPayload';
  apiKey: ApiKey;
  /** The only time the secret is shown. */
  secret: Scalars['String']['output'];
  tenant: Tenant;
};

export type CredentialKind =
  | 'API_KEY'
  | 'JWT';

/**
 * What is dropped for a reader that is slower than its events. A socket chooses with `{dropPolicy, maxQueue}` in the payload of
 * connection_init; a single subscription with the same in the request's `extensions`.
 */
export type DropPolicy =
  /** Pieces of an answer are merged, and states of an episode that a later one replaced are left out. The default. */
  | 'INTERMEDIATE'
  /** What comes last. */
  | 'NEWEST'
  /** What has waited longest. */
  | 'OLDEST';

/** One run of the assistant: a user message, the route taken, the model calls, the tool calls and the answer. */
export type Episode = {
  __typename?: 'Episode';
  answer?: Maybe<Message>;
  /** Where the answer comes from, when it was found rather than generated. */
  citations: Array<Citation>;
  /** Why it failed, for people; set only when FAILED or COMPENSATED. */
  failure?: Maybe<Scalars['String']['output']>;
  finishedAt?: Maybe<Scalars['DateTime']['output']>;
  id: Scalars['ID']['output'];
  request: Message;
  session: Session;
  startedAt: Scalars['DateTime']['output'];
  status: EpisodeStatus;
  /** In the order in which they were asked for; what undid one of them is its `compensatedBy`. */
  toolCalls: Array<ToolCall>;
  traceId?: Maybe<Scalars['String']['output']>;
};

/** `episode` as it is when this is delivered. */
export type EpisodeChanged = SessionEvent & {
  __typename?: 'EpisodeChanged';
  at: Scalars['DateTime']['output'];
  episode: Episode;
  id: Scalars['ID']['output'];
  sessionId: Scalars['ID']['output'];
};

export type EpisodeConnection = {
  __typename?: 'EpisodeConnection';
  edges: Array<EpisodeEdge>;
  pageInfo: PageInfo;
};

export type EpisodeEdge = {
  __typename?: 'EpisodeEdge';
  cursor: Scalars['String']['output'];
  node: Episode;
};

/** COMPENSATED: it failed, took too long or was cancelled, and all that it had done was undone, the last effect first. */
export type EpisodeStatus =
  | 'CANCELLED'
  | 'COMPENSATED'
  | 'FAILED'
  | 'QUEUED'
  | 'RUNNING'
  | 'SUCCEEDED';

/** Events were dropped for this reader under the connection's drop policy; read the session again to catch up. It stands where the last of them stood. */
export type EventsDropped = SessionEvent & {
  __typename?: 'EventsDropped';
  at: Scalars['DateTime']['output'];
  count: Scalars['Int']['output'];
  id: Scalars['ID']['output'];
  policy: DropPolicy;
  sessionId: Scalars['ID']['output'];
};

export type GiveFeedbackInput = {
  comment?: InputMaybe<Scalars['String']['input']>;
  episodeId: Scalars['ID']['input'];
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** -1 (wrong) to 1 (right). */
  score: Scalars['Float']['input'];
};

export type ImportKnowledgeInput = {
  documents: Array<KnowledgeDocumentInput>;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

export type ImportKnowledgePayload = {
  __typename?: 'ImportKnowledgePayload';
  added: Scalars['Int']['output'];
  replaced: Scalars['Int']['output'];
  unchanged: Scalars['Int']['output'];
};

export type KnowledgeConnection = {
  __typename?: 'KnowledgeConnection';
  edges: Array<KnowledgeEdge>;
  pageInfo: PageInfo;
};

/** What the tenant's assistant knows: searched for every message, and what the `local` tier answers from. */
export type KnowledgeDocument = {
  __typename?: 'KnowledgeDocument';
  externalId: Scalars['String']['output'];
  id: Scalars['ID']['output'];
  text: Scalars['String']['output'];
  title: Scalars['String']['output'];
  updatedAt: Scalars['DateTime']['output'];
  url?: Maybe<Scalars['String']['output']>;
};

export type KnowledgeDocumentInput = {
  /** The caller's own id of it, 1 to 255 characters. */
  externalId: Scalars['String']['input'];
  /** 1 to 100,000 characters. */
  text: Scalars['String']['input'];
  /** 1 to 500 characters. */
  title: Scalars['String']['input'];
  /** http or https, at most 2,000 characters. */
  url?: InputMaybe<Scalars['String']['input']>;
};

export type KnowledgeEdge = {
  __typename?: 'KnowledgeEdge';
  cursor: Scalars['String']['output'];
  node: KnowledgeDocument;
};

export type Message = {
  __typename?: 'Message';
  content: Scalars['String']['output'];
  createdAt: Scalars['DateTime']['output'];
  id: Scalars['ID']['output'];
  role: MessageRole;
};

export type MessageConnection = {
  __typename?: 'MessageConnection';
  edges: Array<MessageEdge>;
  pageInfo: PageInfo;
};

export type MessageEdge = {
  __typename?: 'MessageEdge';
  cursor: Scalars['String']['output'];
  node: Message;
};

export type MessageRole =
  | 'ASSISTANT'
  | 'SYSTEM'
  | 'TOOL'
  | 'USER';

export type Mutation = {
  __typename?: 'Mutation';
  /** Lets a call that waits for it be made. */
  approveToolCall: ToolCall;
  /** Stops what has not begun, lets what has begun finish, and undoes what was done. */
  cancelEpisode: Episode;
  /** ADMIN. */
  createApiKey: CreateApiKeyPayload;
  /** The tenant, its first ADMIN key and its four assistants. OPERATOR. */
  createTenant: CreateTenantPayload;
  /** How many of them there were. */
  deleteKnowledge: Scalars['Int']['output'];
  endSession: Session;
  /** What the end user thought of the answer; the router learns from it. */
  giveFeedback: Episode;
  /** Adds or replaces by externalId; up to 1,000 documents. */
  importKnowledge: ImportKnowledgePayload;
  /**
   * Lists the tools of a Model Context Protocol server and registers them under `name.`. Done again, it replaces them: a tool
   * that the server no longer has is gone.
   */
  registerMcpServer: Array<Tool>;
  /** A tool of the same name is replaced, and signs with a new secret. */
  registerTool: RegisterToolPayload;
  /** The model is told, with the reason (at most 1,000 characters). */
  rejectToolCall: ToolCall;
  /** Refused on every replica within 5 s. ADMIN. */
  revokeApiKey: ApiKey;
  /** Queues an episode and returns at once; watch it with sessionEvents, or read it with episode. */
  sendMessage: Episode;
  startSession: Session;
  updateAssistant: Assistant;
};


export type MutationApproveToolCallArgs = {
  id: Scalars['ID']['input'];
};


export type MutationCancelEpisodeArgs = {
  id: Scalars['ID']['input'];
};


export type MutationCreateApiKeyArgs = {
  input: CreateApiKeyInput;
};


export type MutationCreateTenantArgs = {
  input: CreateTenantInput;
};


export type MutationDeleteKnowledgeArgs = {
  externalIds: Array<Scalars['String']['input']>;
};


export type MutationEndSessionArgs = {
  id: Scalars['ID']['input'];
};


export type MutationGiveFeedbackArgs = {
  input: GiveFeedbackInput;
};


export type MutationImportKnowledgeArgs = {
  input: ImportKnowledgeInput;
};


export type MutationRegisterMcpServerArgs = {
  input: RegisterMcpServerInput;
};


export type MutationRegisterToolArgs = {
  input: RegisterToolInput;
};


export type MutationRejectToolCallArgs = {
  id: Scalars['ID']['input'];
  reason?: InputMaybe<Scalars['String']['input']>;
};


export type MutationRevokeApiKeyArgs = {
  id: Scalars['ID']['input'];
};


export type MutationSendMessageArgs = {
  input: SendMessageInput;
};


export type MutationStartSessionArgs = {
  input: StartSessionInput;
};


export type MutationUpdateAssistantArgs = {
  input: UpdateAssistantInput;
};

export type PageInfo = {
  __typename?: 'PageInfo';
  endCursor?: Maybe<Scalars['String']['output']>;
  hasNextPage: Scalars['Boolean']['output'];
  hasPreviousPage: Scalars['Boolean']['output'];
  startCursor?: Maybe<Scalars['String']['output']>;
};

export type Query = {
  __typename?: 'Query';
  /** Newest first, revoked ones too. ADMIN. */
  apiKeys: Array<ApiKey>;
  assistants: Array<Assistant>;
  episode?: Maybe<Episode>;
  /** Newest first; with `search` (at most 1,000 characters), what answers it, best first. */
  knowledge: KnowledgeConnection;
  session?: Maybe<Session>;
  /** Newest first. */
  sessions: SessionConnection;
  /** Newest first. OPERATOR. */
  tenants: TenantConnection;
  toolCall?: Maybe<ToolCall>;
  /** The tenant's by name, then the platform's own. */
  tools: Array<Tool>;
  /** Effects that could neither be confirmed nor undone, oldest first; for a person to settle. The operator sees every tenant's. */
  unsettledToolCalls: ToolCallConnection;
  viewer: Viewer;
};


export type QueryEpisodeArgs = {
  id: Scalars['ID']['input'];
};


export type QueryKnowledgeArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  search?: InputMaybe<Scalars['String']['input']>;
};


export type QuerySessionArgs = {
  id: Scalars['ID']['input'];
};


export type QuerySessionsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  endUserId?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  status?: InputMaybe<SessionStatus>;
  useCase?: InputMaybe<UseCase>;
};


export type QueryTenantsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryToolCallArgs = {
  id: Scalars['ID']['input'];
};


export type QueryUnsettledToolCallsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/**
 * What the server's annotations say of a tool counts: `readOnlyHint`: no side effect; `idempotentHint`: acts once, however often
 * it is called. Without any, a tool has side effects and is never repeated blindly. An `outputSchema` is checked as `resultSchema`.
 */
export type RegisterMcpServerInput = {
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** A lower-case letter, then up to 31 of: lower-case letters, digits, `_`, `-`. */
  name: Scalars['String']['input'];
  /** A person must approve each call of each of its tools before it is made. */
  requiresApproval?: InputMaybe<Scalars['Boolean']['input']>;
  /** Sent as Authorization: Bearer; stored encrypted, never shown again. */
  token?: InputMaybe<Scalars['String']['input']>;
  /** Streamable HTTP, at an address that tool endpoints may be at. */
  url: Scalars['String']['input'];
};

export type RegisterToolInput = {
  /** JSON Schema (2020-12): only calls whose arguments fit it wait. Needs `requiresApproval`. */
  approvalWhen?: InputMaybe<Scalars['JSON']['input']>;
  /** The tool that undoes this one, registered before it; called with {arguments, result} of the call to undo, whatever its own `inputSchema` says. */
  compensation?: InputMaybe<Scalars['String']['input']>;
  /** For the model: what it does and when to use it; 1 to 4,000 characters. */
  description: Scalars['String']['input'];
  /**
   * Called by POST with the arguments as JSON, `Idempotency-Key`, and the headers webhook-id, webhook-timestamp, webhook-signature.
   * 2xx: done (a body that is no JSON is a null result with an error text). 4xx: a final refusal, told to the model, which may go on.
   * 429 and a connection that was never made: tried again. 408, 5xx, a time-out, a cut after sending: tried again when idempotent
   * or without side effect, else UNKNOWN.
   */
  endpoint: Scalars['String']['input'];
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** Whether it acts once for one Idempotency-Key, however often it is called. */
  idempotent?: InputMaybe<Scalars['Boolean']['input']>;
  /** JSON Schema (2020-12) of the arguments; a call that does not fit it is never sent. */
  inputSchema: Scalars['JSON']['input'];
  /** 1 to 10. */
  maxAttempts?: InputMaybe<Scalars['Int']['input']>;
  /** A lower-case letter, then up to 63 of: lower-case letters, digits, `_`, `.`, `-`. */
  name: Scalars['String']['input'];
  /**
   * A call waits for `approveToolCall` before it is made, and is refused when nobody decides in time. Meanwhile its episode holds
   * nothing, and its session's next messages wait. What undoes another call never waits.
   */
  requiresApproval?: InputMaybe<Scalars['Boolean']['input']>;
  /** JSON Schema (2020-12): a result that does not fit is kept, and not shown to the model; the call was made all the same. */
  resultSchema?: InputMaybe<Scalars['JSON']['input']>;
  sideEffect: Scalars['Boolean']['input'];
  /** Of each attempt, 100 to 120,000. */
  timeoutMs?: InputMaybe<Scalars['Int']['input']>;
};

export type RegisterToolPayload = {
  __typename?: 'RegisterToolPayload';
  /** Standard Webhooks secret (whsec_…) that signs every call; shown this once. */
  signingSecret: Scalars['String']['output'];
  tool: Tool;
};

/** ADMIN holds every scope of its tenant; OPERATOR belongs to no tenant. */
export type Scope =
  | 'ADMIN'
  | 'ANALYTICS_READ'
  | 'BILLING_READ'
  | 'BILLING_WRITE'
  | 'OPERATOR'
  | 'ROUTER_READ'
  | 'ROUTER_WRITE'
  | 'SESSIONS_READ'
  | 'SESSIONS_WRITE';

export type SendMessageInput = {
  content: Scalars['String']['input'];
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  maxCost?: InputMaybe<Scalars['Decimal']['input']>;
  /** When set, the answer must be JSON that fits this schema. */
  responseSchema?: InputMaybe<Scalars['JSON']['input']>;
  sessionId: Scalars['ID']['input'];
  /** Pins the tier instead of routing. */
  tier?: InputMaybe<Scalars['String']['input']>;
};

/** A conversation between an end user and the tenant's assistant. */
export type Session = {
  __typename?: 'Session';
  /** Whose conversation it is, in the tenant's own terms; never interpreted. */
  endUserId?: Maybe<Scalars['String']['output']>;
  endedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Oldest first. */
  episodes: EpisodeConnection;
  id: Scalars['ID']['output'];
  /** Oldest first. */
  messages: MessageConnection;
  metadata: Scalars['JSON']['output'];
  startedAt: Scalars['DateTime']['output'];
  status: SessionStatus;
  tenant: Tenant;
  useCase: UseCase;
};


/** A conversation between an end user and the tenant's assistant. */
export type SessionEpisodesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** A conversation between an end user and the tenant's assistant. */
export type SessionMessagesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

export type SessionConnection = {
  __typename?: 'SessionConnection';
  edges: Array<SessionEdge>;
  pageInfo: PageInfo;
};

export type SessionEdge = {
  __typename?: 'SessionEdge';
  cursor: Scalars['String']['output'];
  node: Session;
};

export type SessionEvent = {
  at: Scalars['DateTime']['output'];
  id: Scalars['ID']['output'];
  sessionId: Scalars['ID']['output'];
};

export type SessionStatus =
  | 'ACTIVE'
  | 'ENDED';

export type StartSessionInput = {
  endUserId?: InputMaybe<Scalars['String']['input']>;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  metadata?: InputMaybe<Scalars['JSON']['input']>;
  useCase: UseCase;
};

export type Subscription = {
  __typename?: 'Subscription';
  /** Everything that happens in a session, in order and without gaps. `after` is the id of the last event seen: a client that reconnects with it gets all it missed, and then what is new; without it, everything from the session's first event. States that a later one replaced may be left out of what was missed. */
  sessionEvents: SessionEvent;
};


export type SubscriptionSessionEventsArgs = {
  after?: InputMaybe<Scalars['ID']['input']>;
  sessionId: Scalars['ID']['input'];
};

/** A company that offers assistants. */
export type Tenant = {
  __typename?: 'Tenant';
  createdAt: Scalars['DateTime']['output'];
  id: Scalars['ID']['output'];
  name: Scalars['String']['output'];
};

export type TenantConnection = {
  __typename?: 'TenantConnection';
  edges: Array<TenantEdge>;
  pageInfo: PageInfo;
};

export type TenantEdge = {
  __typename?: 'TenantEdge';
  cursor: Scalars['String']['output'];
  node: Tenant;
};

/** An action the assistant may take: an HTTP endpoint of the tenant's, a tool of its MCP server, or one of the platform's own (`switchyard.…`). */
export type Tool = {
  __typename?: 'Tool';
  /** JSON Schema of the arguments for which that is so; null: for all. */
  approvalWhen?: Maybe<Scalars['JSON']['output']>;
  /** How it stands with the worker that is worst off. */
  circuit: CircuitState;
  /** The tool that undoes this one. */
  compensation?: Maybe<Scalars['String']['output']>;
  description: Scalars['String']['output'];
  idempotent: Scalars['Boolean']['output'];
  /** JSON Schema (2020-12) of the arguments. */
  inputSchema: Scalars['JSON']['output'];
  maxAttempts: Scalars['Int']['output'];
  name: Scalars['String']['output'];
  /** A person has to approve a call before it is made. */
  requiresApproval: Scalars['Boolean']['output'];
  /** JSON Schema that a result has to fit; null: none. */
  resultSchema?: Maybe<Scalars['JSON']['output']>;
  sideEffect: Scalars['Boolean']['output'];
  /** Of each attempt. */
  timeoutMs: Scalars['Int']['output'];
};

export type ToolCall = {
  __typename?: 'ToolCall';
  /** Until when a person can approve it; null for a call that needs nobody. */
  approvalExpiresAt?: Maybe<Scalars['DateTime']['output']>;
  arguments: Scalars['JSON']['output'];
  /** Requests that were sent. */
  attempts: Scalars['Int']['output'];
  /** The call that undid this one, or tried to. */
  compensatedBy?: Maybe<ToolCall>;
  episode: Episode;
  error?: Maybe<Scalars['String']['output']>;
  finishedAt?: Maybe<Scalars['DateTime']['output']>;
  id: Scalars['ID']['output'];
  /** Sent to the tool on every attempt, so that it can act once. */
  idempotencyKey: Scalars['String']['output'];
  requestedAt: Scalars['DateTime']['output'];
  result?: Maybe<Scalars['JSON']['output']>;
  status: ToolCallStatus;
  tool: Scalars['String']['output'];
};

export type ToolCallChanged = SessionEvent & {
  __typename?: 'ToolCallChanged';
  at: Scalars['DateTime']['output'];
  id: Scalars['ID']['output'];
  sessionId: Scalars['ID']['output'];
  toolCall: ToolCall;
};

export type ToolCallConnection = {
  __typename?: 'ToolCallConnection';
  edges: Array<ToolCallEdge>;
  pageInfo: PageInfo;
};

export type ToolCallEdge = {
  __typename?: 'ToolCallEdge';
  cursor: Scalars['String']['output'];
  node: ToolCall;
};

/** UNKNOWN: sent, and no answer came; a tool that is not idempotent is then never called again, but left for a person or its own status check. */
export type ToolCallStatus =
  | 'AWAITING_APPROVAL'
  | 'COMPENSATED'
  | 'COMPENSATION_FAILED'
  | 'FAILED'
  | 'REJECTED'
  | 'REQUESTED'
  | 'SUCCEEDED'
  | 'UNKNOWN';

export type UpdateAssistantInput = {
  /** Refused as a CONFLICT when it has moved on. */
  expectedVersion: Scalars['Int']['input'];
  /** 1 to 20,000 characters. */
  instructions?: InputMaybe<Scalars['String']['input']>;
  /** At most 64. */
  tools?: InputMaybe<Array<Scalars['String']['input']>>;
  useCase: UseCase;
};

export type UseCase =
  | 'FAQ'
  | 'GENERAL'
  | 'LEAD'
  | 'ORDER';

/** Who is calling. */
export type Viewer = {
  __typename?: 'Viewer';
  credential: CredentialKind;
  scopes: Array<Scope>;
  /** Null for the operator. */
  tenant?: Maybe<Tenant>;
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
  Session: Session;
  Tenant: Tenant;
  ToolCall: ToolCall;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Episode:
    ( { __typename: 'Episode' }
    & GraphQLRecursivePick<FederationTypes['Episode'], {"id":true}> );
  Session:
    ( { __typename: 'Session' }
    & GraphQLRecursivePick<FederationTypes['Session'], {"id":true}> );
  Tenant:
    ( { __typename: 'Tenant' }
    & GraphQLRecursivePick<FederationTypes['Tenant'], {"id":true}> );
  ToolCall:
    ( { __typename: 'ToolCall' }
    & GraphQLRecursivePick<FederationTypes['ToolCall'], {"id":true}> );
};



/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  AnswerDelta: ResolverTypeWrapper<AnswerDeltaMapper>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  ApiKey: ResolverTypeWrapper<ApiKeyMapper>;
  Assistant: ResolverTypeWrapper<AssistantMapper>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  CircuitState: CircuitState;
  Citation: ResolverTypeWrapper<Citation>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  CreateApiKeyInput: CreateApiKeyInput;
  CreateApiKeyPayload: ResolverTypeWrapper<Omit<CreateApiKeyPayload, 'apiKey'> & { apiKey: ResolversTypes['ApiKey'] }>;
  CreateTenantInput: CreateTenantInput;
  CreateTenantPayload: ResolverTypeWrapper<Omit<CreateTenantPayload, 'apiKey' | 'tenant'> & { apiKey: ResolversTypes['ApiKey'], tenant: ResolversTypes['Tenant'] }>;
  CredentialKind: CredentialKind;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Decimal: ResolverTypeWrapper<Scalars['Decimal']['output']>;
  DropPolicy: DropPolicy;
  Episode: ResolverTypeWrapper<EpisodeMapper>;
  EpisodeChanged: ResolverTypeWrapper<EpisodeChangedMapper>;
  EpisodeConnection: ResolverTypeWrapper<Omit<EpisodeConnection, 'edges'> & { edges: Array<ResolversTypes['EpisodeEdge']> }>;
  EpisodeEdge: ResolverTypeWrapper<Omit<EpisodeEdge, 'node'> & { node: ResolversTypes['Episode'] }>;
  EpisodeStatus: EpisodeStatus;
  EventsDropped: ResolverTypeWrapper<EventsDroppedMapper>;
  GiveFeedbackInput: GiveFeedbackInput;
  ImportKnowledgeInput: ImportKnowledgeInput;
  ImportKnowledgePayload: ResolverTypeWrapper<ImportKnowledgePayload>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  KnowledgeConnection: ResolverTypeWrapper<KnowledgeConnectionMapper>;
  KnowledgeDocument: ResolverTypeWrapper<KnowledgeDocumentMapper>;
  KnowledgeDocumentInput: KnowledgeDocumentInput;
  KnowledgeEdge: ResolverTypeWrapper<Omit<KnowledgeEdge, 'node'> & { node: ResolversTypes['KnowledgeDocument'] }>;
  Message: ResolverTypeWrapper<MessageMapper>;
  MessageConnection: ResolverTypeWrapper<Omit<MessageConnection, 'edges'> & { edges: Array<ResolversTypes['MessageEdge']> }>;
  MessageEdge: ResolverTypeWrapper<Omit<MessageEdge, 'node'> & { node: ResolversTypes['Message'] }>;
  MessageRole: MessageRole;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RegisterMcpServerInput: RegisterMcpServerInput;
  RegisterToolInput: RegisterToolInput;
  RegisterToolPayload: ResolverTypeWrapper<Omit<RegisterToolPayload, 'tool'> & { tool: ResolversTypes['Tool'] }>;
  Scope: Scope;
  SendMessageInput: SendMessageInput;
  Session: ResolverTypeWrapper<SessionMapper>;
  SessionConnection: ResolverTypeWrapper<Omit<SessionConnection, 'edges'> & { edges: Array<ResolversTypes['SessionEdge']> }>;
  SessionEdge: ResolverTypeWrapper<Omit<SessionEdge, 'node'> & { node: ResolversTypes['Session'] }>;
  SessionEvent: ResolverTypeWrapper<SessionEventMapper>;
  SessionStatus: SessionStatus;
  StartSessionInput: StartSessionInput;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Tenant: ResolverTypeWrapper<TenantMapper>;
  TenantConnection: ResolverTypeWrapper<TenantConnectionMapper>;
  TenantEdge: ResolverTypeWrapper<Omit<TenantEdge, 'node'> & { node: ResolversTypes['Tenant'] }>;
  Tool: ResolverTypeWrapper<ToolMapper>;
  ToolCall: ResolverTypeWrapper<ToolCallMapper>;
  ToolCallChanged: ResolverTypeWrapper<ToolCallChangedMapper>;
  ToolCallConnection: ResolverTypeWrapper<ToolCallConnectionMapper>;
  ToolCallEdge: ResolverTypeWrapper<Omit<ToolCallEdge, 'node'> & { node: ResolversTypes['ToolCall'] }>;
  ToolCallStatus: ToolCallStatus;
  UpdateAssistantInput: UpdateAssistantInput;
  UseCase: UseCase;
  Viewer: ResolverTypeWrapper<Omit<Viewer, 'tenant'> & { tenant?: Maybe<ResolversTypes['Tenant']> }>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  AnswerDelta: AnswerDeltaMapper;
  ID: Scalars['ID']['output'];
  String: Scalars['String']['output'];
  ApiKey: ApiKeyMapper;
  Assistant: AssistantMapper;
  Int: Scalars['Int']['output'];
  Citation: Citation;
  Float: Scalars['Float']['output'];
  CreateApiKeyInput: CreateApiKeyInput;
  CreateApiKeyPayload: Omit<CreateApiKeyPayload, 'apiKey'> & { apiKey: ResolversParentTypes['ApiKey'] };
  CreateTenantInput: CreateTenantInput;
  CreateTenantPayload: Omit<CreateTenantPayload, 'apiKey' | 'tenant'> & { apiKey: ResolversParentTypes['ApiKey'], tenant: ResolversParentTypes['Tenant'] };
  DateTime: Scalars['DateTime']['output'];
  Decimal: Scalars['Decimal']['output'];
  Episode: EpisodeMapper;
  EpisodeChanged: EpisodeChangedMapper;
  EpisodeConnection: Omit<EpisodeConnection, 'edges'> & { edges: Array<ResolversParentTypes['EpisodeEdge']> };
  EpisodeEdge: Omit<EpisodeEdge, 'node'> & { node: ResolversParentTypes['Episode'] };
  EventsDropped: EventsDroppedMapper;
  GiveFeedbackInput: GiveFeedbackInput;
  ImportKnowledgeInput: ImportKnowledgeInput;
  ImportKnowledgePayload: ImportKnowledgePayload;
  JSON: Scalars['JSON']['output'];
  KnowledgeConnection: KnowledgeConnectionMapper;
  KnowledgeDocument: KnowledgeDocumentMapper;
  KnowledgeDocumentInput: KnowledgeDocumentInput;
  KnowledgeEdge: Omit<KnowledgeEdge, 'node'> & { node: ResolversParentTypes['KnowledgeDocument'] };
  Message: MessageMapper;
  MessageConnection: Omit<MessageConnection, 'edges'> & { edges: Array<ResolversParentTypes['MessageEdge']> };
  MessageEdge: Omit<MessageEdge, 'node'> & { node: ResolversParentTypes['Message'] };
  Mutation: Record<PropertyKey, never>;
  PageInfo: PageInfo;
  Boolean: Scalars['Boolean']['output'];
  Query: Record<PropertyKey, never>;
  RegisterMcpServerInput: RegisterMcpServerInput;
  RegisterToolInput: RegisterToolInput;
  RegisterToolPayload: Omit<RegisterToolPayload, 'tool'> & { tool: ResolversParentTypes['Tool'] };
  SendMessageInput: SendMessageInput;
  Session: SessionMapper;
  SessionConnection: Omit<SessionConnection, 'edges'> & { edges: Array<ResolversParentTypes['SessionEdge']> };
  SessionEdge: Omit<SessionEdge, 'node'> & { node: ResolversParentTypes['Session'] };
  SessionEvent: SessionEventMapper;
  StartSessionInput: StartSessionInput;
  Subscription: Record<PropertyKey, never>;
  Tenant: TenantMapper;
  TenantConnection: TenantConnectionMapper;
  TenantEdge: Omit<TenantEdge, 'node'> & { node: ResolversParentTypes['Tenant'] };
  Tool: ToolMapper;
  ToolCall: ToolCallMapper;
  ToolCallChanged: ToolCallChangedMapper;
  ToolCallConnection: ToolCallConnectionMapper;
  ToolCallEdge: Omit<ToolCallEdge, 'node'> & { node: ResolversParentTypes['ToolCall'] };
  UpdateAssistantInput: UpdateAssistantInput;
  Viewer: Omit<Viewer, 'tenant'> & { tenant?: Maybe<ResolversParentTypes['Tenant']> };
};

export type AnswerDeltaResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AnswerDelta'] = ResolversParentTypes['AnswerDelta']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  episodeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  sessionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ApiKeyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ApiKey'] = ResolversParentTypes['ApiKey']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  prefix?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  revokedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  scopes?: Resolver<Array<ResolversTypes['Scope']>, ParentType, ContextType>;
};

export type AssistantResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Assistant'] = ResolversParentTypes['Assistant']> = {
  instructions?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tools?: Resolver<Array<ResolversTypes['String']>, ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  useCase?: Resolver<ResolversTypes['UseCase'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type CitationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Citation'] = ResolversParentTypes['Citation']> = {
  documentId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  score?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type CreateApiKeyPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateApiKeyPayload'] = ResolversParentTypes['CreateApiKeyPayload']> = {
  apiKey?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType>;
  secret?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type CreateTenantPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CreateTenantPayload'] = ResolversParentTypes['CreateTenantPayload']> = {
  apiKey?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType>;
  secret?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tenant?: Resolver<ResolversTypes['Tenant'], ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface DecimalScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Decimal'], any> {
  name: 'Decimal';
}

export type EpisodeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Episode'] = ResolversParentTypes['Episode'], FederationReferenceType extends FederationReferenceTypes['Episode'] = FederationReferenceTypes['Episode']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Episode']> | FederationReferenceType, FederationReferenceType, ContextType>;
  answer?: Resolver<Maybe<ResolversTypes['Message']>, ParentType, ContextType>;
  citations?: Resolver<Array<ResolversTypes['Citation']>, ParentType, ContextType>;
  failure?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  finishedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  request?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
  session?: Resolver<ResolversTypes['Session'], ParentType, ContextType>;
  startedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['EpisodeStatus'], ParentType, ContextType>;
  toolCalls?: Resolver<Array<ResolversTypes['ToolCall']>, ParentType, ContextType>;
  traceId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type EpisodeChangedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EpisodeChanged'] = ResolversParentTypes['EpisodeChanged']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  episode?: Resolver<ResolversTypes['Episode'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  sessionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type EpisodeConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EpisodeConnection'] = ResolversParentTypes['EpisodeConnection']> = {
  edges?: Resolver<Array<ResolversTypes['EpisodeEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type EpisodeEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EpisodeEdge'] = ResolversParentTypes['EpisodeEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Episode'], ParentType, ContextType>;
};

export type EventsDroppedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EventsDropped'] = ResolversParentTypes['EventsDropped']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  count?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  policy?: Resolver<ResolversTypes['DropPolicy'], ParentType, ContextType>;
  sessionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ImportKnowledgePayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ImportKnowledgePayload'] = ResolversParentTypes['ImportKnowledgePayload']> = {
  added?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  replaced?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  unchanged?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export type KnowledgeConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['KnowledgeConnection'] = ResolversParentTypes['KnowledgeConnection']> = {
  edges?: Resolver<Array<ResolversTypes['KnowledgeEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type KnowledgeDocumentResolvers<ContextType = Context, ParentType extends ResolversParentTypes['KnowledgeDocument'] = ResolversParentTypes['KnowledgeDocument']> = {
  externalId?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  url?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type KnowledgeEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['KnowledgeEdge'] = ResolversParentTypes['KnowledgeEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['KnowledgeDocument'], ParentType, ContextType>;
};

export type MessageResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Message'] = ResolversParentTypes['Message']> = {
  content?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['MessageRole'], ParentType, ContextType>;
};

export type MessageConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageConnection'] = ResolversParentTypes['MessageConnection']> = {
  edges?: Resolver<Array<ResolversTypes['MessageEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type MessageEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageEdge'] = ResolversParentTypes['MessageEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  approveToolCall?: Resolver<ResolversTypes['ToolCall'], ParentType, ContextType, RequireFields<MutationApproveToolCallArgs, 'id'>>;
  cancelEpisode?: Resolver<ResolversTypes['Episode'], ParentType, ContextType, RequireFields<MutationCancelEpisodeArgs, 'id'>>;
  createApiKey?: Resolver<ResolversTypes['CreateApiKeyPayload'], ParentType, ContextType, RequireFields<MutationCreateApiKeyArgs, 'input'>>;
  createTenant?: Resolver<ResolversTypes['CreateTenantPayload'], ParentType, ContextType, RequireFields<MutationCreateTenantArgs, 'input'>>;
  deleteKnowledge?: Resolver<ResolversTypes['Int'], ParentType, ContextType, RequireFields<MutationDeleteKnowledgeArgs, 'externalIds'>>;
  endSession?: Resolver<ResolversTypes['Session'], ParentType, ContextType, RequireFields<MutationEndSessionArgs, 'id'>>;
  giveFeedback?: Resolver<ResolversTypes['Episode'], ParentType, ContextType, RequireFields<MutationGiveFeedbackArgs, 'input'>>;
  importKnowledge?: Resolver<ResolversTypes['ImportKnowledgePayload'], ParentType, ContextType, RequireFields<MutationImportKnowledgeArgs, 'input'>>;
  registerMcpServer?: Resolver<Array<ResolversTypes['Tool']>, ParentType, ContextType, RequireFields<MutationRegisterMcpServerArgs, 'input'>>;
  registerTool?: Resolver<ResolversTypes['RegisterToolPayload'], ParentType, ContextType, RequireFields<MutationRegisterToolArgs, 'input'>>;
  rejectToolCall?: Resolver<ResolversTypes['ToolCall'], ParentType, ContextType, RequireFields<MutationRejectToolCallArgs, 'id'>>;
  revokeApiKey?: Resolver<ResolversTypes['ApiKey'], ParentType, ContextType, RequireFields<MutationRevokeApiKeyArgs, 'id'>>;
  sendMessage?: Resolver<ResolversTypes['Episode'], ParentType, ContextType, RequireFields<MutationSendMessageArgs, 'input'>>;
  startSession?: Resolver<ResolversTypes['Session'], ParentType, ContextType, RequireFields<MutationStartSessionArgs, 'input'>>;
  updateAssistant?: Resolver<ResolversTypes['Assistant'], ParentType, ContextType, RequireFields<MutationUpdateAssistantArgs, 'input'>>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  apiKeys?: Resolver<Array<ResolversTypes['ApiKey']>, ParentType, ContextType>;
  assistants?: Resolver<Array<ResolversTypes['Assistant']>, ParentType, ContextType>;
  episode?: Resolver<Maybe<ResolversTypes['Episode']>, ParentType, ContextType, RequireFields<QueryEpisodeArgs, 'id'>>;
  knowledge?: Resolver<ResolversTypes['KnowledgeConnection'], ParentType, ContextType, RequireFields<QueryKnowledgeArgs, 'first'>>;
  session?: Resolver<Maybe<ResolversTypes['Session']>, ParentType, ContextType, RequireFields<QuerySessionArgs, 'id'>>;
  sessions?: Resolver<ResolversTypes['SessionConnection'], ParentType, ContextType, RequireFields<QuerySessionsArgs, 'first'>>;
  tenants?: Resolver<ResolversTypes['TenantConnection'], ParentType, ContextType, RequireFields<QueryTenantsArgs, 'first'>>;
  toolCall?: Resolver<Maybe<ResolversTypes['ToolCall']>, ParentType, ContextType, RequireFields<QueryToolCallArgs, 'id'>>;
  tools?: Resolver<Array<ResolversTypes['Tool']>, ParentType, ContextType>;
  unsettledToolCalls?: Resolver<ResolversTypes['ToolCallConnection'], ParentType, ContextType, RequireFields<QueryUnsettledToolCallsArgs, 'first'>>;
  viewer?: Resolver<ResolversTypes['Viewer'], ParentType, ContextType>;
};

export type RegisterToolPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['RegisterToolPayload'] = ResolversParentTypes['RegisterToolPayload']> = {
  signingSecret?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  tool?: Resolver<ResolversTypes['Tool'], ParentType, ContextType>;
};

export type SessionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Session'] = ResolversParentTypes['Session'], FederationReferenceType extends FederationReferenceTypes['Session'] = FederationReferenceTypes['Session']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Session']> | FederationReferenceType, FederationReferenceType, ContextType>;
  endUserId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  endedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  episodes?: Resolver<ResolversTypes['EpisodeConnection'], ParentType, ContextType, RequireFields<SessionEpisodesArgs, 'first'>>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  messages?: Resolver<ResolversTypes['MessageConnection'], ParentType, ContextType, RequireFields<SessionMessagesArgs, 'first'>>;
  metadata?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  startedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['SessionStatus'], ParentType, ContextType>;
  tenant?: Resolver<ResolversTypes['Tenant'], ParentType, ContextType>;
  useCase?: Resolver<ResolversTypes['UseCase'], ParentType, ContextType>;
};

export type SessionConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SessionConnection'] = ResolversParentTypes['SessionConnection']> = {
  edges?: Resolver<Array<ResolversTypes['SessionEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type SessionEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SessionEdge'] = ResolversParentTypes['SessionEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Session'], ParentType, ContextType>;
};

export type SessionEventResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SessionEvent'] = ResolversParentTypes['SessionEvent']> = {
  __resolveType: TypeResolveFn<'AnswerDelta' | 'EpisodeChanged' | 'EventsDropped' | 'ToolCallChanged', ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  sessionEvents?: SubscriptionResolver<ResolversTypes['SessionEvent'], "sessionEvents", ParentType, ContextType, RequireFields<SubscriptionSessionEventsArgs, 'sessionId'>>;
};

export type TenantResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Tenant'] = ResolversParentTypes['Tenant'], FederationReferenceType extends FederationReferenceTypes['Tenant'] = FederationReferenceTypes['Tenant']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Tenant']> | FederationReferenceType, FederationReferenceType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type TenantConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TenantConnection'] = ResolversParentTypes['TenantConnection']> = {
  edges?: Resolver<Array<ResolversTypes['TenantEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type TenantEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TenantEdge'] = ResolversParentTypes['TenantEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Tenant'], ParentType, ContextType>;
};

export type ToolResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Tool'] = ResolversParentTypes['Tool']> = {
  approvalWhen?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  circuit?: Resolver<ResolversTypes['CircuitState'], ParentType, ContextType>;
  compensation?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  idempotent?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  inputSchema?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  maxAttempts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  requiresApproval?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  resultSchema?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  sideEffect?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  timeoutMs?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ToolCallResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ToolCall'] = ResolversParentTypes['ToolCall'], FederationReferenceType extends FederationReferenceTypes['ToolCall'] = FederationReferenceTypes['ToolCall']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['ToolCall']> | FederationReferenceType, FederationReferenceType, ContextType>;
  approvalExpiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  arguments?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  attempts?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  compensatedBy?: Resolver<Maybe<ResolversTypes['ToolCall']>, ParentType, ContextType>;
  episode?: Resolver<ResolversTypes['Episode'], ParentType, ContextType>;
  error?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  finishedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  idempotencyKey?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  requestedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  result?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['ToolCallStatus'], ParentType, ContextType>;
  tool?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ToolCallChangedResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ToolCallChanged'] = ResolversParentTypes['ToolCallChanged']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  sessionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  toolCall?: Resolver<ResolversTypes['ToolCall'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ToolCallConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ToolCallConnection'] = ResolversParentTypes['ToolCallConnection']> = {
  edges?: Resolver<Array<ResolversTypes['ToolCallEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type ToolCallEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ToolCallEdge'] = ResolversParentTypes['ToolCallEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['ToolCall'], ParentType, ContextType>;
};

export type ViewerResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Viewer'] = ResolversParentTypes['Viewer']> = {
  credential?: Resolver<ResolversTypes['CredentialKind'], ParentType, ContextType>;
  scopes?: Resolver<Array<ResolversTypes['Scope']>, ParentType, ContextType>;
  tenant?: Resolver<Maybe<ResolversTypes['Tenant']>, ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  AnswerDelta?: AnswerDeltaResolvers<ContextType>;
  ApiKey?: ApiKeyResolvers<ContextType>;
  Assistant?: AssistantResolvers<ContextType>;
  Citation?: CitationResolvers<ContextType>;
  CreateApiKeyPayload?: CreateApiKeyPayloadResolvers<ContextType>;
  CreateTenantPayload?: CreateTenantPayloadResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  Decimal?: GraphQLScalarType;
  Episode?: EpisodeResolvers<ContextType>;
  EpisodeChanged?: EpisodeChangedResolvers<ContextType>;
  EpisodeConnection?: EpisodeConnectionResolvers<ContextType>;
  EpisodeEdge?: EpisodeEdgeResolvers<ContextType>;
  EventsDropped?: EventsDroppedResolvers<ContextType>;
  ImportKnowledgePayload?: ImportKnowledgePayloadResolvers<ContextType>;
  JSON?: GraphQLScalarType;
  KnowledgeConnection?: KnowledgeConnectionResolvers<ContextType>;
  KnowledgeDocument?: KnowledgeDocumentResolvers<ContextType>;
  KnowledgeEdge?: KnowledgeEdgeResolvers<ContextType>;
  Message?: MessageResolvers<ContextType>;
  MessageConnection?: MessageConnectionResolvers<ContextType>;
  MessageEdge?: MessageEdgeResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RegisterToolPayload?: RegisterToolPayloadResolvers<ContextType>;
  Session?: SessionResolvers<ContextType>;
  SessionConnection?: SessionConnectionResolvers<ContextType>;
  SessionEdge?: SessionEdgeResolvers<ContextType>;
  SessionEvent?: SessionEventResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  Tenant?: TenantResolvers<ContextType>;
  TenantConnection?: TenantConnectionResolvers<ContextType>;
  TenantEdge?: TenantEdgeResolvers<ContextType>;
  Tool?: ToolResolvers<ContextType>;
  ToolCall?: ToolCallResolvers<ContextType>;
  ToolCallChanged?: ToolCallChangedResolvers<ContextType>;
  ToolCallConnection?: ToolCallConnectionResolvers<ContextType>;
  ToolCallEdge?: ToolCallEdgeResolvers<ContextType>;
  Viewer?: ViewerResolvers<ContextType>;
};

