import type { Tx } from '@switchyard/database/database';
import { appendEvents, type NewEvent } from '@switchyard/event-log/outbox';
import { countTokens } from '@switchyard/models/tokens';
import type { NewSessionEvent } from '../../domain/session-event.ts';
import { fateOfInterrupted } from '../../domain/tool-call.ts';
import type { EpisodeRow } from '../../store/entities/episode.ts';
import { ModelCallEntity } from '../../store/entities/model-call.ts';
import { ToolCallEntity, type ToolCallRow } from '../../store/entities/tool-call.ts';
import { shownByCall } from '../../store/episode-state.ts';
import { appendSessionEvents } from '../../store/session-events.ts';
import { episodeStarted, SOURCE, toolCallFinished } from '../events.ts';
import { type CallsTold, noteUndone } from '../undo.ts';
import type { Held } from './lease.ts';
import { settle } from './model-calls.ts';

/**
 * Begins an episode, or settles what a worker that died left open in it: a model call without an end is LOST (what is
 * known of its tokens is kept as a cost, and not billed); a tool call that may not be repeated is UNKNOWN.
 */
export async function takeUp(held: Held, at: Date): Promise<void> {
  const { tx, episode } = held;
  const shown: NewSessionEvent[] = [];
  const events: NewEvent[] = [];
  if (episode.begunAt === null) {
    episode.begunAt = at;
    shown.push({ kind: 'EpisodeChanged', episodeId: episode.id });
    events.push(episodeStarted(episode, at));
  } else {
    events.push(...(await loseModelCalls(held, at)));
    for (const call of await expireApprovals(tx, episode, at)) {
      shown.push({ kind: 'ToolCallChanged', episodeId: episode.id, toolCallId: call.id });
      events.push(toolCallFinished(episode, call, at));
    }
    const lost = await loseToolCalls(tx, episode, at);
    shown.push(...lost.changed.map(({ id }) => ({ kind: 'ToolCallChanged' as const, episodeId: episode.id, toolCallId: id })));
    events.push(...lost.events);
  }
  if (events.length === 0) return;
  await tx.em.flush();
  await appendSessionEvents(tx, { tenantId: episode.tenantId, sessionId: episode.sessionId, at }, shown);
  await appendEvents(tx, SOURCE, events);
}

async function loseModelCalls(held: Held, at: Date): Promise<NewEvent[]> {
  const open = await held.tx.em.find(ModelCallEntity, { episodeId: held.episode.id, status: 'STARTED' });
  if (open.length === 0) return [];
  const shown = await shownByCall(held.tx, held.episode.id);
  return open.map((call) => {
    call.status = 'LOST';
    call.error = 'LOST';
    const usage = {
      inputTokens: call.countedInputTokens,
      outputTokens: countTokens(shown.get(call.id) ?? ''),
      estimated: true,
    };
    return settle(held, call, { usage, billable: false, outcome: null }, at);
  });
}

async function expireApprovals(tx: Tx, episode: EpisodeRow, at: Date): Promise<ToolCallRow[]> {
  const waiting = { episodeId: episode.id, status: 'AWAITING_APPROVAL' as const };
  const expired = await tx.em.find(ToolCallEntity, { ...waiting, approvalExpiresAt: { $lte: at } });
  for (const call of expired) {
    call.status = 'REJECTED';
    call.error = 'Nobody approved it in time.';
    call.finishedAt = at;
  }
  return expired;
}

async function loseToolCalls(tx: Tx, episode: EpisodeRow, at: Date): Promise<CallsTold> {
  const open = await tx.em.find(ToolCallEntity, { episodeId: episode.id, status: 'REQUESTED' });
  const lost = open.filter((call) => fateOfInterrupted(call) === 'UNKNOWN');
  if (lost.length === 0) return { changed: [], events: [] };
  for (const call of lost) {
    call.status = 'UNKNOWN';
    call.error = 'The call was sent, and its answer was lost.';
    call.finishedAt = at;
  }
  const undoes = lost.flatMap(({ compensates }) => (compensates == null ? [] : [compensates]));
  const effects = undoes.length === 0 ? [] : await tx.em.find(ToolCallEntity, { id: { $in: undoes } });
  const undone = lost.flatMap((call) => noteUndone(episode, call, effects, at));
  return {
    changed: [...lost, ...undone.map(({ effect }) => effect)],
    events: [...lost.map((call) => toolCallFinished(episode, call, at)), ...undone.map(({ event }) => event)],
  };
}
