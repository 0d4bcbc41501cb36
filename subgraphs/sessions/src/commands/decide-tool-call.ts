import type { Tx } from '@switchyard/database/database';
import { appendEvents } from '@switchyard/event-log/outbox';
import { notFound, PlatformError } from '@switchyard/kernel/errors';
import { parseId, type TenantId, type ToolCallId } from '@switchyard/kernel/ids';
import type { RunPubSub } from '@switchyard/pubsub/pubsub';
import { boundedText } from '../domain/text-bounds.ts';
import { lockEpisode, lockSession } from '../store/conversation.ts';
import type { EpisodeRow } from '../store/entities/episode.ts';
import { ToolCallEntity, type ToolCallRow } from '../store/entities/tool-call.ts';
import { appendSessionEvents } from '../store/session-events.ts';
import type { ConversationServices } from './conversation-services.ts';
import { SOURCE, toolCallFinished } from './events.ts';
import { hintEpisodes, hintSession } from './hints.ts';

/** Lets a call that waits for it be made. Approving it twice is the same as once. @throws PlatformError NOT_FOUND; CONFLICT when it no longer waits. */
export async function approveToolCall(services: ConversationServices, tenantId: TenantId, id: string): Promise<ToolCallRow> {
  return await decide(services, tenantId, id, async ({ call, at }) => {
    if (call.approvedAt != null) return false;
    requireWaiting(call, at);
    call.status = 'REQUESTED';
    call.approvedAt = at;
    return true;
  });
}

/**
 * Refuses a call that waits for approval; the model is told, with the reason. @throws PlatformError NOT_FOUND;
 * BAD_USER_INPUT for a reason longer than 1,000 characters; CONFLICT when it no longer waits.
 */
export async function rejectToolCall(
  services: ConversationServices,
  tenantId: TenantId,
  id: string,
  reason: string | null,
): Promise<ToolCallRow> {
  const why = reason === null ? '' : `: ${boundedText(reason, 'reason', { min: 1, max: 1000 })}`;
  return await decide(services, tenantId, id, async ({ tx, episode, call, at }) => {
    if (call.status === 'REJECTED') return false;
    requireWaiting(call, at);
    call.status = 'REJECTED';
    call.error = `A person refused it${why}`;
    call.finishedAt = at;
    await appendEvents(tx, SOURCE, [toolCallFinished(episode, call, at)]);
    return true;
  });
}

/** Has an episode that nobody holds taken up at once. Its lock is held. */
export function wake(tx: Tx, hints: RunPubSub, episode: EpisodeRow, at: Date): void {
  if (episode.status !== 'RUNNING' || episode.workerId != null) return;
  episode.leaseUntil = at;
  hintEpisodes(tx, hints);
}

type Decision = { readonly tx: Tx; readonly episode: EpisodeRow; readonly call: ToolCallRow; readonly at: Date };

/** @param change returns false when all is as it shall be already. */
async function decide(
  { database, clock, hints }: ConversationServices,
  tenantId: TenantId,
  id: string,
  change: (decision: Decision) => Promise<boolean>,
): Promise<ToolCallRow> {
  const callId = parseId<ToolCallId>(id);
  return await database.tenant(tenantId, async (tx) => {
    const seen = callId === null ? null : await tx.em.findOne(ToolCallEntity, { id: callId });
    if (seen === null) throw notFound('tool call', id);
    const session = await lockSession(tx, seen.sessionId);
    const episode = await lockEpisode(tx, seen.episodeId);
    if (session === null || episode === null) throw notFound('tool call', id);
    const call = await tx.em.findOneOrFail(ToolCallEntity, { id: seen.id }, { refresh: true });
    const at = clock.now();
    if (!(await change({ tx, episode, call, at }))) return call;
    wake(tx, hints, episode, at);
    await tx.em.flush();
    hintSession(tx, hints);
    await appendSessionEvents(tx, { tenantId, sessionId: session.id, at }, [
      { kind: 'ToolCallChanged', episodeId: episode.id, toolCallId: call.id },
    ]);
    return call;
  });
}

function requireWaiting(call: ToolCallRow, at: Date): void {
  const { status, approvalExpiresAt } = call;
  if (status === 'AWAITING_APPROVAL' && approvalExpiresAt != null && approvalExpiresAt > at) return;
  const now = status === 'AWAITING_APPROVAL' ? 'its time is over' : `it is ${status}`;
  throw new PlatformError('CONFLICT', { publicMessage: `The call does not wait for approval: ${now}.` });
}
