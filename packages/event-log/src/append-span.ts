import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Topic } from '@switchyard/contracts/events';

/** Runs `work`, which appends an event to each of these topics, in a span that is named as the messaging conventions say. */
export async function inAppendSpan<T>(topics: readonly Topic[], work: () => Promise<T>): Promise<T> {
  const names = new Set<string>(topics);
  const destination = names.size === 1 ? [...names].join() : 'log';
  const attributes = {
    'messaging.system': 'postgresql',
    'messaging.operation.type': 'send',
    'messaging.destination.name': destination,
    'messaging.batch.message_count': topics.length,
  };
  const settings = { kind: SpanKind.PRODUCER, attributes };
  return await trace.getTracer('switchyard').startActiveSpan(`send ${destination}`, settings, async (span) => {
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
