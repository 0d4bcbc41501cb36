import {
  type Attributes,
  type Context,
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';

/**
 * The platform's tracer; does nothing until the composition root installs an SDK. Asked for each time: one that was taken before
 * the SDK was there would stay silent wherever @opentelemetry/api is loaded as ESM and as CommonJS.
 */
export function tracer(): Tracer {
  return trace.getTracer('switchyard');
}

export type SpanOptions = {
  readonly name: string;
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** W3C traceparent of a caller in another process; counts only where no span is active here. */
  readonly traceparent?: string | undefined;
};

function parentOf(traceparent: string | undefined): Context {
  const active = context.active();
  if (traceparent === undefined || trace.getSpan(active) !== undefined) return active;
  return propagation.extract(active, { traceparent });
}

/** Runs `work` in a span, which ends when the work does and tells whether it threw. */
export async function withSpan<T>(options: SpanOptions, work: () => Promise<T>): Promise<T> {
  const settings = { kind: options.kind ?? SpanKind.INTERNAL, attributes: options.attributes ?? {} };
  return await tracer().startActiveSpan(options.name, settings, parentOf(options.traceparent), async (span) => {
    try {
      return await work();
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error));
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** W3C traceparent of the active span, for the next process; undefined without tracing. */
export function currentTraceparent(): string | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}
