import type { Topic } from '@switchyard/contracts/events';
import type { Database, Tx } from '@switchyard/database/database';
import { keyOf, loadPositions, type Position } from './positions.ts';

/** How far a group is in one partition of a broker's topic. */
export type BrokerPosition = {
  readonly nextOffset: bigint;
  /** Of the last event that was handled; what is not greater is a repeat of the relay's. */
  readonly windowNo: bigint;
  readonly seq: bigint;
};

type Place = { readonly group: string; readonly topic: Topic; readonly partition: number };
type Row = { partition: number; next_offset: string; window_no: string; seq: string };

/** Locks the position to the end of the transaction: a consumer that has lost its partition and does not know waits here. */
export async function lockBrokerPosition(tx: Tx, at: Place): Promise<BrokerPosition> {
  const key = [at.group, at.topic, at.partition];
  await tx.query(
    `insert into log.broker_position (group_name, topic, partition, next_offset, handled, as_of)
     select $1, $2, $3, 0, coalesce(max(handled), 0), max(as_of) from log.consumer_position
      where group_name = $1 and topic = $2 and partition = $3
     having not exists (select from log.broker_position where group_name = $1 and topic = $2 and partition = $3)
     on conflict do nothing`,
    key,
  );
  const [row] = await tx.query<Row>(
    `select partition, next_offset::text, window_no::text, seq::text from log.broker_position
      where group_name = $1 and topic = $2 and partition = $3 for update`,
    key,
  );
  if (row === undefined) throw new Error(`no position for ${at.group} in ${at.topic}/${at.partition}`);
  return { nextOffset: BigInt(row.next_offset), windowNo: BigInt(row.window_no), seq: BigInt(row.seq) };
}

export async function saveBrokerPosition(
  tx: Tx,
  at: Place,
  to: BrokerPosition & { readonly handled: number; readonly asOf: Date | null },
): Promise<void> {
  await tx.query(
    `update log.broker_position
        set next_offset = $4, window_no = $5, seq = $6, handled = handled + $7, as_of = greatest(as_of, $8::timestamptz)
      where group_name = $1 and topic = $2 and partition = $3`,
    [at.group, at.topic, at.partition, String(to.nextOffset), String(to.windowNo), String(to.seq), to.handled, to.asOf],
  );
}

/** The next offset of each partition that the group has a position in. */
export async function loadOffsets(database: Database, group: string, topic: Topic): Promise<Map<number, bigint>> {
  const rows = await database.crossTenant('consumer', (tx) =>
    tx.query<Row>(
      `select partition, next_offset::text, window_no::text, seq::text from log.broker_position where group_name = $1 and topic = $2`,
      [group, topic],
    ),
  );
  return new Map(rows.map((row) => [Number(row.partition), BigInt(row.next_offset)]));
}

/** The same for several topics, by `keyOf`. */
export async function loadPlaces(database: Database, group: string, topics: readonly Topic[]): Promise<Map<string, bigint>> {
  const rows = await database.crossTenant('consumer', (tx) =>
    tx.query<{ topic: Topic; partition: number; next_offset: string }>(
      `select topic, partition, next_offset::text from log.broker_position where group_name = $1 and topic = any($2)`,
      [group, topics],
    ),
  );
  return new Map(rows.map((row) => [keyOf(row), BigInt(row.next_offset)]));
}

/** Where the group was in the PostgreSQL log before it read from a broker: what it handled there is not handled again. */
export async function loadEarlierPositions(database: Database, group: string, topics: readonly Topic[]): Promise<Position[]> {
  return await database.crossTenant('consumer', (tx) => loadPositions(tx, group, topics));
}

export async function loadBrokerProgress(
  database: Database,
  group: string,
  topic: Topic,
): Promise<{ handled: string; asOf: Date | null }> {
  const [row] = await database.crossTenant('consumer', (tx) =>
    tx.query<{ handled: string; as_of: string | null }>(
      `select coalesce(sum(handled), 0)::text as handled, to_char(max(as_of) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as as_of
         from log.broker_position where group_name = $1 and topic = $2`,
      [group, topic],
    ),
  );
  const asOf = row?.as_of ?? null;
  return { handled: row?.handled ?? '0', asOf: asOf === null ? null : new Date(asOf) };
}
