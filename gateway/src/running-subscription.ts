import { setTimeout as pause } from 'node:timers/promises';
import type { RequestContext } from '@switchyard/kernel/request-context';
import { type EventNote, noteOf } from '@switchyard/runtime/subscription-event';
import { type ExecutionResult, GraphQLError, type GraphQLSchema, Kind } from 'graphql';
import type { EventStream } from './data-source.ts';
import type { OperationRequest, PreparedOperation } from './operation.ts';
import { resumedAfter } from './resume.ts';
import type { SubscriptionPlan, SubscriptionPlans } from './subscription-plan.ts';

/** One supergraph, as subscriptions run on it. */
export type SubscriptionGraph = {
  readonly schema: GraphQLSchema;
  readonly plans: SubscriptionPlans;
  prepare(request: OperationRequest): PreparedOperation | readonly GraphQLError[];
};

/** The source could not be had for long: the client does best to go on elsewhere. */
export class SourceLostError extends Error {
  override readonly name = 'SourceLostError';
}

type Source = {
  readonly events: EventStream;
  readonly plan: SubscriptionPlan;
  resolve(event: ExecutionResult): Promise<ExecutionResult>;
};

export type RunningSubscriptionOptions = {
  /** The supergraph that is loaded now. */
  graph(): SubscriptionGraph;
  /** The source was opened anew behind the last event, because it broke or because a new supergraph has another one. */
  onResume(cause: 'upstream' | 'reload'): void;
  onClosed(): void;
};

/** How long a broken source is tried anew. */
const PATIENCE_MS = 30_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/**
 * A client's subscription, for as long as the client has it. States: open (events come from a source at the owning subgraph) →
 * broken (the source is gone: it is opened anew behind the last event) → open; → ended (the source has no more, the client left, or
 * the subscription no longer fits a new supergraph). One event at a time is under way, so that a reader's pace reaches the source.
 */
export class RunningSubscription implements EventStream {
  /** Name of the field that is subscribed to. */
  readonly field: string;
  readonly #options: RunningSubscriptionOptions;
  readonly #context: RequestContext;
  #prepared: PreparedOperation;
  #source: Source | null;
  #note: EventNote = {};
  #resumeAfter: string | null = null;
  #moved: boolean = false;
  #failure: Error | null = null;
  #ended: boolean = false;

  private constructor(options: RunningSubscriptionOptions, context: RequestContext, prepared: PreparedOperation, source: Source) {
    this.#options = options;
    this.#context = context;
    this.#prepared = prepared;
    this.#source = source;
    const [selection] = prepared.operation.selectionSet.selections;
    this.field = selection?.kind === Kind.FIELD ? selection.name.value : 'unknown';
  }

  /** The running subscription, or the result that says why there is none. @throws Error when it cannot be planned. */
  static async open(
    options: RunningSubscriptionOptions,
    prepared: PreparedOperation,
    context: RequestContext,
  ): Promise<RunningSubscription | ExecutionResult> {
    const source = await openSource(options.graph(), prepared, context);
    return 'events' in source ? new RunningSubscription(options, context, prepared, source) : source;
  }

  /** Id of the last event that was handed out, where the subgraph gives events ids: the place to resume. */
  get resumeAfter(): string | null {
    return this.#resumeAfter;
  }

  /** What was noted about the last event that was handed out. */
  get note(): EventNote {
    return this.#note;
  }

