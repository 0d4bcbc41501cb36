import type { Topic } from '@switchyard/contracts/events';
import type { ConsumerOptions, GroupLag } from './event-log.ts';
import type { LogPool } from './log-reader.ts';
import { loadPositions, loadProgress, type Position } from './positions.ts';
import { earlier } from './snapshot.ts';

/** Counts what the group has not handled, by topic: along the index on xid from the earliest position, so that it is exact. */
const WAITING = `
select count(*)::int as events, extract(epoch from clock_timestamp() - min(e.recorded_at))::float8 as seconds
  from unnest($4::smallint[], $5::pg_snapshot[], $6::pg_snapshot[], $7::bigint[]) as p (partition, seen, until, seq)
  join (select partition, seq, xid, recorded_at from log.event where topic = $1 and xid >= $2::xid8
        union all
        select partition, seq, xid, recorded_at from log.event where topic = $1 and xid = any($3::xid8[]) and xid < $2::xid8) as e
    on e.partition = p.partition
 where not pg_visible_in_snapshot(e.xid, p.seen)
   and not (p.until is not null and pg_visible_in_snapshot(e.xid, p.until) and e.seq <= p.seq)`;

export async function measureLag(
  pool: LogPool,
  { group, topics, database }: Pick<ConsumerOptions, 'group' | 'topics' | 'database'>,
): Promise<GroupLag[]> {
  const [positions, progress] = await database.crossTenant('consumer', async (tx) => [
    await loadPositions(tx, group, topics),
    await loadProgress(tx, group),
  ]);
  return await Promise.all(
    topics.map(async (topic) => {
      const own = positions.filter((position) => position.topic === topic);
      const waiting = await countWaiting(pool, topic, own);
      const { handled, asOf } = progress.get(topic) ?? { handled: '0', asOf: null };
      return { group, topic, position: handled, asOf, ...waiting };
    }),
  );
}

async function countWaiting(pool: LogPool, topic: Topic, positions: readonly Position[]) {
  const from = positions.map((position) => position.seen).reduce(earlier);
  const { rows } = await pool.query<{ events: number; seconds: number | null }>({
    name: 'log-waiting',
    text: WAITING,
    values: [
      topic,
      String(from.xmax),
      [...from.running].map(String),
      positions.map((position) => position.partition),
      positions.map((position) => position.seen.text),
      positions.map((position) => position.until?.text ?? null),
      positions.map((position) => String(position.seq)),
    ],
  });
  return { events: rows[0]?.events ?? 0, seconds: rows[0]?.seconds ?? 0 };
}
