import type { EpisodeId, EventId, ModelCallId, SessionId, ToolCallId } from '@switchyard/kernel/ids';

export const SESSION_EVENT_KINDS = ['EpisodeChanged', 'AnswerDelta', 'ToolCallChanged'] as const;
export type SessionEventKind = (typeof SESSION_EVENT_KINDS)[number];

/** An event as a command states it. */
export type NewSessionEvent =
  | { readonly kind: 'EpisodeChanged'; readonly episodeId: EpisodeId }
  | { readonly kind: 'AnswerDelta'; readonly episodeId: EpisodeId; readonly modelCallId: ModelCallId; readonly text: string }
  | { readonly kind: 'ToolCallChanged'; readonly episodeId: EpisodeId; readonly toolCallId: ToolCallId };

/** An event as a watcher gets it. */
export type SessionEvent = {
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

/**
 * What a reader who was away needs of the events it missed: consecutive pieces of one answer become one piece, which
 * carries the id of the last, and of a thing's states only the newest stays, where it stands.
 */
export function condense(events: readonly SessionEvent[]): SessionEvent[] {
  const newest = new Map<string, number>();
  for (const event of events) if (event.kind !== 'AnswerDelta') newest.set(subjectOf(event), event.seq);
  const kept: SessionEvent[] = [];
  for (const event of events) {
    const last = kept.at(-1);
    if (event.kind !== 'AnswerDelta') {
      if (newest.get(subjectOf(event)) === event.seq) kept.push(event);
    } else if (last?.kind === 'AnswerDelta' && last.episodeId === event.episodeId) {
      kept[kept.length - 1] = { ...event, text: `${last.text ?? ''}${event.text ?? ''}` };
    } else {
      kept.push(event);
    }
  }
  return kept;
}

function subjectOf(event: SessionEvent): string {
  return `${event.kind} ${event.toolCallId ?? event.episodeId}`;
}
