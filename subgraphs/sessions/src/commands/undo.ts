import type { Tx } from '@switchyard/database/database';
import type { NewEvent } from '@switchyard/event-log/outbox';
import { newId, type ToolCallId } from '@switchyard/kernel/ids';
import type { EffectStatus } from '../domain/episode.ts';
import { isOpen } from '../domain/tool-call.ts';
import type { EpisodeRow } from '../store/entities/episode.ts';
import { ToolEntity, type ToolRow } from '../store/entities/tool.ts';
import { ToolCallEntity, type ToolCallRow } from '../store/entities/tool-call.ts';
import { toolCallCompensated, toolCallFinished, toolCallRequested } from './events.ts';

/** What has become of tool calls, to be told with what else the transaction does. */
export type CallsTold = { readonly changed: readonly ToolCallRow[]; readonly events: readonly NewEvent[] };

const EFFECT_STATUSES: readonly string[] = [
  'SUCCEEDED',
  'COMPENSATED',
  'COMPENSATION_FAILED',
  'UNKNOWN',
] satisfies EffectStatus[];

/** What the calls that a model asked for have done, or may have done. */
export function effectsOf(calls: readonly ToolCallRow[]): (ToolCallRow & { readonly status: EffectStatus })[] {
  return calls.filter(
    (call): call is ToolCallRow & { readonly status: EffectStatus } =>
      call.compensates == null && call.sideEffect && EFFECT_STATUSES.includes(call.status),
  );
}

/** Calls that never were sent will not be; one that was sent and got no answer is UNKNOWN. */
export function closeOpenCalls(episode: EpisodeRow, calls: readonly ToolCallRow[], at: Date): CallsTold {
  const open = calls.filter((call) => isOpen(call.status));
  for (const call of open) {
    call.status = call.attempts === 0 ? 'FAILED' : 'UNKNOWN';
    call.error = call.attempts === 0 ? 'The episode ended before the call was made.' : 'The call was sent, and no answer came.';
    call.finishedAt = at;
  }
  const undone = open.flatMap((call) => noteUndone(episode, call, calls, at));
  return {
    changed: [...open, ...undone.map(({ effect }) => effect)],
    events: [...open.map((call) => toolCallFinished(episode, call, at)), ...undone.map(({ event }) => event)],
  };
}

/** Carries the outcome of a compensation over to the call that it undoes; nothing for any other call. */
export function noteUndone(episode: EpisodeRow, call: ToolCallRow, calls: readonly ToolCallRow[], at: Date) {
  const effect = calls.find(({ id }) => id === call.compensates);
  if (effect === undefined) return [];
  if (call.status === 'SUCCEEDED') effect.status = 'COMPENSATED';
  else giveUp(effect, call.error ?? 'no reason was given.');
  return [{ effect, event: toolCallCompensated(episode, effect, call.id, at) }];
}

/**
 * Writes down a call for each effect that can be undone, the last one first; what nothing undoes is COMPENSATION_FAILED at once.
 * In an episode that has been undoing already, what is still there is given up.
 */
export async function planUndo(tx: Tx, episode: EpisodeRow, calls: readonly ToolCallRow[], at: Date): Promise<CallsTold> {
  const effects = effectsOf(calls).filter(({ status }) => status === 'SUCCEEDED');
  const undoable = episode.ending == null ? effects.toSorted((a, b) => b.seq - a.seq) : [];
  const tools = await toolsThatUndo(tx, undoable);
  const changed: ToolCallRow[] = [];
  const events: NewEvent[] = [];
  let seq = Math.max(0, ...calls.map((call) => call.seq));
  for (const effect of episode.ending == null ? undoable : effects) {
    const tool = effect.compensation == null ? undefined : tools.get(effect.compensation);
    if (tool === undefined) {
      giveUp(effect, whyNothingUndoes(effect, episode));
      changed.push(effect);
      events.push(toolCallCompensated(episode, effect, null, at));
    } else {
      const call = requestCompensation(tx, effect, tool, { seq: ++seq, at });
      changed.push(call);
      events.push(toolCallRequested(episode, call));
    }
  }
  return { changed, events };
}

async function toolsThatUndo(tx: Tx, effects: readonly ToolCallRow[]): Promise<ReadonlyMap<string, ToolRow>> {
  const names = effects.flatMap(({ compensation }) => (compensation == null ? [] : [compensation]));
  if (names.length === 0) return new Map();
  const tools = await tx.em.find(ToolEntity, { name: { $in: names } });
  return new Map(tools.map((tool) => [tool.name, tool]));
}

/** A call that undoes another: of the tool as it is registered now, with {arguments, result} of what it undoes. */
export function requestCompensation(
  tx: Tx,
  effect: ToolCallRow,
  tool: ToolRow,
  { seq, at }: { readonly seq: number; readonly at: Date },
): ToolCallRow {
  const id = newId<ToolCallId>();
  return tx.em.create(ToolCallEntity, {
    id,
    tenantId: effect.tenantId,
    episodeId: effect.episodeId,
    sessionId: effect.sessionId,
    compensates: effect.id,
    modelCallId: effect.modelCallId,
    seq,
    providerCallId: effect.providerCallId,
    tool: tool.name,
    arguments: { arguments: effect.arguments, result: effect.result ?? null },
    status: 'REQUESTED',
    attempts: 0,
    idempotencyKey: id,
    endpoint: tool.endpoint,
    sideEffect: tool.sideEffect,
    idempotent: tool.idempotent,
    compensation: null,
    timeoutMs: tool.timeoutMs,
    maxAttempts: tool.maxAttempts,
    requestedAt: at,
  });
}

function giveUp(effect: ToolCallRow, why: string): void {
  effect.status = 'COMPENSATION_FAILED';
  effect.error = `It was done, and not undone: ${why}`;
}

function whyNothingUndoes({ compensation }: ToolCallRow, { ending }: EpisodeRow): string {
  if (ending != null) return 'it was given up.';
  return compensation == null ? 'no tool undoes it.' : `the tool ${compensation}, which undoes it, is no longer registered.`;
}
