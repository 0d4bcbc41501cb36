import type { DropPolicy } from '@switchyard/kernel/drop-policy';
import type { EpisodeId, EventId, ModelCallId, SessionId, ToolCallId } from '@switchyard/kernel/ids';

export const SESSION_EVENT_KINDS = ['EpisodeChanged', 'AnswerDelta', 'ToolCallChanged'] as const;
export type SessionEventKind = (typeof SESSION_EVENT_KINDS)[number];

/** An event as a command states it. */
export type NewSessionEvent =
  | { readonly kind: 'EpisodeChanged'; readonly episodeId: EpisodeId }
  | { readonly kind: 'AnswerDelta'; readonly episodeId: EpisodeId; readonly modelCallId: ModelCallId; readonly text: string }
  | { readonly kind: 'ToolCallChanged'; readonly episodeId: EpisodeId; readonly toolCallId: ToolCallId };

/** An event of the session's log, as a watcher gets it. */
export type LoggedEvent = {
  readonly id: EventId;
  readonly sessionId: SessionId;
  /** Its number within the session. */
  readonly seq: number;
  readonly kind: SessionEventKind;
  readonly at: Date;
  readonly episodeId: EpisodeId;
  readonly toolCallId: ToolCallId | null;
  readonly text: string | null;
};

/** Stands where the last of the events stood that were dropped for one reader, with its id: resuming after it misses no more. */
export type DroppedEvents = Pick<LoggedEvent, 'id' | 'sessionId' | 'seq' | 'at'> & {
  readonly kind: 'EventsDropped';
  readonly count: number;
  readonly policy: DropPolicy;
};

export type SessionEvent = LoggedEvent | DroppedEvents;

/** The mark for `count` events, the last of which this was. */
export function dropped(last: SessionEvent, count: number, policy: DropPolicy): DroppedEvents {
  const { id, sessionId, seq, at } = last;
  return { kind: 'EventsDropped', id, sessionId, seq, at, count, policy };
}

export type Condensing = {
  /** Say what was left out, with an event in its place; a reader that was away is told by the graph's own description. */
  readonly tell: boolean;
  /** Characters that a merged piece may have. */
  readonly maxText: number;
};

/**
 * Consecutive pieces of one answer become one piece, which carries the id of the last, and of an episode's states only the newest
 * stays, where it stands. No text is lost, no end of an episode and no state of a tool call.
 */
export function condense(events: readonly SessionEvent[], { tell, maxText }: Condensing): SessionEvent[] {
  const newest = new Map<string, number>();
  for (const event of events) if (event.kind === 'EpisodeChanged') newest.set(event.episodeId, event.seq);
  const leftOut = (event: SessionEvent): boolean =>
    event.kind === 'EventsDropped' || (event.kind === 'EpisodeChanged' && newest.get(event.episodeId) !== event.seq);
  const lastLeftOut = tell ? events.findLast(leftOut) : undefined;
  const kept: SessionEvent[] = [];
  let count = 0;
  for (const event of events) {
    const last = kept.at(-1);
    if (leftOut(event)) {
      count += event.kind === 'EventsDropped' ? event.count : 1;
      if (event === lastLeftOut) kept.push(dropped(event, count, 'INTERMEDIATE'));
    } else {
      const merged = last === undefined ? null : mergedDelta(last, event, maxText);
      if (merged === null) kept.push(event);
      else kept[kept.length - 1] = merged;
    }
  }
  return kept;
}

/** Two pieces of one answer as one; null for what is not that, or too long. */
function mergedDelta(last: SessionEvent, next: SessionEvent, maxText: number): LoggedEvent | null {
  if (last.kind !== 'AnswerDelta' || next.kind !== 'AnswerDelta' || last.episodeId !== next.episodeId) return null;
  const text = `${last.text ?? ''}${next.text ?? ''}`;
  return text.length <= maxText ? { ...next, text } : null;
}
