import {
  type Context,
  context,
  type Link,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { EventEnvelope } from '@switchyard/contracts/envelope';

const MOST_LINKS = 64;

/**
 * Runs `work` in a span of the batch, named as the messaging conventions say. A batch out of one trace goes on in that trace,
 * so that a request and what follows from it are one picture; a mixed one is a trace of its own, with links.
 */
export async function inDeliverySpan<T>(
  batch: { readonly system: string; readonly group: string; readonly events: readonly EventEnvelope[] },
  work: () => Promise<T>,
): Promise<T> {
  const origins = new Map(
    batch.events.flatMap((event) => parseTraceparent(event.traceparent) ?? []).map((at) => [at.spanId, at]),
  );
  const traces = new Set([...origins.values()].map((origin) => origin.traceId));
  const first = origins.values().next().value;
  const parent: Context = traces.size === 1 && first !== undefined ? trace.setSpanContext(ROOT_CONTEXT, first) : ROOT_CONTEXT;
  const links: Link[] = [...origins.values()].slice(0, MOST_LINKS).map((at) => ({ context: at }));
  const attributes = {
    'messaging.system': batch.system,
    'messaging.operation.type': 'process',
    'messaging.consumer.group.name': batch.group,
    'messaging.batch.message_count': batch.events.length,
  };
  const span = trace
    .getTracer('switchyard')
    .startSpan(`process ${batch.group}`, { kind: SpanKind.CONSUMER, attributes, ...(traces.size > 1 ? { links } : {}) }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), work);
  } catch (error) {
    span.recordException(error instanceof Error ? error : String(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

function parseTraceparent(text: string | undefined): SpanContext[] | undefined {
  const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(text ?? '');
  const [, traceId = '', spanId = '', flags = '00'] = match ?? [];
  return match === null ? undefined : [{ traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true }];
}