  async next(): Promise<IteratorResult<ExecutionResult>> {
    while (!this.#ended) {
      if (this.#failure !== null) return this.#fail(this.#failure);
      const source = this.#source;
      if (source === null) {
        await this.#reopen();
        continue;
      }
      const { value: event, done } = await source.events.next();
      if (this.#ended) break;
      if (done === true) {
        if (this.#failure !== null) continue;
        if (!this.#moved) break;
        this.#source = null;
      } else if (isLost(event)) {
        await source.events.return?.();
        this.#source = null;
      } else {
        return { value: await this.#show(event, source), done: false };
      }
    }
    this.#end();
    return { value: undefined, done: true };
  }

  async return(): Promise<IteratorResult<ExecutionResult>> {
    this.#end();
    await this.#source?.events.return?.();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** A new supergraph is loaded: goes on with its plan, from the same source where that is the same, or ends. */
  graphChanged(graph: SubscriptionGraph): void {
    const prepared = graph.prepare(this.#prepared.request);
    if (!('document' in prepared)) {
      this.#failure = noLongerFits(prepared[0]?.message ?? '', this.#resumeAfter);
      void this.#source?.events.return?.();
      return;
    }
    this.#prepared = prepared;
    const source = this.#source;
    if (source === null) return;
    const plan = graph.plans.planOf(prepared);
    if (
      plan.primary.serviceName === source.plan.primary.serviceName &&
      plan.primary.operation === source.plan.primary.operation
    ) {
      this.#source = { events: source.events, plan, resolve: graph.plans.resolver(plan, prepared, this.#context) };
      return;
    }
    this.#moved = true;
    void source.events.return?.();
  }

  async #show(event: ExecutionResult, source: Source): Promise<ExecutionResult> {
    const note = noteOf(event);
    // The plan may have been replaced while the event was waited for.
    const { resolve } = this.#source?.events === source.events ? this.#source : source;
    const result = await resolve(event);
    this.#note = note;
    this.#resumeAfter = note.resumeAfter ?? this.#resumeAfter;
    return result;
  }

  /** @throws SourceLostError when it does not come back in time. */
  async #reopen(): Promise<void> {
    const cause = this.#moved ? 'reload' : 'upstream';
    const deadline = Date.now() + PATIENCE_MS;
    for (let wait = FIRST_PAUSE_MS; !this.#ended; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
      const source = await this.#openBehindLast();
      if ('events' in source) {
        this.#moved = false;
        this.#source = source;
        this.#options.onResume(cause);
        // It may have ended, or another supergraph may have come, in the meantime.
        if (this.#ended) await source.events.return?.();
        return;
      }
      if (!isLost(source)) {
        this.#failure = source.errors?.[0] ?? new Error('A subscription that was resumed has no source.');
        return;
      }
      if (Date.now() > deadline) {
        this.#failure = new SourceLostError('The source of a subscription does not come back.');
        return;
      }
      // Those that lost the same source do not come back at the same moment.
      await pause(wait * (0.5 + Math.random()));
    }
  }

  async #openBehindLast(): Promise<Source | ExecutionResult> {
    const graph = this.#options.graph();
    const request =
      this.#resumeAfter === null ? this.#prepared.request : resumedAfter(graph.schema, this.#prepared, this.#resumeAfter);
    const prepared = graph.prepare(request);
    if (!('document' in prepared)) return { errors: [noLongerFits(prepared[0]?.message ?? '', this.#resumeAfter)] };
    return await openSource(graph, prepared, this.#context);
  }

  #fail(failure: Error): never {
    this.#end();
    throw failure;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.onClosed();
  }
}

async function openSource(
  { plans }: SubscriptionGraph,
  prepared: PreparedOperation,
  context: RequestContext,
): Promise<Source | ExecutionResult> {
  const plan = plans.planOf(prepared);
  const events = await plans.subscribe(plan, prepared, context);
  return Symbol.asyncIterator in events ? { events, plan, resolve: plans.resolver(plan, prepared, context) } : events;
}

/** An event that is none: the subgraph, or what it stands on, is gone for now. */
function isLost({ data, errors }: ExecutionResult): boolean {
  return data == null && errors?.[0]?.extensions.code === 'UPSTREAM_UNAVAILABLE';
}

function noLongerFits(why: string, resumeAfter: string | null): GraphQLError {
  const resume = resumeAfter === null ? 'Subscribe anew' : `Subscribe anew after ${resumeAfter}`;
  return new GraphQLError(
    `The graph has changed, and this subscription no longer fits it: ${why} ${resume} with what it offers now.`,
    {
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED', ...(resumeAfter === null ? {} : { resumeAfter }) },
    },
  );
}
