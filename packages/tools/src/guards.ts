import {
  BrokenCircuitError,
  type BulkheadPolicy,
  BulkheadRejectedError,
  bulkhead,
  CircuitState as Circuit,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  fullJitterGenerator,
  handleWhenResult,
  type IBackoff,
  type IRetryBackoffContext,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import type { Attempt } from './attempt.ts';

export type CircuitState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

export type CircuitChange = {
  readonly tenantId: string;
  readonly tool: string;
  readonly state: CircuitState;
  /** From its opening on; then one call may try. */
  readonly openForMs: number;
};

/** Hears what the guards of this process do. */
export type GuardWatch = {
  circuitChanged(change: CircuitChange): void;
  /** A call was refused because too many wait already. */
  bulkheadRejected(): void;
};

export type GuardOptions = {
  /** Calls to one tool of one tenant at the same time. Default 16. */
  readonly maxConcurrent?: number;
  /** Calls that wait for a place; more are refused at once. Default 256. */
  readonly maxQueued?: number;
  /** Calls in a row that end without an answer until the circuit opens. Default 5. */
  readonly failuresToOpen?: number;
  /** How long an open circuit refuses before one call may try. Default 15,000. */
  readonly openForMs?: number;
  /** The first wait between attempts is up to this long, each next one up to twice as long. Default 250. */
  readonly firstDelayMs?: number;
  /** No wait is longer; a tool that asks for a longer one (Retry-After) is not called again. Default 30,000. */
  readonly maxDelayMs?: number;
};

/** What is shared by the calls to one tool of one tenant. */
type ToolGuards = { readonly bulkhead: BulkheadPolicy; readonly breaker: CircuitBreakerPolicy };

export type GuardedCall = {
  readonly tenantId: string;
  readonly tool: string;
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly signal: AbortSignal;
  /** One attempt, numbered from 1; `signal` fires when the whole call is over. */
  attempt(number: number, signal: AbortSignal): Promise<Attempt>;
  mayRepeat(attempt: Attempt): boolean;
};

export type Guards = {
  /**
   * Bulkhead, then circuit breaker, then a deadline over the whole call, then retries with full jitter.
   * @throws BulkheadRejectedError, BrokenCircuitError: nothing was sent. TaskCancelledError: the deadline, or the signal.
   */
  run(call: GuardedCall): Promise<Attempt>;
  circuit(tenantId: string, tool: string): CircuitState;
  /** From now on. */
  watch(watch: GuardWatch): void;
};

const OPEN_FOR_MS = 15_000;

/** Tools whose state is kept; beyond it, that of a tool at rest is forgotten. */
const MAX_TOOLS = 10_000;

export function createGuards(options: GuardOptions = {}): Guards {
  const tools = new Map<string, ToolGuards>();
  const maxDelayMs = options.maxDelayMs ?? 30_000;
  const openForMs = options.openForMs ?? OPEN_FOR_MS;
  const watches: GuardWatch[] = [];

  const makeWatched = (tenantId: string, tool: string): ToolGuards => {
    const guards = makeGuards(options);
    guards.bulkhead.onReject(() => {
      for (const watch of watches) watch.bulkheadRejected();
    });
    guards.breaker.onStateChange((state) => {
      for (const watch of watches) watch.circuitChanged({ tenantId, tool, state: stateOf(state), openForMs });
    });
    return guards;
  };

  const guardsOf = (tenantId: string, tool: string): ToolGuards => {
    const key = `${tenantId}/${tool}`;
    const guards = tools.get(key) ?? makeWatched(tenantId, tool);
    // Last used goes to the end, so that the first ones are those that have rested longest.
    tools.delete(key);
    tools.set(key, guards);
    if (tools.size > MAX_TOOLS) forgetOneAtRest(tools, options.maxConcurrent ?? 16);
    return guards;
  };

  return {
    async run(call) {
      const { bulkhead: places, breaker } = guardsOf(call.tenantId, call.tool);
      const deadline = timeout(call.maxAttempts * (call.timeoutMs + maxDelayMs), TimeoutStrategy.Aggressive);
      const retries = retry(
        handleWhenResult((result) => call.mayRepeat(result as Attempt) && waitOf(result as Attempt) <= maxDelayMs),
        { maxAttempts: call.maxAttempts - 1, backoff: backoffOf(options.firstDelayMs ?? 250, maxDelayMs) },
      );
      const policy = wrap(places, breaker, deadline, retries);
      return await policy.execute(({ attempt, signal }) => call.attempt(attempt + 1, signal), call.signal);
    },
    circuit(tenantId, tool) {
      return stateOf(tools.get(`${tenantId}/${tool}`)?.breaker.state);
    },
    watch: (watch) => void watches.push(watch),
  };
}

function stateOf(state: Circuit | undefined): CircuitState {
  if (state === Circuit.Open || state === Circuit.Isolated) return 'OPEN';
  return state === Circuit.HalfOpen ? 'HALF_OPEN' : 'CLOSED';
}

/** Why nothing was sent, in words for people; null when the error says something else. */
export function rejectionOf(error: unknown): string | null {
  if (error instanceof BulkheadRejectedError) return 'Too many calls to this tool are waiting already.';
  if (error instanceof BrokenCircuitError) return 'The tool has not been answering, and is left alone for a while.';
  return null;
}

function makeGuards(options: GuardOptions): ToolGuards {
  return {
    bulkhead: bulkhead(options.maxConcurrent ?? 16, options.maxQueued ?? 256),
    breaker: circuitBreaker(
      handleWhenResult((result) => isOutage(result as Attempt)),
      { breaker: new ConsecutiveBreaker(options.failuresToOpen ?? 5), halfOpenAfter: options.openForMs ?? OPEN_FOR_MS },
    ),
  };
}

/** A refusal and a 429 are answers: the tool is well. */
function isOutage(attempt: Attempt): boolean {
  return attempt.kind === 'no-answer' || (attempt.kind === 'not-taken' && !attempt.reached);
}

function forgetOneAtRest(tools: Map<string, ToolGuards>, maxConcurrent: number): void {
  for (const [key, { bulkhead: places, breaker }] of tools) {
    if (places.executionSlots < maxConcurrent || breaker.state !== Circuit.Closed) continue;
    tools.delete(key);
    return;
  }
}

/** Milliseconds that the tool asked us to wait. */
function waitOf(attempt: Attempt): number {
  return attempt.kind === 'not-taken' || attempt.kind === 'no-answer' ? (attempt.retryAfterMs ?? 0) : 0;
}

/** Full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), and never before Retry-After. */
function backoffOf(initialDelay: number, maxDelay: number) {
  const jitter = new ExponentialBackoff({ generator: fullJitterGenerator, initialDelay, maxDelay });
  const patient = (
    inner: IBackoff<unknown>,
    { result }: IRetryBackoffContext<unknown>,
  ): IBackoff<IRetryBackoffContext<unknown>> => ({
    duration: Math.max(inner.duration, 'value' in result ? waitOf(result.value as Attempt) : 0),
    next: (context) => patient(inner.next(context), context),
  });
  return { next: (context: IRetryBackoffContext<unknown>) => patient(jitter.next(), context) };
}
