import { appendEvents } from '@switchyard/event-log/outbox';
import type { ToolCallId } from '@switchyard/kernel/ids';
import { jsonOf } from '../../domain/tool-call.ts';
import { ToolCallEntity } from '../../store/entities/tool-call.ts';
import { appendSessionEvents } from '../../store/session-events.ts';
import { SOURCE, toolCallFinished } from '../events.ts';
import { noteUndone } from '../undo.ts';
import type { Held } from './lease.ts';

export type ToolCallEnd = {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'UNKNOWN';
  readonly result: unknown;
  readonly error: string | null;
};

/** Counts an attempt; committed before the request goes out, so that "none counted" means "none sent". */
export async function startToolAttempt({ tx, episode }: Held, id: ToolCallId): Promise<void> {
  const call = await tx.em.findOneOrFail(ToolCallEntity, { id, episodeId: episode.id, status: 'REQUESTED' });
  call.attempts += 1;
}

/** Writes down what became of a call; of a compensation also what became of the call that it undoes. */
export async function finishToolCall({ tx, episode }: Held, id: ToolCallId, end: ToolCallEnd, at: Date): Promise<void> {
  const call = await tx.em.findOneOrFail(ToolCallEntity, { id, episodeId: episode.id, status: 'REQUESTED' });
  call.status = end.status;
  call.result = jsonOf(end.result);
  call.error = end.error;
  call.finishedAt = at;
  const effects = call.compensates == null ? [] : await tx.em.find(ToolCallEntity, { id: call.compensates });
  const undone = noteUndone(episode, call, effects, at);
  await tx.em.flush();
  await appendSessionEvents(
    tx,
    { tenantId: episode.tenantId, sessionId: episode.sessionId, at },
    [call, ...undone.map(({ effect }) => effect)].map((changed) => ({
      kind: 'ToolCallChanged',
      episodeId: episode.id,
      toolCallId: changed.id,
    })),
  );
  await appendEvents(tx, SOURCE, [toolCallFinished(episode, call, at), ...undone.map(({ event }) => event)]);
}
