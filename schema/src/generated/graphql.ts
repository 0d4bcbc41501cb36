/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type CreateTenantInput = {
  idempotencyKey?: string | null | undefined;
  /** 1 to 200 characters. */
  name: string;
};

/** COMPENSATED: it failed, took too long or was cancelled, and all that it had done was undone, the last effect first. */
export type EpisodeStatus =
  | 'CANCELLED'
  | 'COMPENSATED'
  | 'FAILED'
  | 'QUEUED'
  | 'RUNNING'
  | 'SUCCEEDED';

export type ImportKnowledgeInput = {
  documents: Array<KnowledgeDocumentInput>;
  idempotencyKey?: string | null | undefined;
};

export type KnowledgeDocumentInput = {
  /** The caller's own id of it, 1 to 255 characters. */
  externalId: string;
  /** 1 to 100,000 characters. */
  text: string;
  /** 1 to 500 characters. */
  title: string;
  /** http or https, at most 2,000 characters. */
  url?: string | null | undefined;
};

export type RegisterToolInput = {
  /** JSON Schema (2020-12): only calls whose arguments fit it wait. Needs `requiresApproval`. */
  approvalWhen?: unknown;
  /** The tool that undoes this one, registered before it; called with {arguments, result} of the call to undo, whatever its own `inputSchema` says. */
  compensation?: string | null | undefined;
  /** For the model: what it does and when to use it; 1 to 4,000 characters. */
  description: string;
  /**
   * Called by POST with the arguments as JSON, `Idempotency-Key`, and the headers webhook-id, webhook-timestamp, webhook-signature.
   * 2xx: done (a body that is no JSON is a null result with an error text). 4xx: a final refusal, told to the model, which may go on.
   * 429 and a connection that was never made: tried again. 408, 5xx, a time-out, a cut after sending: tried again when idempotent
   * or without side effect, else UNKNOWN.
   */
  endpoint: string;
  idempotencyKey?: string | null | undefined;
  /** Whether it acts once for one Idempotency-Key, however often it is called. */
  idempotent?: boolean | null | undefined;
  /** JSON Schema (2020-12) of the arguments; a call that does not fit it is never sent. */
  inputSchema: unknown;
  /** 1 to 10. */
  maxAttempts?: number | null | undefined;
  /** A lower-case letter, then up to 63 of: lower-case letters, digits, `_`, `.`, `-`. */
  name: string;
  /**
   * A call waits for `approveToolCall` before it is made, and is refused when nobody decides in time. Meanwhile its episode holds
   * nothing, and its session's next messages wait. What undoes another call never waits.
   */
  requiresApproval?: boolean | null | undefined;
  /** JSON Schema (2020-12): a result that does not fit is kept, and not shown to the model; the call was made all the same. */
  resultSchema?: unknown;
  sideEffect: boolean;
  /** Of each attempt, 100 to 120,000. */
  timeoutMs?: number | null | undefined;
};

export type RouteReason =
  | 'EARLY_EXIT'
  | 'ESCALATION'
  | 'EXPLORATION'
  | 'FALLBACK'
  | 'PINNED'
  | 'POLICY';

export type SendMessageInput = {
  content: string;
  idempotencyKey?: string | null | undefined;
  maxCost?: string | null | undefined;
  /** When set, the answer must be JSON that fits this schema. */
  responseSchema?: unknown;
  sessionId: string | number;
  /** Pins the tier instead of routing. */
  tier?: string | null | undefined;
};

export type StartSessionInput = {
  endUserId?: string | null | undefined;
  idempotencyKey?: string | null | undefined;
  metadata?: unknown;
  useCase: UseCase;
};

/** Half-open: [from, to). */
export type TimeRange = {
  from: string;
  to: string;
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
  expectedVersion: number;
  /** 1 to 20,000 characters. */
  instructions?: string | null | undefined;
  /** At most 64. */
  tools?: Array<string> | null | undefined;
  useCase: UseCase;
};

