import type { Database, Tx } from '@switchyard/database/database';
import { appendEvents } from '@switchyard/event-log/outbox';
import type { Clock } from '@switchyard/kernel/clock';
import { notFound, PlatformError } from '@switchyard/kernel/errors';
import { parseId, type TenantId, type ToolCallId } from '@switchyard/kernel/ids';
import { type Settlement, settledAs } from '../domain/tool-call.ts';
import { lockEpisode, lockSession } from '../store/conversation.ts';
import type { EpisodeRow } from '../store/entities/episode.ts';
import { ToolEntity } from '../store/entities/tool.ts';
import { ToolCallEntity, type ToolCallRow } from '../store/entities/tool-call.ts';
import { appendSessionEvents } from '../store/session-events.ts';
import { listUnsettled } from '../store/unsettled-calls.ts';
import { SOURCE, toolCallRequested, toolCallSettled } from './events.ts';
import { requestCompensation } from './undo.ts';

export { SETTLEMENTS, type Settlement } from '../domain/tool-call.ts';

export type UnsettledCall = Pick<
  ToolCallRow,
  'id' | 'tenantId' | 'episodeId' | 'tool' | 'status' | 'arguments' | 'error' | 'requestedAt' | 'compensation'
>;

/** Where the operator works through the effects that the platform could neither confirm nor undo, of all tenants. */
export type SagaDesk = {
  /** Oldest first. */
  list(limit: number): Promise<readonly UnsettledCall[]>;
  /**
   * Has a COMPENSATION_FAILED effect undone once more: an orchestrator takes the episode up and makes the call.
   * @throws PlatformError NOT_FOUND; CONFLICT when there is nothing to retry, or no tool to do it.
   */
  retry(toolCallId: string): Promise<void>;
  /** Notes what a person found out, and takes the call off the list. @throws PlatformError NOT_FOUND; CONFLICT when that cannot be said of it. */
  resolve(toolCallId: string, settlement: Settlement, note: string): Promise<ToolCallRow>;
};

export function createSagaDesk({ database, clock }: { readonly database: Database; readonly clock: Clock }): SagaDesk {
  const onCall = async <T>(id: string, work: (found: Found) => Promise<T>): Promise<T> => {
    const tenantId = await tenantOf(database, id);
    if (tenantId === null) throw notFound('tool call', id);
    return await database.tenant(tenantId, async (tx) => await work(await lockUnsettled(tx, id)));
  };
  return {
    list: (limit) => database.crossTenant('operator', (tx) => listUnsettled(tx, limit, null)),
    retry: (id) => onCall(id, (found) => undoAgain(found, clock.now())),
    resolve: (id, settlement, note) => onCall(id, (found) => settle(found, settlement, note, clock.now())),
  };
}

type Found = { readonly tx: Tx; readonly episode: EpisodeRow; readonly call: ToolCallRow };

async function tenantOf(database: Database, id: string): Promise<TenantId | null> {
  const callId = parseId<ToolCallId>(id);
  if (callId === null) return null;
  const call = await database.crossTenant('operator', (tx) => tx.em.findOne(ToolCallEntity, { id: callId }));
  return call?.tenantId ?? null;
}

async function lockUnsettled(tx: Tx, id: string): Promise<Found> {
  const seen = await tx.em.findOneOrFail(ToolCallEntity, { id: id as ToolCallId });
  await lockSession(tx, seen.sessionId);
  const episode = await lockEpisode(tx, seen.episodeId);
  const call = await tx.em.findOneOrFail(ToolCallEntity, { id: seen.id }, { refresh: true });
  if (episode === null || call.compensates != null) throw notFound('tool call', id);
  if (episode.finishedAt == null || episode.status === 'RUNNING')
    throw conflict('Its episode is still at work. Wait for its end.');
  return { tx, episode, call };
}

async function undoAgain({ tx, episode, call }: Found, at: Date): Promise<void> {
  if (call.status !== 'COMPENSATION_FAILED') throw conflict(`It is ${call.status}: only COMPENSATION_FAILED can be tried again.`);
  const tool = call.compensation == null ? null : await tx.em.findOne(ToolEntity, { name: call.compensation });
  if (tool === null) throw conflict('No tool is registered that undoes it.');
  const calls = await tx.em.find(ToolCallEntity, { episodeId: episode.id });
  const compensation = requestCompensation(tx, call, tool, { seq: 1 + Math.max(...calls.map(({ seq }) => seq)), at });
  episode.ending ??=
    episode.status === 'CANCELLED' ? { status: 'CANCELLED' } : { status: 'FAILED', failure: episode.failure ?? 'It failed.' };
  episode.status = 'RUNNING';
  episode.workerId = null;
  episode.leaseUntil = at;
  await tx.em.flush();
  await tellSession(tx, episode, call, at);
  await appendEvents(tx, SOURCE, [toolCallRequested(episode, compensation)]);
}

async function settle({ tx, episode, call }: Found, settlement: Settlement, note: string, at: Date): Promise<ToolCallRow> {
  const outcome = settledAs(call.status, settlement, episode.status === 'SUCCEEDED');
  if (outcome === null || call.settledAt != null)
    throw conflict(`It is ${call.status}, of which "${settlement}" cannot be said.`);
  call.status = outcome.status;
  call.settlement = note;
  if (outcome.settled) call.settledAt = at;
  await tx.em.flush();
  await tellSession(tx, episode, call, at);
  await appendEvents(tx, SOURCE, [toolCallSettled(episode, call, note, at)]);
  return call;
}

async function tellSession(tx: Tx, episode: EpisodeRow, call: ToolCallRow, at: Date): Promise<void> {
  await appendSessionEvents(tx, { tenantId: episode.tenantId, sessionId: episode.sessionId, at }, [
    { kind: 'ToolCallChanged', episodeId: episode.id, toolCallId: call.id },
  ]);
}

function conflict(publicMessage: string): PlatformError {
  return new PlatformError('CONFLICT', { publicMessage });
}
