import { isSpanContextValid, trace } from '@opentelemetry/api';
import type { EventEnvelope } from '@switchyard/contracts/envelope';
import { type AnyEventType, type EventData, parseEventData, type Topic, topicOf } from '@switchyard/contracts/events';
import { schemaVersionOf } from '@switchyard/contracts/schema-versions';
import { partitionOf } from '@switchyard/contracts/topics';
import type { Tx } from '@switchyard/database/database';
import { type EventId, newId, type TenantId } from '@switchyard/kernel/ids';
import { signalAppended } from './append-signal.ts';
import { inAppendSpan } from './append-span.ts';

/** A fact as a command states it; the envelope's other attributes are filled in when it is appended. */
export type NewEvent<E extends AnyEventType = AnyEventType> = {
  [T in E]: {
    readonly type: T;
    readonly tenantId: TenantId;
    /** The key: events of one subject stay in order. The session's id where there is one, else the tenant's. */
    readonly subject: string;
    /** When it happened. */
    readonly time: Date;
    readonly data: EventData<T>;
    /** Default: the active span's. */
    readonly traceparent?: string;
    readonly causationId?: string;
    readonly correlationId?: string;
  };
}[E];

/** Writes events in the caller's transaction: they exist if and only if it commits. `source` is "switchyard/<subgraph or worker>". */
export type AppendEvents = (tx: Tx, source: string, events: readonly NewEvent[]) => Promise<void>;

/**
 * The locks keep a subject's order: whoever writes events of the same subject waits here until this transaction has ended,
 * and takes its `seq` after that; so `seq` grows in the order of commits within a subject. They are taken in one order by
 * everyone, and before the rows are made, because the insert reads from the count of them.
 */
const APPEND = `
with subject as (select distinct hashtext(e.envelope ->> 'subject') as key from unnest($4::json[]) as e (envelope)),
     locked as materialized (select pg_advisory_xact_lock(4207003, key) from (select key from subject order by key) as sorted)
insert into log.event (topic, partition, tenant_id, time, envelope)
select e.topic, e.partition, e.tenant_id, e.time, e.envelope
  from (select count(*) from locked) as all_locked,
       unnest($1::text[], $2::smallint[], $3::uuid[], $4::json[], $5::timestamptz[])
         with ordinality as e (topic, partition, tenant_id, envelope, time, nr)
 order by e.nr`;

/**
 * Call it last in a command: the subjects' locks are held from here to the commit, so that little else waits for them.
 * @throws z.ZodError when an event's data does not fit its type's schema: a producer cannot write what a consumer cannot read.
 */
export const appendEvents: AppendEvents = async (tx, source, events) => {
  if (events.length === 0) return;
  const topics = events.map((event) => topicOf(event.type));
  await inAppendSpan(topics, async () => {
    const traceparent = activeTraceparent();
    const envelopes = events.map((event) => envelopeOf(event, source, traceparent));
    await tx.query(APPEND, [
      topics,
      events.map((event) => partitionOf(event.subject)),
      events.map((event) => event.tenantId),
      envelopes.map((envelope) => JSON.stringify(envelope)),
      events.map((event) => event.time.toISOString()),
    ]);
  });
  tx.afterCommit(() => signalAppended(countByTopic(topics)));
};

function envelopeOf(event: NewEvent, source: string, activeTrace: string | undefined): EventEnvelope {
  const traceparent = event.traceparent ?? activeTrace;
  return {
    specversion: '1.0',
    id: newId<EventId>(),
    source,
    type: event.type,
    subject: event.subject,
    time: event.time.toISOString(),
    datacontenttype: 'application/json',
    schemaversion: schemaVersionOf(event.type),
    tenantid: event.tenantId,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(event.causationId === undefined ? {} : { causationid: event.causationId }),
    ...(event.correlationId === undefined ? {} : { correlationid: event.correlationId }),
    data: parseEventData(event.type, event.data),
  };
}

/** The active span in W3C form (https://www.w3.org/TR/trace-context/#traceparent-header). */
function activeTraceparent(): string | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  if (span === undefined || !isSpanContextValid(span)) return undefined;
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;
}

function countByTopic(topics: readonly Topic[]): ReadonlyMap<Topic, number> {
  const counts = new Map<Topic, number>();
  for (const topic of topics) counts.set(topic, (counts.get(topic) ?? 0) + 1);
  return counts;
}
