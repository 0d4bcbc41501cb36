import { type Clock, systemClock } from '@switchyard/kernel/clock';
import { TaskCancelledError, TimeoutStrategy, timeout } from 'cockatiel';
import { Webhook } from 'standardwebhooks';
import { type Attempt, bounded } from './attempt.ts';
import type { Egress } from './egress.ts';
import { type CircuitState, createGuards, type GuardOptions, rejectionOf } from './guards.ts';
import { attemptHttp } from './http-attempt.ts';
import { attemptMcp } from './mcp-attempt.ts';
import { type BuiltInTool, type ToolAdapter, type ToolInvocation, type ToolOutcome, ToolRefusal } from './tool.ts';

export type GuardedToolAdapterOptions = {
  readonly egress: Egress;
  /** The platform's own tools, by name. Default: none. */
  readonly builtIn?: ReadonlyMap<string, BuiltInTool>;
  readonly guards?: GuardOptions;
  readonly clock?: Clock;
};

export type GuardedToolAdapter = ToolAdapter & {
  /** How this process sees the tool: OPEN refuses calls, HALF_OPEN lets one try. */
  circuit(tenantId: string, tool: string): CircuitState;
};

/** What is known of a call while it runs, for the moment at which it is cut short. */
type Progress = {
  /** An attempt may have reached the tool, and brought no answer. */
  mayHaveActed: boolean;
  lastError: string | null;
};

/**
 * Calls tools of every kind: a tenant's HTTP endpoint, a tool of an MCP server, one of the platform's own. One call is up to
 * `maxAttempts` attempts with the same arguments and key. What may be repeated: an attempt that surely was not taken, always;
 * one without an answer, when the tool is idempotent or without side effect. See attempt.ts for what counts as what.
 */
export function createToolAdapter(options: GuardedToolAdapterOptions): GuardedToolAdapter {
  const guards = createGuards(options.guards);
  const clock = options.clock ?? systemClock;

  return {
    circuit: guards.circuit,
    watch: guards.watch,
    async invoke(invocation, { signal, onAttempt }) {
      const progress: Progress = { mayHaveActed: invocation.mayHaveActed ?? false, lastError: null };
      const refusal = refusalOf(invocation, options.egress, signal);
      if (refusal !== null) return unsent(invocation, progress, refusal);
      const cancelled = whenAborted(signal);
      try {
        const call = guards.run({
          ...invocation,
          signal,
          mayRepeat: (attempt) => mayRepeat(invocation, attempt),
          attempt: async (number, callSignal) => {
            // The retry loop sleeps through an abort; nothing may be sent once the call is over.
            callSignal.throwIfAborted();
            await onAttempt(number);
            callSignal.throwIfAborted();
            return await attemptOnce(options, { invocation, at: clock.now(), signal: callSignal, progress });
          },
        });
        return outcomeOf(invocation, await Promise.race([call, cancelled.promise]), progress);
      } catch (error) {
        const rejection = rejectionOf(error);
        if (rejection !== null) return { ...unsent(invocation, progress, rejection), mayRepeat: true };
        if (signal.aborted || isCancellation(error)) return cutShort(invocation, progress);
        throw error;
      } finally {
        cancelled.dispose();
      }
    },
  };
}

function refusalOf(invocation: ToolInvocation, egress: Egress, signal: AbortSignal): string | null {
  if (signal.aborted) return 'The call was cancelled before it was made.';
  if (invocation.maxAttempts < 1) return 'No attempt is left.';
  return invocation.target.kind === 'BUILT_IN' ? null : egress.refusalOf(invocation.target.endpoint);
}

type AttemptAt = {
  readonly invocation: ToolInvocation;
  readonly at: Date;
  readonly signal: AbortSignal;
  readonly progress: Progress;
};

async function attemptOnce(options: GuardedToolAdapterOptions, one: AttemptAt): Promise<Attempt> {
  const { invocation, progress } = one;
  const { mayHaveActed } = progress;
  const limit = timeout(invocation.timeoutMs, TimeoutStrategy.Cooperative);
  const attempt = await limit.execute(({ signal }) => attemptOf(options, { ...one, signal }), one.signal);
  progress.mayHaveActed = mayHaveActed || attempt.kind === 'no-answer';
  progress.lastError = attempt.error;
  return attempt;
}

