import type { GuardWatch } from './guards.ts';

/** One call to make: what the tool's registration says, and this call's own key and arguments. */
export type ToolInvocation = {
  readonly tenantId: string;
  readonly tool: string;
  readonly endpoint: string;
  readonly arguments: unknown;
  /** Sent on every attempt, so that the tool can act once. */
  readonly idempotencyKey: string;
  /** whsec_…, signs every attempt as Standard Webhooks does. */
  readonly signingSecret: string;
  readonly sideEffect: boolean;
  readonly idempotent: boolean;
  /** Of each attempt. */
  readonly timeoutMs: number;
  /** Attempts that may still be made. */
  readonly maxAttempts: number;
  /** The same call was sent before, and what came of it was lost. */
  readonly mayHaveActed?: boolean;
};

/**
 * What became of a call. UNKNOWN: sent, and no answer came, and it must not be repeated.
 * `error` with SUCCEEDED: done, but the body was no JSON.
 */
export type ToolOutcome = {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'UNKNOWN';
  readonly result: unknown;
  readonly error: string | null;
  /** The same call may safely be made again later: it did nothing, or acts once for its key, and the tool has not refused it. */
  readonly mayRepeat?: boolean;
};

export type ToolAdapter = {
  /** `onAttempt` is awaited before each request is sent, with its number counted from 1. Never throws for what the tool did; ends early with FAILED (nothing sent) or UNKNOWN when the signal fires. */
  invoke(
    invocation: ToolInvocation,
    options: { readonly signal: AbortSignal; onAttempt(attempt: number): Promise<void> },
  ): Promise<ToolOutcome>;
  /** Tells, from now on, what keeps calls from tools that do not answer; absent where nothing does. */
  watch?(watch: GuardWatch): void;
};
