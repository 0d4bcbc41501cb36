import type { Topic } from '@switchyard/contracts/events';
import { PARTITIONS } from '@switchyard/contracts/topics';
import type { Tx } from '@switchyard/database/database';
import type { LogRow } from './log-reader.ts';
import { parseSnapshot, type Snapshot, sees } from './snapshot.ts';

/** How far a group is in one partition of the PostgreSQL log: all that `seen` sees is handled, and of `until`'s what is up to `seq`. */
export type Position = {
  readonly topic: Topic;
  readonly partition: number;
  readonly seen: Snapshot;
  readonly until: Snapshot | null;
  readonly seq: bigint;
  readonly windowNo: bigint;
};

/** Where a position goes next. */
export type Advance = Pick<Position, 'seen' | 'until' | 'seq' | 'windowNo'>;

export function isHandled(position: Position, row: Pick<LogRow, 'xid' | 'seq'>): boolean {
  if (sees(position.seen, row.xid)) return true;
  return position.until !== null && sees(position.until, row.xid) && row.seq <= position.seq;
}

export function keyOf(at: { readonly topic: string; readonly partition: number }): string {
  return `${at.topic}/${at.partition}`;
}

/** Same place; the snapshots are compared as text, since they come from the same column. */
export function samePlace(a: Position, b: Position): boolean {
  return a.seen.text === b.seen.text && a.until?.text === b.until?.text && a.seq === b.seq && a.windowNo === b.windowNo;
}

type Row = { topic: Topic; partition: number; seen: string; until: string | null; seq: string; window_no: string };
const COLUMNS = 'topic, partition, seen::text, until::text, seq::text, window_no::text';

/** The group's positions, made at the log's beginning where they are missing. */
export async function loadPositions(tx: Tx, group: string, topics: readonly Topic[]): Promise<Position[]> {
  await tx.query(
    `insert into log.consumer_position (group_name, topic, partition)
     select $1, t, p from unnest($2::text[]) t, generate_series(0, $3::int - 1) p
     where not exists (select from log.consumer_position c where c.group_name = $1 and c.topic = t and c.partition = p)
     order by t, p on conflict do nothing`,
    [group, topics, PARTITIONS],
  );
  const rows = await tx.query<Row>(
    `select ${COLUMNS} from log.consumer_position where group_name = $1 and topic = any($2) order by topic, partition`,
    [group, topics],
  );
  return rows.map(positionOf);
}

/**
 * Locks those of the positions that no other process holds, to the end of the transaction: their partitions are this process's
 * until then. Returns them as they are now.
 */
export async function lockPositions(tx: Tx, group: string, wanted: readonly Position[]): Promise<Position[]> {
  const rows = await tx.query<Row>(
    `select ${COLUMNS} from log.consumer_position
      where group_name = $1 and (topic, partition) in (select * from unnest($2::text[], $3::smallint[]))
      for update skip locked`,
    [group, wanted.map((position) => position.topic), wanted.map((position) => position.partition)],
  );
  return rows.map(positionOf);
}

export type Moved = { readonly position: Position; readonly to: Advance; readonly handled: number; readonly asOf: Date | null };

/** Moves positions that `lockPositions` has locked in this transaction. */
export async function savePositions(tx: Tx, group: string, moved: readonly Moved[]): Promise<void> {
  await tx.query(
    `update log.consumer_position c
        set seen = v.seen, until = v.until, seq = v.seq, window_no = v.window_no,
            handled = c.handled + v.handled, as_of = greatest(c.as_of, v.as_of)
       from unnest($2::text[], $3::smallint[], $4::pg_snapshot[], $5::pg_snapshot[], $6::bigint[], $7::bigint[], $8::bigint[], $9::timestamptz[])
              as v (topic, partition, seen, until, seq, window_no, handled, as_of)
      where c.group_name = $1 and c.topic = v.topic and c.partition = v.partition`,
    [
      group,
      moved.map((move) => move.position.topic),
      moved.map((move) => move.position.partition),
      moved.map((move) => move.to.seen.text),
      moved.map((move) => move.to.until?.text ?? null),
      moved.map((move) => String(move.to.seq)),
      moved.map((move) => String(move.to.windowNo)),
      moved.map((move) => move.handled),
      moved.map((move) => move.asOf),
    ],
  );
}

function positionOf(row: Row): Position {
  return {
    topic: row.topic,
    partition: Number(row.partition),
    seen: parseSnapshot(row.seen),
    until: row.until === null ? null : parseSnapshot(row.until),
    seq: BigInt(row.seq),
    windowNo: BigInt(row.window_no),
  };
}

/** Per topic, how many events the group has handled, and when the newest of them happened. */
export async function loadProgress(tx: Tx, group: string): Promise<Map<string, { handled: string; asOf: Date | null }>> {
  const rows = await tx.query<{ topic: string; handled: string; as_of: string | null }>(
    `select topic, sum(handled)::text as handled, to_char(max(as_of) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as as_of
       from log.consumer_position where group_name = $1 group by topic`,
    [group],
  );
  return new Map(rows.map((row) => [row.topic, { handled: row.handled, asOf: row.as_of === null ? null : new Date(row.as_of) }]));
}
