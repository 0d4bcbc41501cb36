import type { Tx } from '@switchyard/database/database';
import { type EventId, newId, type SessionId, type TenantId } from '@switchyard/kernel/ids';
import type { LoggedEvent, NewSessionEvent, SessionEventKind } from '../domain/session-event.ts';

export type AppendTo = { readonly tenantId: TenantId; readonly sessionId: SessionId; readonly at: Date };

export type Appended = { readonly tenantId: TenantId; readonly sessionId: SessionId; readonly events: LoggedEvent[] };

const appended = new WeakMap<Tx, Appended[]>();

/** What this transaction has appended so far, by session. */
export function appendedIn(tx: Tx): readonly Appended[] {
  return appended.get(tx) ?? [];
}

/**
 * Writes events at the end of the session's stream. The numbers come from a counter in the session's row, which stays locked
 * until the transaction commits: whoever sees event n sees all before it, so a reader may go by `seq > n` and miss none.
 */
export async function appendSessionEvents(tx: Tx, to: AppendTo, events: readonly NewSessionEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map((event) => ({
    id: newId<EventId>(),
    kind: event.kind,
    episode_id: event.episodeId,
    tool_call_id: event.kind === 'ToolCallChanged' ? event.toolCallId : null,
    model_call_id: event.kind === 'AnswerDelta' ? event.modelCallId : null,
    text: event.kind === 'AnswerDelta' ? event.text : null,
  }));
  const [numbered] = await tx.query<{ base: string }>(
    `with numbered as (
       update sessions.session set last_event_seq = last_event_seq + $4 where id = $2 returning last_event_seq - $4 as base),
     written as (
       insert into sessions.session_event (id, tenant_id, session_id, seq, kind, at, episode_id, tool_call_id, model_call_id, text)
       select (e ->> 'id')::uuid, $1, $2, base + n, e ->> 'kind', $3, (e ->> 'episode_id')::uuid,
              (e ->> 'tool_call_id')::uuid, (e ->> 'model_call_id')::uuid, e ->> 'text'
         from numbered, jsonb_array_elements($5::jsonb) with ordinality as listed(e, n))
     select base from numbered`,
    [to.tenantId, to.sessionId, to.at, events.length, JSON.stringify(rows)],
  );
  if (numbered !== undefined)
    remember(
      tx,
      to,
      rows.map((row, index) => loggedEvent(row, to, Number(numbered.base) + index + 1)),
    );
}

type NewRow = Pick<EventRow, 'id' | 'kind' | 'episode_id' | 'tool_call_id' | 'text'>;

function loggedEvent(row: NewRow, { sessionId, at }: AppendTo, seq: number): LoggedEvent {
  const { id, kind, text } = row;
  return { id, sessionId, seq, kind, at, episodeId: row.episode_id, toolCallId: row.tool_call_id, text };
}

function remember(tx: Tx, { tenantId, sessionId }: AppendTo, events: LoggedEvent[]): void {
  const all = appended.get(tx) ?? [];
  appended.set(tx, all);
  const own = all.find((one) => one.sessionId === sessionId);
  if (own === undefined) all.push({ tenantId, sessionId, events });
  else own.events.push(...events);
}

type EventRow = {
  id: EventId;
  session_id: SessionId;
  seq: string;
  kind: SessionEventKind;
  at_ms: number;
  episode_id: LoggedEvent['episodeId'];
  tool_call_id: LoggedEvent['toolCallId'];
  text: string | null;
};

/** Events after number `after`, oldest first. */
export async function readSessionEvents(tx: Tx, sessionId: SessionId, after: number, limit: number): Promise<LoggedEvent[]> {
  const rows = await tx.query<EventRow>(
    `select id, session_id, seq, kind, (extract(epoch from at) * 1000)::float8 as at_ms, episode_id, tool_call_id, text
       from sessions.session_event where session_id = $1 and seq > $2 order by seq limit $3`,
    [sessionId, after, limit],
  );
  return rows.map((row) => ({
    id: row.id,
    sessionId: row.session_id,
    seq: Number(row.seq),
    kind: row.kind,
    at: new Date(Math.round(Number(row.at_ms))),
    episodeId: row.episode_id,
    toolCallId: row.tool_call_id,
    text: row.text,
  }));
}

/** The number of an event of this session; null when it has no such event. */
export async function seqOfEvent(tx: Tx, sessionId: SessionId, eventId: EventId): Promise<number | null> {
  const [row] = await tx.query<{ seq: string }>('select seq from sessions.session_event where session_id = $1 and id = $2', [
    sessionId,
    eventId,
  ]);
  return row === undefined ? null : Number(row.seq);
}

/** The oldest event that is kept of the session; null when there is none. Ids are in the order of time. */
export async function oldestKept(tx: Tx, sessionId: SessionId): Promise<EventId | null> {
  const [row] = await tx.query<{ id: EventId }>(
    'select id from sessions.session_event where session_id = $1 order by seq limit 1',
    [sessionId],
  );
  return row?.id ?? null;
}

/** Of these sessions, how far each stream goes. */
export async function newestSeqs(tx: Tx, sessionIds: readonly SessionId[]): Promise<ReadonlyMap<SessionId, number>> {
  const rows = await tx.query<{ id: SessionId; last_event_seq: string }>(
    'select id, last_event_seq from sessions.session where id = any($1)',
    [sessionIds],
  );
  return new Map(rows.map((row) => [row.id, Number(row.last_event_seq)]));
}