export type UseCase =
  | 'FAQ'
  | 'GENERAL'
  | 'LEAD'
  | 'ORDER';

export type StartSessionMutationVariables = Exact<{
  input: StartSessionInput;
}>;


export type StartSessionMutation = { startSession: { id: string } };

export type SendMessageMutationVariables = Exact<{
  input: SendMessageInput;
}>;


export type SendMessageMutation = { sendMessage: { id: string, status: EpisodeStatus } };

export type WatchSessionSubscriptionVariables = Exact<{
  sessionId: string | number;
  after?: string | number | null | undefined;
}>;


export type WatchSessionSubscription = { sessionEvents:
    | { __typename: 'AnswerDelta', episodeId: string, text: string, id: string }
    | { __typename: 'EpisodeChanged', id: string, episode: { id: string, status: EpisodeStatus, failure: string | null } }
    | { __typename: 'EventsDropped', id: string }
    | { __typename: 'ToolCallChanged', id: string, toolCall: { id: string, tool: string, status: ToolCallStatus, arguments: unknown, attempts: number } }
   };

export type EpisodeSummaryQueryVariables = Exact<{
  id: string | number;
}>;


export type EpisodeSummaryQuery = { episode: { id: string, status: EpisodeStatus, failure: string | null, startedAt: string, finishedAt: string | null, answer: { content: string } | null, citations: Array<{ title: string, score: number }>, routeDecisions: Array<{ id: string, tier: string, model: string, reason: RouteReason, explanation: string, expectedCost: { amount: string, currency: string }, actualCost: { amount: string, currency: string } | null }>, usage: Array<{ id: string, meter: string, quantity: string }>, cost: { amount: string, currency: string } } | null };

export type CreateTenantMutationVariables = Exact<{
  input: CreateTenantInput;
}>;


export type CreateTenantMutation = { createTenant: { secret: string, tenant: { id: string, name: string } } };

export type AssistantsQueryVariables = Exact<{ [key: string]: never; }>;


export type AssistantsQuery = { assistants: Array<{ useCase: UseCase, tools: Array<string>, version: number }> };

export type UpdateAssistantMutationVariables = Exact<{
  input: UpdateAssistantInput;
}>;


export type UpdateAssistantMutation = { updateAssistant: { useCase: UseCase, version: number } };

export type RegisterToolMutationVariables = Exact<{
  input: RegisterToolInput;
}>;


export type RegisterToolMutation = { registerTool: { signingSecret: string, tool: { name: string } } };

export type ImportKnowledgeMutationVariables = Exact<{
  input: ImportKnowledgeInput;
}>;


export type ImportKnowledgeMutation = { importKnowledge: { added: number, replaced: number, unchanged: number } };

export type KpisQueryVariables = Exact<{
  range: TimeRange;
}>;


export type KpisQuery = { kpis: { episodes: number, successRate: number | null, escalationRate: number | null, toolCalls: number, inputTokens: string, outputTokens: string, latencyP50Ms: number | null, latencyP95Ms: number | null, asOf: string, cost: { amount: string, currency: string }, savings: { amount: string, currency: string }, tierDistribution: Array<{ tier: string, share: number }> } };

export type InvoicePreviewQueryVariables = Exact<{ [key: string]: never; }>;


