import type { EpisodeId, EventId, SessionId, TenantId, ToolCallId } from '@switchyard/kernel/ids';
import { type LoggedEvent, SESSION_EVENT_KINDS } from './session-event.ts';

/** Where a session's events are published; the tenant stands in it, so that a guessed session of another one leads nowhere. */
export function sessionChannel(tenantId: TenantId, sessionId: SessionId): string {
  return `session:${tenantId}:${sessionId}`;
}

type Packed = readonly [
  seq: number,
  id: string,
  kind: number,
  at: number,
  episode: string,
  toolCall: string | null,
  text: string | null,
];

/** Events of one session, as text that is short enough to be a hint most of the time. */
export function packEvents(events: readonly LoggedEvent[]): string {
  return JSON.stringify(
    events.map((event): Packed => {
      const { seq, id, kind, at, episodeId, toolCallId, text } = event;
      return [seq, id, SESSION_EVENT_KINDS.indexOf(kind), at.getTime(), episodeId, toolCallId, text];
    }),
  );
}

/** Null for what is not packed events, such as the hint of a process of another version: the reader asks the log. */
export function unpackEvents(payload: string, sessionId: SessionId): LoggedEvent[] | null {
  if (payload === '') return null;
  try {
    const packed: unknown = JSON.parse(payload);
    return Array.isArray(packed) && packed.every(isPacked) ? packed.map((one) => unpack(one, sessionId)) : null;
  } catch {
    return null;
  }
}

function isPacked(one: unknown): one is Packed {
  if (!Array.isArray(one)) return false;
  const [seq, id, kind, at, episode, toolCall, text] = one as readonly unknown[];
  const texts = [id, episode].every((value) => typeof value === 'string');
  const optional = [toolCall, text].every((value) => value === null || typeof value === 'string');
  return texts && optional && Number.isInteger(seq) && Number.isInteger(at) && SESSION_EVENT_KINDS[Number(kind)] !== undefined;
}

function unpack([seq, id, kind, at, episode, toolCall, text]: Packed, sessionId: SessionId): LoggedEvent {
  return {
    id: id as EventId,
    sessionId,
    seq,
    kind: SESSION_EVENT_KINDS[kind] ?? 'EpisodeChanged',
    at: new Date(at),
    episodeId: episode as EpisodeId,
    toolCallId: toolCall as ToolCallId | null,
    text,
  };
}
