import type { EventData } from '@switchyard/contracts/events';
import type { NewEvent } from '@switchyard/event-log/outbox';
import type { ToolCallId } from '@switchyard/kernel/ids';
import type { EpisodeRow } from '../store/entities/episode.ts';
import type { ToolCallRow } from '../store/entities/tool-call.ts';

/** Who says so, in every event of this subgraph. */
export const SOURCE = 'switchyard/sessions';

type OfEpisode = Pick<EpisodeRow, 'id' | 'tenantId' | 'sessionId' | 'traceparent' | 'useCase'>;

function about(episode: OfEpisode, time: Date) {
  return {
    tenantId: episode.tenantId,
    subject: episode.sessionId,
    time,
    correlationId: episode.id,
    ...(episode.traceparent == null ? {} : { traceparent: episode.traceparent }),
  };
}

function ofEpisode(episode: OfEpisode) {
  return { episodeId: episode.id, sessionId: episode.sessionId, useCase: episode.useCase };
}

export function episodeRequested(episode: OfEpisode, at: Date): NewEvent {
  return { ...about(episode, at), type: 'episode.requested', data: ofEpisode(episode) };
}

export function episodeStarted(episode: OfEpisode, at: Date): NewEvent {
  return { ...about(episode, at), type: 'episode.started', data: ofEpisode(episode) };
}

export function episodeCompleted(
  episode: OfEpisode & Pick<EpisodeRow, 'requestedAt'>,
  status: EventData<'episode.completed'>['status'],
  at: Date,
  /** When it is told, for an end that became another later on. */
  toldAt = at,
): NewEvent {
  const { requestedAt } = episode;
  return {
    ...about(episode, toldAt),
    type: 'episode.completed',
    data: {
      ...ofEpisode(episode),
      status,
      requestedAt: requestedAt.toISOString(),
      finishedAt: at.toISOString(),
      latencyMs: Math.max(0, at.getTime() - requestedAt.getTime()),
    },
  };
}

export function toolCallRequested(episode: OfEpisode, call: ToolCallRow): NewEvent {
  return {
    ...about(episode, call.requestedAt),
    type: 'tool_call.requested',
    data: { ...ofCall(call), sideEffect: call.sideEffect, compensates: call.compensates ?? null },
  };
}

/** @param call as it is now that it has ended. */
export function toolCallFinished(episode: OfEpisode, call: ToolCallRow, at: Date): NewEvent {
  const { status, attempts } = call;
  if (status !== 'SUCCEEDED' && status !== 'FAILED' && status !== 'REJECTED' && status !== 'UNKNOWN') {
    throw new TypeError(`tool call ${call.id} has not just ended`);
  }
  return {
    ...about(episode, at),
    type: 'tool_call.finished',
    data: { ...ofCall(call), status, attempts, compensates: call.compensates ?? null, finishedAt: at.toISOString() },
  };
}

/** @param by the call that undid it, or failed to; null when there was none to make. */
export function toolCallCompensated(episode: OfEpisode, call: ToolCallRow, by: ToolCallId | null, at: Date): NewEvent {
  const { status } = call;
  if (status !== 'COMPENSATED' && status !== 'COMPENSATION_FAILED') throw new TypeError(`tool call ${call.id} was not undone`);
  return { ...about(episode, at), type: 'tool_call.compensated', data: { ...ofCall(call), by, status } };
}

/** @param call as a person has settled it. */
export function toolCallSettled(episode: OfEpisode, call: ToolCallRow, note: string, at: Date): NewEvent {
  const { status } = call;
  if (status !== 'SUCCEEDED' && status !== 'FAILED' && status !== 'COMPENSATED' && status !== 'COMPENSATION_FAILED') {
    throw new TypeError(`tool call ${call.id} is not settled`);
  }
  return { ...about(episode, at), type: 'tool_call.settled', data: { ...ofCall(call), status, note } };
}

function ofCall(call: ToolCallRow) {
  return { toolCallId: call.id, episodeId: call.episodeId, sessionId: call.sessionId, tool: call.tool };
}

export function modelCallFinished(episode: OfEpisode, time: Date, data: EventData<'model_call.finished'>): NewEvent {
  return { ...about(episode, time), type: 'model_call.finished', data };
}
