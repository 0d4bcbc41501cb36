import type { Tx } from '@switchyard/database/database';
import { appendEvents, type NewEvent } from '@switchyard/event-log/outbox';
import type { ModelCallId } from '@switchyard/kernel/ids';
import { type Citation, type EpisodeStatus, endOfUndone, type UndoneEnd } from '../domain/episode.ts';
import type { NewSessionEvent } from '../domain/session-event.ts';
import { addMessage, readyNextEpisode } from '../store/conversation.ts';
import type { EpisodeRow } from '../store/entities/episode.ts';
import type { SessionRow } from '../store/entities/session.ts';
import { ToolCallEntity } from '../store/entities/tool-call.ts';
import { appendSessionEvents } from '../store/session-events.ts';
import { episodeCompleted, SOURCE } from './events.ts';
import { type CallsTold, closeOpenCalls, effectsOf, planUndo } from './undo.ts';

/** How an episode ends. */
export type EpisodeEnd =
  | {
      readonly status: 'SUCCEEDED';
      readonly answer: string;
      readonly citations: readonly Citation[];
      /** What watchers have yet to be shown of the answer. */
      readonly unshown: { readonly modelCallId: ModelCallId; readonly text: string } | null;
    }
  /** `failure`: why, in a sentence for people. */
  | UndoneEnd;

/** What is told together with an episode's end, before it. */
export type Told = { readonly shown: readonly NewSessionEvent[]; readonly events: readonly NewEvent[] };

export type Ending = {
  /** Its lock is held. */
  readonly session: SessionRow;
  /** Its lock is held. */
  readonly episode: EpisodeRow;
  readonly end: EpisodeEnd;
  readonly at: Date;
  readonly told?: Told;
};

/**
 * Ends an episode, tells everyone, and lets the session's next one come. One that does not succeed and has done something
 * begins to undo it instead, and ends when it is asked to once more. Returns how it ended, null when it has yet to.
 */
export async function endEpisode(tx: Tx, ending: Ending): Promise<EpisodeStatus | null> {
  const { episode, end, at } = ending;
  if (end.status === 'SUCCEEDED') {
    // A model answers when it has all its tools' results.
    episode.citations = end.citations;
    episode.answerId = addMessage(tx, ending.session, { role: 'ASSISTANT', content: end.answer, at }).id;
    await close(tx, ending, 'SUCCEEDED', NOTHING);
    return 'SUCCEEDED';
  }
  const calls = await tx.em.find(ToolCallEntity, { episodeId: episode.id }, { orderBy: { seq: 'asc' } });
  const closed = closeOpenCalls(episode, calls, at);
  const planned = await planUndo(tx, episode, calls, at);
  const told = { changed: [...closed.changed, ...planned.changed], events: [...closed.events, ...planned.events] };
  if (planned.changed.some((call) => call.status === 'REQUESTED')) {
    episode.ending = end;
    await tx.em.flush();
    await tell(tx, ending, told);
    return null;
  }
  const { status, failure } = endOfUndone(
    end,
    effectsOf(calls).map((effect) => effect.status),
  );
  episode.failure = failure;
  await close(tx, ending, status, told);
  return status;
}

const NOTHING: CallsTold = { changed: [], events: [] };

async function close(tx: Tx, ending: Ending, status: EpisodeStatus & EndStatus, calls: CallsTold): Promise<void> {
  const { session, episode, end, at } = ending;
  // One that was taken up again to undo what was left has ended before, and may now have ended differently.
  const endedAs = episode.finishedAt == null ? null : (episode.ending?.status ?? null);
  episode.status = status;
  episode.finishedAt ??= at;
  episode.workerId = null;
  episode.leaseUntil = null;
  await tx.em.flush();
  const unshown = end.status === 'SUCCEEDED' ? end.unshown : null;
  await tell(tx, ending, {
    ...calls,
    delta: unshown === null ? [] : [{ kind: 'AnswerDelta', episodeId: episode.id, ...unshown }],
    completed: endedAs === status ? [] : [episodeCompleted(episode, status, episode.finishedAt, at)],
  });
  await readyNextEpisode(tx, session.id, at);
}

type EndStatus = 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'COMPENSATED';
type TellMore = { readonly delta?: readonly NewSessionEvent[]; readonly completed?: readonly NewEvent[] };

async function tell(tx: Tx, { session, episode, at, told }: Ending, calls: CallsTold & TellMore): Promise<void> {
  const episodeId = episode.id;
  await appendSessionEvents(tx, { tenantId: episode.tenantId, sessionId: session.id, at }, [
    ...(told?.shown ?? []),
    ...calls.changed.map((call) => ({ kind: 'ToolCallChanged' as const, episodeId, toolCallId: call.id })),
    ...(calls.delta ?? []),
    ...(calls.completed === undefined ? [] : [{ kind: 'EpisodeChanged' as const, episodeId }]),
  ]);
  await appendEvents(tx, SOURCE, [...(told?.events ?? []), ...calls.events, ...(calls.completed ?? [])]);
}
