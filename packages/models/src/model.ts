/** A JSON Schema (2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

export type ModelMessage =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly content: string; readonly toolCalls: readonly ModelToolCall[] }
  | { readonly role: 'tool'; readonly toolCallId: string; readonly tool: string; readonly content: string };

export type ModelToolCall = {
  /** The provider's own id of the call within the conversation. */
  readonly id: string;
  readonly name: string;
  /** Parsed when it is JSON; the text itself when it is not, for validation to refuse. */
  readonly arguments: unknown;
};

export type ModelTool = {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly sideEffect: boolean;
};

/** Knowledge of the tenant's that was found for the message, best first. */
export type Passage = {
  readonly documentId: string;
  readonly title: string;
  readonly text: string;
  readonly url: string | null /** 0..1 */;
  readonly score: number;
};

export type ModelRequest = {
  /** The provider's name of the model. */
  readonly model: string;
  /** Oldest first; begins with the system prompt. */
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ModelTool[];
  /** Not repeated in `messages`: an adapter to a model that generates writes them into its prompt. */
  readonly passages: readonly Passage[];
  readonly useCase: 'FAQ' | 'ORDER' | 'LEAD' | 'GENERAL';
  /** When set, the answer must be JSON that fits it. */
  readonly responseSchema: JsonSchema | null;
  /** Tokens. */
  readonly maxOutputTokens: number;
  /** Same for every try of the same call, so that a seeded provider answers the same. */
  readonly seed: string;
};

export type TokenUsage = {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Counted by our tokenizer, because the provider did not report. */
  readonly estimated: boolean;
};

export type ModelCitation = { readonly documentId: string; readonly title: string /** 0..1 */; readonly score: number };

/**
 * A stream is any number of `text` and `tool-call`, then exactly one `finished`; or it throws a ModelError.
 * `abstained`: the model knows that it does not know; its text, if any, is not an answer.
 */
export type ModelEvent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'tool-call'; readonly call: ModelToolCall }
  | {
      readonly kind: 'finished';
      readonly reason: 'stop' | 'tool-calls' | 'length' | 'abstained';
      readonly usage: TokenUsage;
      /** Where the answer was found, for a model that finds rather than generates. */
      readonly citations: readonly ModelCitation[];
    };

export type ModelErrorKind = 'rate-limited' | 'overloaded' | 'refused' | 'too-long' | 'invalid' | 'network' | 'cancelled';

/** Why a call to a model did not end with an answer. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly kind: ModelErrorKind;
  /** When the provider said to come back, in milliseconds from now. */
  readonly retryAfterMs: number | null;
  /** What is known, or estimated, of what the provider counted before it ended; null when the request surely counted nothing. */
  readonly usage: TokenUsage | null;

  constructor(
    kind: ModelErrorKind,
    message: string,
    options: { retryAfterMs?: number; usage?: TokenUsage | null; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.usage = options.usage ?? null;
  }

  /** Whether the same request may succeed later. */
  get retriable(): boolean {
    return this.kind === 'rate-limited' || this.kind === 'overloaded' || this.kind === 'network';
  }
}

/** A provider of models: one adapter per wire format. */
export type ModelProvider = {
  /** Ends early with ModelError `cancelled` when the signal fires. */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
};
