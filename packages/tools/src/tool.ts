import type { GuardWatch } from './guards.ts';

/** Where a call goes, and what it is believed by. */
export type ToolTarget =
  /** `signingSecret`: whsec_…, signs every attempt as Standard Webhooks does. */
  | { readonly kind: 'HTTP'; readonly endpoint: string; readonly signingSecret: string }
  /** `tool`: its name on the Model Context Protocol server; `token`: sent as Authorization: Bearer. */
  | { readonly kind: 'MCP'; readonly endpoint: string; readonly tool: string; readonly token: string | null }
  /** One of the platform's own, by the name of the tool. */
  | { readonly kind: 'BUILT_IN' };

/** One of the platform's own tools. Only reads. Throws ToolRefusal for arguments that it can do nothing with. */
export type BuiltInTool = (tenantId: string, args: unknown) => Promise<unknown>;

/** A final no of a built-in tool, told to the model. */
export class ToolRefusal extends Error {
  override readonly name = 'ToolRefusal';
}

/** One call to make: what the tool's registration says, and this call's own key and arguments. */
export type ToolInvocation = {
  readonly tenantId: string;
  readonly tool: string;
  readonly target: ToolTarget;
  readonly arguments: unknown;
  /** Sent on every attempt, so that the tool can act once. */
  readonly idempotencyKey: string;
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
