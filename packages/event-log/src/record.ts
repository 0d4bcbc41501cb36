import type { Topic } from '@switchyard/contracts/events';
import type { Database, Tx } from '@switchyard/database/database';
import type { Consumer } from './event-log.ts';
import type { LogRow } from './log-reader.ts';

/** An event on its way out of the PostgreSQL log. (`windowNo`, `seq`) grows within a partition, in the order of delivery. */
export type LogRecord = LogRow & { readonly windowNo: bigint };

export type RecordReaderOptions = {
  readonly group: string;
  readonly topics: readonly Topic[];
  /** Where the positions are kept. */
  readonly database: Database;
  readonly batchSize: number;
  /**
   * Takes records of any partitions, each partition's in order, while their positions are locked. When it throws, the same
   * records come again later under the same (`windowNo`, `seq`), perhaps in another process.
   */
  deliver(records: readonly LogRecord[], tx: Tx): Promise<void>;
};

/** What a relay reads: the log, in batches that repeat exactly after a failure. */
export type RecordSource = {
  read(options: RecordReaderOptions): Promise<Consumer>;
};

/** What a relay writes to: a broker that has stored the records when this resolves. */
export type RecordSink = {
  publish(records: readonly LogRecord[]): Promise<void>;
};
