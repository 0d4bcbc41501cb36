import { TOPICS, type Topic } from '@switchyard/contracts/events';
import { type RetentionDays, retentionDaysOf } from '@switchyard/contracts/topics';
import type { CrossTenantPath, Database } from '@switchyard/database/database';
import type { Logger } from 'pino';
import type { LogMetrics } from './log-metrics.ts';
import type { LogPool } from './log-reader.ts';
import { loadPositions } from './positions.ts';
import { earlier } from './snapshot.ts';

/*
 * How old events go: a topic's months are dropped as whole tables, once all of a month is older than the topic is kept. A month that
 * a registered group has not read is never dropped: each reader says every minute, in the log's own database, which snapshot it has
 * read all of (its positions may be in another one). A group that has said nothing for 90 days counts as gone. Until then
 * log_partitions_held shows who holds what, and the log grows: a full disk is seen early, lost events are not.
 */
const MAINTAIN_EVERY_MS = 3_600_000;
const REGISTER_EVERY_MS = 60_000;

type Reader = {
  readonly group: string;
  readonly topics: readonly Topic[];
  readonly database: Database;
  readonly path: CrossTenantPath;
};

export type Maintenance = {
  /** Holds what the group has not read until the returned function is called, and for 90 days after that. */
  register(reader: Reader): () => void;
  stop(): Promise<void>;
};

/** Makes the coming month's partitions and drops what has been kept long enough, now and every hour. */
export async function startMaintenance(options: {
  readonly pool: LogPool;
  readonly logger: Logger;
  readonly metrics: LogMetrics;
  readonly retentionDays: RetentionDays;
}): Promise<Maintenance> {
  const { pool, logger } = options;
  const readers = new Set<Reader>();
  const registerAll = async (): Promise<void> => {
    for (const reader of readers) await noteProgress(pool, reader);
  };
  await maintain(options);
  let running: Promise<void> = Promise.resolve();
  const every = (ms: number, work: () => Promise<void>, failed: string): NodeJS.Timeout =>
    setInterval(() => {
      running = running.then(work).catch((error: unknown) => logger.warn({ err: error }, failed));
    }, ms).unref();
  const timers = [
    every(REGISTER_EVERY_MS, registerAll, 'how far groups are was not noted'),
    every(MAINTAIN_EVERY_MS, () => maintain(options), 'the partitions of the event log were not maintained'),
  ];
  return {
    register(reader) {
      readers.add(reader);
      running = running
        .then(() => noteProgress(pool, reader))
        .catch((error: unknown) => logger.warn({ err: error, group: reader.group }, 'how far the group is was not noted'));
      return () => void readers.delete(reader);
    },
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await running;
    },
  };
}

/** Also for tests, which let months pass. */
export async function maintain(options: {
  readonly pool: LogPool;
  readonly logger: Logger;
  readonly metrics: Pick<LogMetrics, 'held'>;
  readonly retentionDays: RetentionDays;
  readonly now?: Date;
}): Promise<void> {
  const { pool, logger, metrics } = options;
  const now = (options.now ?? new Date()).toISOString();
  const months: { topic: Topic; group: string }[] = [];
  for (const topic of TOPICS) {
    const days = retentionDaysOf(topic, options.retentionDays);
    const keep = days === null ? null : `${days} days`;
    const { rows } = await pool.query<{ held_leaf: string; held_by: string }>(
      'select held_leaf, held_by from log.held_months($1, $2::interval, $3::timestamptz)',
      [topic, keep, now],
    );
    months.push(...rows.map((row) => ({ topic, group: row.held_by })));
    const spare = rows.map((row) => row.held_leaf);
    await pool.query('select log.maintain_topic($1, $2::interval, $3::timestamptz, $4::text[])', [topic, keep, now, spare]);
  }
  metrics.held(months);
  if (months.length > 0) logger.warn({ months }, 'old events are kept, because groups have not read them');
}

/** Says in the log's database how far the group is. */
export async function noteProgress(pool: LogPool, { group, topics, database, path }: Reader): Promise<void> {
  const positions = await database.crossTenant(path, (tx) => loadPositions(tx, group, topics));
  const seen = topics.map((topic) =>
    positions
      .filter((position) => position.topic === topic)
      .map((position) => position.seen)
      .reduce(earlier),
  );
  await pool.query(
    `insert into log.registered_group (group_name, topic, seen)
     select $1, t, s from unnest($2::text[], $3::pg_snapshot[]) as r (t, s)
     on conflict (group_name, topic) do update set seen = excluded.seen, at = clock_timestamp()`,
    [group, topics, seen.map((snapshot) => snapshot.text)],
  );
}
