import { ModelError, type ModelRequest, type TokenUsage } from './model.ts';
import { neverSent, type ProviderFailure, refusedBy } from './provider-failure.ts';
import { countRequestTokens, countTokens } from './tokens.ts';

/** What has come of one call to a provider so far, and what it counts, however it ends. */
export class StreamedCall {
  readonly #request: ModelRequest;
  #received = '';
  #state: 'unsent' | 'sent' | 'opened' = 'unsent';
  #inputTokens: number | null = null;
  #outputTokens: number | null = null;
  #final: boolean = false;

  constructor(request: ModelRequest) {
    this.#request = request;
  }

  /** From here on the provider may have counted the request. */
  sent(): void {
    this.#state = 'sent';
  }

  /** The provider accepted the request and began to answer. */
  opened(): void {
    this.#state = 'opened';
  }

  /** Anything that the provider generated: text, names and arguments of tool calls. */
  received(text: string): void {
    this.#received += text;
  }

  /** Tokens as the provider reports them. `final`: of the whole call, not of a part of it. */
  reported(usage: {
    readonly inputTokens?: number | null;
    readonly outputTokens?: number | null;
    readonly final: boolean;
  }): void {
    this.#inputTokens = usage.inputTokens ?? this.#inputTokens;
    this.#outputTokens = usage.outputTokens ?? this.#outputTokens;
    this.#final ||= usage.final;
  }

  /** The provider's final count, else our estimate of what it did not report. */
  usage(): TokenUsage {
    if (this.#final && this.#inputTokens !== null && this.#outputTokens !== null) {
      return { inputTokens: this.#inputTokens, outputTokens: this.#outputTokens, estimated: false };
    }
    return {
      inputTokens: this.#inputTokens ?? countRequestTokens(this.#request),
      outputTokens: Math.max(this.#outputTokens ?? 0, countTokens(this.#received)),
      estimated: true,
    };
  }

  /** The error that the caller gets. `failure`: what the provider said, null when it said nothing and the connection broke. */
  failure(error: unknown, failure: ProviderFailure | null): ModelError {
    if (error instanceof ModelError) {
      return new ModelError(error.kind, error.message, { usage: this.#state === 'unsent' ? null : this.usage(), cause: error });
    }
    if (failure !== null) return refusedBy(failure, this.#state === 'opened' ? this.usage() : null, error);
    const reason = error instanceof Error ? reasonOf(error) : String(error);
    const usage = this.#state !== 'opened' && neverSent(error) ? null : this.usage();
    return new ModelError('network', `the connection to the provider failed: ${reason}`, { usage, cause: error });
  }
}

function reasonOf(error: Error): string {
  const messages = [error.message];
  for (let cause = error.cause, depth = 0; cause instanceof Error && depth < 4; cause = cause.cause, depth++)
    messages.push(cause.message);
  return messages.filter((message) => message !== '').join(': ');
}