export type InvoicePreviewQuery = { invoicePreview: { periodStart: string, periodEnd: string, lineItems: Array<{ description: string, quantity: string, amount: { amount: string, currency: string } }>, total: { amount: string, currency: string } } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const StartSessionDocument = new TypedDocumentString(`
    mutation StartSession($input: StartSessionInput!) {
  startSession(input: $input) {
    id
  }
}
    `) as unknown as TypedDocumentString<StartSessionMutation, StartSessionMutationVariables>;
export const SendMessageDocument = new TypedDocumentString(`
    mutation SendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) {
    id
    status
  }
}
    `) as unknown as TypedDocumentString<SendMessageMutation, SendMessageMutationVariables>;
export const WatchSessionDocument = new TypedDocumentString(`
    subscription WatchSession($sessionId: ID!, $after: ID) {
  sessionEvents(sessionId: $sessionId, after: $after) {
    __typename
    id
    ... on AnswerDelta {
      episodeId
      text
    }
    ... on ToolCallChanged {
      toolCall {
        id
        tool
        status
        arguments
        attempts
      }
    }
    ... on EpisodeChanged {
      episode {
        id
        status
        failure
      }
    }
  }
}
    `) as unknown as TypedDocumentString<WatchSessionSubscription, WatchSessionSubscriptionVariables>;
export const EpisodeSummaryDocument = new TypedDocumentString(`
    query EpisodeSummary($id: ID!) {
  episode(id: $id) {
    id
    status
    failure
    startedAt
    finishedAt
    answer {
      content
    }
    citations {
      title
      score
    }
    routeDecisions {
      id
      tier
      model
      reason
      explanation
      expectedCost {
        amount
        currency
      }
      actualCost {
        amount
        currency
      }
    }
    usage {
      id
      meter
      quantity
    }
    cost {
      amount
      currency
    }
  }
}
    `) as unknown as TypedDocumentString<EpisodeSummaryQuery, EpisodeSummaryQueryVariables>;
export const CreateTenantDocument = new TypedDocumentString(`
    mutation CreateTenant($input: CreateTenantInput!) {
  createTenant(input: $input) {
    tenant {
      id
      name
    }
    secret
  }
}
    `) as unknown as TypedDocumentString<CreateTenantMutation, CreateTenantMutationVariables>;
export const AssistantsDocument = new TypedDocumentString(`
    query Assistants {
  assistants {
    useCase
    tools
    version
  }
}
    `) as unknown as TypedDocumentString<AssistantsQuery, AssistantsQueryVariables>;
export const UpdateAssistantDocument = new TypedDocumentString(`
    mutation UpdateAssistant($input: UpdateAssistantInput!) {
  updateAssistant(input: $input) {
    useCase
    version
  }
}
    `) as unknown as TypedDocumentString<UpdateAssistantMutation, UpdateAssistantMutationVariables>;
export const RegisterToolDocument = new TypedDocumentString(`
    mutation RegisterTool($input: RegisterToolInput!) {
  registerTool(input: $input) {
    tool {
      name
    }
    signingSecret
  }
}
    `) as unknown as TypedDocumentString<RegisterToolMutation, RegisterToolMutationVariables>;
export const ImportKnowledgeDocument = new TypedDocumentString(`
    mutation ImportKnowledge($input: ImportKnowledgeInput!) {
  importKnowledge(input: $input) {
    added
    replaced
    unchanged
  }
}
    `) as unknown as TypedDocumentString<ImportKnowledgeMutation, ImportKnowledgeMutationVariables>;
export const KpisDocument = new TypedDocumentString(`
    query Kpis($range: TimeRange!) {
  kpis(range: $range) {
    episodes
    successRate
    escalationRate
    toolCalls
    inputTokens
    outputTokens
    cost {
      amount
      currency
    }
    savings {
      amount
      currency
    }
    latencyP50Ms
    latencyP95Ms
    tierDistribution {
      tier
      share
    }
    asOf
  }
}
    `) as unknown as TypedDocumentString<KpisQuery, KpisQueryVariables>;
export const InvoicePreviewDocument = new TypedDocumentString(`
    query InvoicePreview {
  invoicePreview {
    periodStart
    periodEnd
    lineItems {
      description
      quantity
      amount {
        amount
        currency
      }
    }
    total {
      amount
      currency
    }
  }
}
    `) as unknown as TypedDocumentString<InvoicePreviewQuery, InvoicePreviewQueryVariables>;