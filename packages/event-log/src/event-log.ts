import type { EventEnvelope } from '@switchyard/contracts/envelope';
import type { Topic } from '@switchyard/contracts/events';
import type { Database, Tx } from '@switchyard/database/database';

/** One reader of the log. Every partition of its topics is handled by one process of the group at a time, in order. */
export type ConsumerOptions = {
  /** Consumer group: its positions are kept under this name. */
  readonly group: string;
  readonly topics: readonly Topic[];
  /** Where its effects go; the positions are kept in the same database, and commit in the same transaction. */
  readonly database: Database;
  /** Events at most in one call of `handle`. Default 500. */
  readonly batchSize?: number;
  /**
   * Handles events of one partition or several, each partition's in order, in the transaction (`crossTenant('consumer')`)
   * that also moves the position: what it writes through `tx` happens exactly once. When it throws, nothing is kept, and the
   * same events come again after a pause.
   */
  handle(events: readonly EventEnvelope[], tx: Tx): Promise<void>;
  /**
   * Called with the same events once that transaction has committed: for hints, which may get lost, since a crash in between
   * skips it. What it throws is logged and changes nothing.
   */
  committed?(events: readonly EventEnvelope[]): Promise<void>;
};

export type Consumer = {
  /** Finishes the batch at hand, commits, and stops. */
  stop(): Promise<void>;
};

export type GroupLag = {
  readonly group: string;
  readonly topic: Topic;
  /** Opaque; grows as the group goes on. */
  readonly position: string;
  /** Events that wait. */
  readonly events: number;
  /** Age of the oldest event that waits, 0 when none does. */
  readonly seconds: number;
  /** When the newest event that was handled happened; null before the first. */
  readonly asOf: Date | null;
};

/** The event log, as everything downstream sees it: PostgreSQL on one machine, Kafka on several. */
export type EventLog = {
  consume(options: ConsumerOptions): Promise<Consumer>;
  lag(options: Pick<ConsumerOptions, 'group' | 'topics' | 'database'>): Promise<GroupLag[]>;
  close(): Promise<void>;
};
