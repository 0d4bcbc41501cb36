import type { Topic } from '@switchyard/contracts/events';
import { type MisfitReason, readEvent } from '@switchyard/contracts/read-event';
import type { Database, Tx } from '@switchyard/database/database';
import { newId } from '@switchyard/kernel/ids';
import { inDeliverySpan } from './delivery-span.ts';
import type { ConsumerOptions } from './event-log.ts';

export type DeadLetterReason = MisfitReason | 'HANDLER_FAILED';

export type Corpse = {
  readonly incoming: {
    readonly topic: Topic;
    readonly partition: number;
    readonly place: bigint;
    readonly message: Buffer | string;
  };
  readonly reason: DeadLetterReason;
  readonly detail: string;
};

/** An event that a group could not handle, kept in the database of the group's effects until somebody replays or discards it. */
export type DeadLetter = {
  readonly id: string;
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** Its seq in the PostgreSQL log, its offset in Kafka. */
  readonly place: string;
  readonly tenantId: string | null;
  readonly eventId: string | null;
  readonly type: string | null;
  readonly reason: DeadLetterReason;
  readonly detail: string;
  readonly at: Date;
};

const LONGEST_DETAIL = 2_000;
const COLUMNS = `id, group_name as "group", topic, partition, place::text as place, tenant_id as "tenantId", event_id as "eventId", type,
  reason, detail, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at`;

type Row = Omit<DeadLetter, 'at' | 'partition'> & { readonly at: string; readonly partition: number | string };

/** Writes events to the dead letters of the group, in the transaction that moves its position past them. */
export async function bury(tx: Tx, group: string, corpses: readonly Corpse[]): Promise<void> {
  const named = corpses.map((corpse) => namesIn(String(corpse.incoming.message)));
  await tx.query(
    `insert into log.dead_letter (id, group_name, topic, partition, place, tenant_id, event_id, type, reason, detail, message)
     select id, $2, topic, partition, place, tenant_id, event_id, type, reason, detail, message
       from unnest($1::uuid[], $3::text[], $4::smallint[], $5::bigint[], $6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::text[], $11::bytea[])
              as d (id, topic, partition, place, tenant_id, event_id, type, reason, detail, message)`,
    [
      corpses.map(() => newId()),
      group,
      corpses.map(({ incoming }) => incoming.topic),
      corpses.map(({ incoming }) => incoming.partition),
      corpses.map(({ incoming }) => String(incoming.place)),
      named.map(({ tenantId }) => tenantId),
      named.map(({ eventId }) => eventId),
      named.map(({ type }) => type),
      corpses.map(({ reason }) => reason),
      corpses.map(({ detail }) => storable(detail).slice(0, LONGEST_DETAIL)),
      corpses.map(({ incoming }) => Buffer.from(incoming.message as string)),
    ],
  );
}

/** The group's dead letters, or all of the database, oldest first. */
export async function listDeadLetters(database: Database, group?: string): Promise<DeadLetter[]> {
  const rows = await database.crossTenant('maintenance', (tx) =>
    tx.query<Row>(`select ${COLUMNS} from log.dead_letter where $1::text is null or group_name = $1 order by at, id`, [
      group ?? null,
    ]),
  );
  return rows.map((row) => ({ ...row, partition: Number(row.partition), at: new Date(row.at) }));
}

/** The message as the log brought it; null when there is no such dead letter. */
export async function readDeadLetter(database: Database, id: string): Promise<Buffer | null> {
  const [row] = await database.crossTenant('maintenance', (tx) =>
    tx.query<{ message: Buffer }>('select message from log.dead_letter where id = $1', [id]),
  );
  return row?.message ?? null;
}

/** False when there is no such dead letter. */
export async function discardDeadLetter(database: Database, id: string): Promise<boolean> {
  const rows = await database.crossTenant('maintenance', (tx) =>
    tx.query('delete from log.dead_letter where id = $1 returning id', [id]),
  );
  return rows.length > 0;
}

export async function countDeadLetters(database: Database, group: string): Promise<number> {
  const [row] = await database.crossTenant('consumer', (tx) =>
    tx.query<{ count: number }>('select count(*)::int as count from log.dead_letter where group_name = $1', [group]),
  );
  return row?.count ?? 0;
}

export type Replay =
  | { readonly kind: 'handled' }
  /** There is no such dead letter of this group: it has been replayed or discarded. */
  | { readonly kind: 'gone' }
  /** It still does not fit; it stays where it is. */
  | { readonly kind: 'misfit'; readonly reason: MisfitReason; readonly detail: string };

/**
 * Hands a dead letter to its group's handler again, after the events that came since: what the handler writes and that the letter
 * is gone commit together, so that it takes effect once however often and by how many it is replayed.
 * @throws what the handler throws; the letter then stays.
 */
export async function replayDeadLetter(consumer: ConsumerOptions, id: string): Promise<Replay> {
  const { database, group } = consumer;
  const done = await database
    .crossTenant('consumer', async (tx) => {
      const [letter] = await tx.query<{ message: Buffer }>(
        'delete from log.dead_letter where id = $1 and group_name = $2 returning message',
        [id, group],
      );
      if (letter === undefined) return { kind: 'gone' } as const;
      const read = readEvent(letter.message.toString('utf8'));
      if (read.kind === 'misfit') throw new StillMisfit(read);
      await inDeliverySpan({ system: 'dead-letters', group, events: [read.event] }, () => consumer.handle([read.event], tx));
      return { kind: 'handled', event: read.event } as const;
    })
    .catch((error: unknown) => {
      if (error instanceof StillMisfit) return error.misfit;
      throw error;
    });
  if (done.kind !== 'handled') return done;
  // Hints may get lost; the letter's effect is there.
  await consumer.committed?.([done.event]).catch(() => undefined);
  return { kind: 'handled' };
}

/** Rolls the replay's transaction back, so that the letter stays. */
class StillMisfit extends Error {
  readonly misfit: Extract<Replay, { kind: 'misfit' }>;

  constructor(misfit: Extract<Replay, { kind: 'misfit' }>) {
    super(misfit.detail);
    this.misfit = misfit;
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whatever of the envelope can be made out, for lists and for row-level security. */
function namesIn(text: string): { tenantId: string | null; eventId: string | null; type: string | null } {
  const envelope = objectIn(text);
  const uuid = (value: unknown) => (typeof value === 'string' && UUID.test(value) ? value : null);
  const type = typeof envelope.type === 'string' ? storable(envelope.type).slice(0, 100) : null;
  return { tenantId: uuid(envelope.tenantid), eventId: uuid(envelope.id), type };
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** PostgreSQL's text holds any character but this one. */
function storable(text: string): string {
  return text.replaceAll('\0', '\u{FFFD}');
}
