import type { EventId, TenantId } from '@switchyard/kernel/ids';

/**
 * One fact, in the CloudEvents 1.0 envelope (https://github.com/cloudevents/spec): attribute names are lower case
 * because the specification says so. `subject` is the key: events of one subject stay in order.
 */
export type EventEnvelope<Data = unknown> = {
  readonly specversion: '1.0';
  readonly id: EventId;
  /** Which subgraph or worker says so: "switchyard/sessions". */
  readonly source: string;
  /** In the past tense: "episode.completed". */
  readonly type: string;
  readonly subject: string;
  /** When it happened (RFC 3339, UTC, milliseconds), which may be long before it is read. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** Version of the type's schema, counted from 1. */
  readonly schemaversion: number;
  readonly tenantid: TenantId;
  readonly traceparent?: string;
  /** The event that led to this one. */
  readonly causationid?: string;
  /** The request or episode that all of it belongs to. */
  readonly correlationid?: string;
  readonly data: Data;
};
