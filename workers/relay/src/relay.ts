import { TOPICS } from '@switchyard/contracts/events';
import type { Database } from '@switchyard/database/database';
import type { Consumer } from '@switchyard/event-log/event-log';
import type { RecordSink, RecordSource } from '@switchyard/event-log/record';

/** The relay's positions are kept under this name; its lag is what is committed and not yet published. */
export const RELAY_GROUP = 'relay';

export type RelayOptions = {
  /** The PostgreSQL log: the outbox. */
  readonly source: RecordSource;
  /** The broker. */
  readonly sink: RecordSink;
  /** Where the relay's positions are kept: the database of the outbox. */
  readonly database: Database;
  /** Events at most in one request to the broker, and in memory. Default 4000: with 1000 an event costs a third more of processor time. */
  readonly batchSize?: number;
};

/**
 * Carries every committed event from the outbox to the broker, and nothing else. The position moves after the broker has stored
 * the events; a crash in between publishes them again under the same numbers, by which consumers tell the repeat. Several
 * relays share the partitions: each batch locks its own. While the broker is away it tries again, every few seconds.
 */
export async function startRelay(options: RelayOptions): Promise<Consumer> {
  return await options.source.read({
    group: RELAY_GROUP,
    topics: TOPICS,
    database: options.database,
    batchSize: options.batchSize ?? 4_000,
    deliver: (records) => options.sink.publish(records),
  });
}
