import { type Attributes, context, propagation, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

export type Telemetry = {
  readonly episodes: Counter<'status' | 'use_case'>;
  readonly running: Gauge;
  readonly modelCallMs: Histogram<'tier' | 'status'>;
  readonly toolCalls: Counter<'outcome'>;
  readonly toolCallMs: Histogram<'outcome'>;
  readonly circuits: Gauge<'state'>;
  readonly bulkheadRejections: Counter;
  /** Whether what is said goes into spans; off, they hold names and numbers alone. */
  readonly captureContent: boolean;
  /** Runs work in a span under the active one, or under `parent`. */
  span<T>(name: string, attributes: Attributes, work: (span: Span) => Promise<T>, parent?: string | null): Promise<T>;
};

const DURATIONS_MS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 120_000];

export type Counts = {
  /** Episodes that wait to be taken up. */
  queueLength(): Promise<number>;
  /** Effects that a person has to look after, by status. */
  unsettled(): Promise<ReadonlyMap<string, number>>;
};

export function createTelemetry(registry: Registry, captureContent: boolean, counts: Counts): Telemetry {
  const registers = [registry];
  new Gauge({
    name: 'tool_calls_unsettled',
    help: 'Effects that nobody knows of (UNKNOWN), or that could not be undone (COMPENSATION_FAILED), and that a person has to settle.',
    labelNames: ['status'],
    registers,
    async collect() {
      this.reset();
      for (const [status, calls] of await counts.unsettled().catch(() => [])) this.set({ status }, calls);
    },
  });
  new Gauge({
    name: 'episode_queue',
    help: 'Episodes that wait to be taken up.',
    registers,
    async collect() {
      // Without a database there is no telling, and the other metrics are wanted all the more.
      this.set(await counts.queueLength().catch(() => Number.NaN));
    },
  });
  return {
    episodes: new Counter({
      name: 'episodes_total',
      help: 'Episodes that ended.',
      labelNames: ['status', 'use_case'],
      registers,
    }),
    running: new Gauge({ name: 'episodes_running', help: 'Episodes that this process works on.', registers }),
    modelCallMs: new Histogram({
      name: 'model_call_duration_ms',
      help: 'From the request to a model to the end of its stream, in milliseconds.',
      labelNames: ['tier', 'status'],
      buckets: DURATIONS_MS,
      registers,
    }),
    toolCalls: new Counter({ name: 'tool_calls_total', help: 'Tool calls that ended.', labelNames: ['outcome'], registers }),
    toolCallMs: new Histogram({
      name: 'tool_call_duration_ms',
      help: 'From the first attempt of a tool call to its outcome, in milliseconds.',
      labelNames: ['outcome'],
      buckets: DURATIONS_MS,
      registers,
    }),
    circuits: new Gauge({
      name: 'tool_circuit_state',
      help: 'Tools of which the circuit breaker of this process is in this state; of all others it is closed.',
      labelNames: ['state'],
      registers,
    }),
    bulkheadRejections: new Counter({
      name: 'tool_bulkhead_rejections_total',
      help: 'Tool calls that were refused because too many of the same tool were waiting.',
      registers,
    }),
    captureContent,
    span: inSpan,
  };
}

async function inSpan<T>(
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
  parent: string | null = null,
): Promise<T> {
  const from = parent === null ? context.active() : propagation.extract(context.active(), { traceparent: parent });
  return await trace.getTracer('switchyard').startActiveSpan(name, { attributes }, from, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      if (error instanceof Error) span.recordException(error);
      throw error;
    } finally {
      span.end();
    }
  });
}