async function attemptOf(options: GuardedToolAdapterOptions, { invocation, at, signal, progress }: AttemptAt): Promise<Attempt> {
  const { target, idempotencyKey, timeoutMs } = invocation;
  const args = invocation.arguments ?? {};
  const onSent = (): void => {
    progress.mayHaveActed = true;
  };
  switch (target.kind) {
    case 'HTTP': {
      const body = JSON.stringify(args);
      const headers = { ...headersOf(idempotencyKey), ...signatureOf(target.signingSecret, { id: idempotencyKey, at, body }) };
      const url = new URL(target.endpoint);
      return await attemptHttp({ url, headers, body, egress: options.egress, timeoutMs, signal, onConnected: onSent });
    }
    case 'MCP':
      return await attemptMcp({ ...target, arguments: args, idempotencyKey, egress: options.egress, timeoutMs, signal, onSent });
    case 'BUILT_IN':
      return await attemptBuiltIn(options.builtIn?.get(invocation.tool), invocation, signal);
  }
}

/** It only reads: cut short or failed, it has done nothing. */
async function attemptBuiltIn(
  tool: BuiltInTool | undefined,
  { tool: name, tenantId, ...call }: ToolInvocation,
  signal: AbortSignal,
): Promise<Attempt> {
  if (tool === undefined) return { kind: 'refused', error: `The platform has no tool ${name}.` };
  const over = whenAborted(signal);
  try {
    return { kind: 'done', result: await Promise.race([tool(tenantId, call.arguments), over.promise]), error: null };
  } catch (error) {
    if (error instanceof ToolRefusal) return { kind: 'refused', error: error.message };
    const why = signal.aborted ? `no answer within ${call.timeoutMs} ms` : bounded(String(error));
    return { kind: 'no-answer', error: `The tool failed: ${why}.`, retryAfterMs: null };
  } finally {
    over.dispose();
  }
}

function headersOf(idempotencyKey: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    accept: 'application/json',
    'user-agent': 'switchyard',
    'idempotency-key': idempotencyKey,
  };
}

type Signed = { readonly id: string; readonly at: Date; readonly body: string };

function signatureOf(secret: string, { id, at, body }: Signed): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  };
}

function mayRepeat(invocation: ToolInvocation, attempt: Attempt): boolean {
  if (attempt.kind === 'not-taken') return true;
  return attempt.kind === 'no-answer' && (invocation.idempotent || !invocation.sideEffect);
}

function outcomeOf(invocation: ToolInvocation, last: Attempt, progress: Progress): ToolOutcome {
  switch (last.kind) {
    case 'done':
      return { status: 'SUCCEEDED', result: last.result, error: last.error };
    case 'refused':
      return failed(last.error);
    case 'not-taken':
    case 'no-answer':
      return {
        ...(invocation.sideEffect && progress.mayHaveActed ? unknown(last.error) : failed(last.error)),
        mayRepeat: mayRepeat(invocation, last),
      };
  }
}

function cutShort(invocation: ToolInvocation, progress: Progress): ToolOutcome {
  const why = `The call was cut short${progress.lastError === null ? '' : ` after: ${progress.lastError}`}.`;
  return invocation.sideEffect && progress.mayHaveActed ? unknown(why) : failed(why);
}

/** Nothing was sent this time; earlier on, it may have been. */
function unsent(invocation: ToolInvocation, { mayHaveActed }: Progress, why: string): ToolOutcome {
  return invocation.sideEffect && mayHaveActed ? unknown(why) : failed(why);
}

function failed(error: string): ToolOutcome {
  return { status: 'FAILED', result: null, error };
}

function unknown(error: string): ToolOutcome {
  return { status: 'UNKNOWN', result: null, error };
}

function isCancellation(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error instanceof TaskCancelledError);
}

/** Rejects as soon as the signal fires: the bulkhead's queue would notice only when a place is free. */
function whenAborted(signal: AbortSignal): { readonly promise: Promise<never>; dispose(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  return { promise, dispose: () => signal.removeEventListener('abort', onAbort) };
}
