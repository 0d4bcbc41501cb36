import { TOPICS, type Topic } from '@switchyard/contracts/events';
import pg from 'pg';
import { parseSnapshot, type Snapshot } from './snapshot.ts';

/*
 * How the log is read without losing or reordering anything.
 *
 * `seq` alone will not do: a transaction that took seq 7 may commit after one that took seq 8, and a reader that went on to
 * 8 has lost 7. Nor will transaction ids: one that began early and wrote late would be read before what it waited for.
 *
 * A window is what a later snapshot sees and an earlier one does not. Its transactions have all ended, so its rows stay as
 * they are, and are read in the order of `seq`. Why every subject's events come in the order of their commits: take T1 and T2,
 * which both wrote the subject, T1 having held its lock first. T2 got the lock after T1 had ended, so T2's `seq` is greater, and
 * every snapshot that sees T2 sees T1 too (PostgreSQL takes a transaction off the running ones before it releases its locks).
 * So T1 is in the same window, before T2 by `seq`, or in an earlier one. A cut at the oldest running transaction
 * (pg_snapshot_xmin) would not give that: T2 may have the lesser transaction id, and fall below the cut alone.
 * Nor does a window wait for a long transaction: what it writes comes in the window after its end.
 */

export type LogRow = {
  readonly topic: Topic;
  readonly partition: number;
  readonly seq: bigint;
  readonly xid: bigint;
  /** When it happened, in milliseconds since 1970. */
  readonly timeMs: number;
  /** The envelope as JSON text. */
  readonly text: string;
};

/** A connection pool of the log's database, in the cross-tenant role. */
export type LogPool = Pick<pg.Pool, 'query'>;

/** The time as a number: parsing a timestamp costs as much as the rest of the row. */
const COLUMNS = `topic, partition, seq, xid, date_part('epoch', time) * 1000 as time_ms, envelope::text as text`;

/**
 * Topics stand in the text as literals, so that partitions of others are pruned when the statement is planned: PostgreSQL does
 * not prune by an array parameter. They are names out of the code, never from outside.
 */
const oneOf = (topics: readonly Topic[]) => `topic in (${topics.map((topic) => pg.escapeLiteral(topic)).join(', ')})`;

/** Statements are prepared once per connection and set of topics; a name has 63 characters at most. */
const nameOf = (statement: string, topics: readonly Topic[]) =>
  `log-${statement}-${topics.map((topic) => TOPICS.indexOf(topic).toString(36)).join('')}`;

/** Two branches, so that each has an index condition: what was not begun at $1, and what was running ($2). */
const unseen = (topics: readonly Topic[], columns: string, more = '') => `
  select ${columns} from log.event where ${oneOf(topics)} and xid >= $1::xid8 ${more}
  union all
  select ${columns} from log.event where ${oneOf(topics)} and xid = any($2::xid8[]) and xid < $1::xid8 ${more}`;

const FRESH = (topics: readonly Topic[]) => `
with unseen as materialized (select * from (${unseen(topics, COLUMNS)}) as u limit $3::int + 1)
select *, case when row_number() over () = 1 then pg_current_snapshot()::text end as snapshot from unseen order by seq`;

const FIRST = (topics: readonly Topic[]) => `select min(seq) as first from (${unseen(topics, 'seq')}) as u`;

const WINDOW_BY_XID = (topics: readonly Topic[]) => `
with piece as materialized (
  select * from (${unseen(topics, COLUMNS, 'and seq > $4 and pg_visible_in_snapshot(xid, $5::pg_snapshot)')}) as u limit $3::int + 1)
select * from piece order by seq`;

const WINDOW_BY_SEQ = (topics: readonly Topic[]) => `
select ${COLUMNS} from log.event
 where ${oneOf(topics)} and seq > $1
   and pg_visible_in_snapshot(xid, $2::pg_snapshot) and not pg_visible_in_snapshot(xid, $3::pg_snapshot)
 order by seq limit $4::int`;

type RawRow = {
  topic: Topic;
  partition: number;
  seq: string;
  xid: string;
  time_ms: number;
  text: string;
  snapshot?: string | null;
};

/** Everything after `seen`, ordered, when it is `limit` rows or fewer; otherwise `complete` is false, and a window must be opened. */
export async function readFresh(
  pool: LogPool,
  from: { readonly topics: readonly Topic[]; readonly seen: Snapshot; readonly limit: number },
): Promise<{ rows: LogRow[]; until: Snapshot | null; complete: boolean }> {
  const { rows } = await pool.query<RawRow>({
    name: nameOf('fresh', from.topics),
    text: FRESH(from.topics),
    values: [...bounds(from.seen), from.limit],
  });
  const snapshot = rows.find((row) => typeof row.snapshot === 'string')?.snapshot;
  return {
    rows: rows.map(logRow),
    until: snapshot === undefined || snapshot === null ? null : parseSnapshot(snapshot),
    complete: rows.length <= from.limit,
  };
}

/** Of a position that has seen nothing yet (see the table's default): everything after it is the whole log, which need not be looked through. */
const BEGINNING = 1n;

/** The least seq after `seen`: where a window that is read by seq begins. */
export async function firstSeq(pool: LogPool, topics: readonly Topic[], seen: Snapshot): Promise<bigint> {
  if (seen.xmax <= BEGINNING) return 1n;
  const { rows } = await pool.query<{ first: string | null }>(FIRST(topics), bounds(seen));
  return BigInt(rows[0]?.first ?? 1);
}

export type WindowPart = {
  readonly topics: readonly Topic[];
  readonly seen: Snapshot;
  readonly until: Snapshot;
  /** Rows up to this seq are not wanted. */
  readonly after: bigint;
  readonly limit: number;
};

/**
 * The window's next rows in order, `limit` at most, and whether they are its last. With `large`, it goes along the index on
 * seq, which is fast where most rows of the log are in the window; otherwise along the one on xid, where few are.
 */
export async function readWindow(
  pool: LogPool,
  part: WindowPart,
  large: boolean,
): Promise<{ rows: LogRow[]; last: boolean } | 'large'> {
  const { topics, seen, until, after, limit } = part;
  if (large) {
    const values = [String(after), until.text, seen.text, limit];
    const { rows } = await pool.query<RawRow>({ name: nameOf('seq', topics), text: WINDOW_BY_SEQ(topics), values });
    return { rows: rows.map(logRow), last: rows.length < limit };
  }
  const values = [...bounds(seen), limit, String(after), until.text];
  const { rows } = await pool.query<RawRow>({ name: nameOf('xid', topics), text: WINDOW_BY_XID(topics), values });
  return rows.length > limit ? 'large' : { rows: rows.map(logRow), last: true };
}

function bounds(seen: Snapshot): [string, string[]] {
  return [String(seen.xmax), [...seen.running].map(String)];
}

function logRow(row: RawRow): LogRow {
  return {
    topic: row.topic,
    partition: row.partition,
    seq: BigInt(row.seq),
    xid: BigInt(row.xid),
    timeMs: Math.round(row.time_ms),
    text: row.text,
  };
}
