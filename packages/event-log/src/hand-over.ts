import type { Tx } from '@switchyard/database/database';

/*
 * How one consumer group takes the place of another, with what it has written: for read models that were built anew beside the
 * live ones. All of it happens in one transaction of the database that holds the positions, whichever log they are of.
 */

const TABLES = {
  consumer_position: ['seen', 'until', 'seq', 'window_no', 'handled', 'as_of'],
  broker_position: ['next_offset', 'window_no', 'seq', 'handled', 'as_of'],
} as const;

/** Keeps the group from handling anything until the transaction ends; waits for what it is handling now. */
export async function holdGroup(tx: Tx, group: string): Promise<void> {
  for (const table of Object.keys(TABLES)) {
    await tx.query(`select from log.${table} where group_name = $1 order by topic, partition for update`, [group]);
  }
}

/**
 * Whether `behind` has come, in every partition, as far as `ahead`. In a broker's log that is a matter of offsets; that it has
 * handled no fewer events says that the log had all of them still.
 */
export async function hasReached(tx: Tx, { behind, ahead }: { behind: string; ahead: string }): Promise<boolean> {
  const missing = await tx.query(
    `select from (select topic, partition, handled, 0 as next_offset, group_name from log.consumer_position
                   where not exists (select from log.broker_position b where b.group_name = consumer_position.group_name
                                        and b.topic = consumer_position.topic and b.partition = consumer_position.partition)
                  union all
                  select topic, partition, handled, next_offset, group_name from log.broker_position) as at
      where group_name in ($1, $2)
      group by topic, partition
     having coalesce(max(handled) filter (where group_name = $2), 0) > coalesce(max(handled) filter (where group_name = $1), 0)
         or coalesce(max(next_offset) filter (where group_name = $2), 0) > coalesce(max(next_offset) filter (where group_name = $1), 0)
      limit 1`,
    [behind, ahead],
  );
  return missing.length === 0;
}

/**
 * Gives the positions and the dead letters of `from` to `to`, whose own are forgotten: what `from` could handle has its effect
 * now, and what it could not is what is missing. Both must be held, or stopped.
 */
export async function handOver(tx: Tx, { from, to }: { from: string; to: string }): Promise<void> {
  for (const [table, columns] of Object.entries(TABLES)) {
    await tx.query(
      `delete from log.${table} t where group_name = $2 and not exists (
         select from log.${table} f where f.group_name = $1 and f.topic = t.topic and f.partition = t.partition)`,
      [from, to],
    );
    await tx.query(
      `insert into log.${table} (group_name, topic, partition, ${columns.join(', ')})
       select $2, topic, partition, ${columns.join(', ')} from log.${table} where group_name = $1
       on conflict (group_name, topic, partition) do update set ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}`,
      [from, to],
    );
  }
  await tx.query('delete from log.dead_letter where group_name = $1', [to]);
  await tx.query('update log.dead_letter set group_name = $2 where group_name = $1', [from, to]);
  await forgetGroups(tx, from);
}

/** Deletes the positions and the dead letters of the groups whose name begins so. */
export async function forgetGroups(tx: Tx, prefix: string): Promise<void> {
  for (const table of [...Object.keys(TABLES), 'dead_letter']) {
    await tx.query(`delete from log.${table} where starts_with(group_name, $1)`, [prefix]);
  }
}
