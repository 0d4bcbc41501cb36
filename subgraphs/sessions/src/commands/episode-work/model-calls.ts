import type { EventData } from '@switchyard/contracts/events';
import { appendEvents } from '@switchyard/event-log/outbox';
import type { ModelCallId, RouteDecisionId, ToolCallId } from '@switchyard/kernel/ids';
import type { EpisodeStatus } from '../../domain/episode.ts';
import { type CallUsage, costOf, type ModelTurn, type TierPrices } from '../../domain/model-call.ts';
import type { NewSessionEvent } from '../../domain/session-event.ts';
import { jsonOf } from '../../domain/tool-call.ts';
import { ModelCallEntity, type ModelCallRow } from '../../store/entities/model-call.ts';
import { ToolCallEntity, type ToolCallRow } from '../../store/entities/tool-call.ts';
import { appendSessionEvents } from '../../store/session-events.ts';
import { type EpisodeEnd, endEpisode } from '../end-episode.ts';
import { modelCallFinished, SOURCE, toolCallRequested } from '../events.ts';
import type { Held } from './lease.ts';

export type ModelCallStart = {
  readonly id: ModelCallId;
  /** Counted from 1 within the episode. */
  readonly seq: number;
  readonly turnNumber: number;
  readonly routeDecisionId: RouteDecisionId;
  readonly tier: string;
  readonly model: string;
  readonly provider: string;
  readonly prices: TierPrices;
  /** Tokens of the request by our tokenizer. */
  readonly countedInputTokens: number;
};

/** The tool's terms as they are now, kept with the call. */
export type NewToolCall = Pick<
  ToolCallRow,
  'tool' | 'providerCallId' | 'endpoint' | 'sideEffect' | 'idempotent' | 'compensation' | 'timeoutMs' | 'maxAttempts'
> & {
  readonly id: ToolCallId;
  readonly seq: number;
  readonly idempotencyKey: string;
  readonly arguments: unknown;
  /** Whether a person has to approve it first. */
  readonly needsApproval: boolean;
};

export type Outcome = NonNullable<EventData<'model_call.finished'>['outcome']>;

export type ModelCallEnd = {
  readonly id: ModelCallId;
  readonly status: 'ANSWERED' | 'FAILED' | 'CANCELLED';
  readonly usage: CallUsage;
  /** False where our own choice wasted it: kept as a cost, never charged. */
  readonly billable: boolean;
  /** What it says about its route decision; null when that is not known yet. */
  readonly outcome: Outcome | null;
  readonly error: string | null;
  readonly tierGivenUp: boolean;
  /** All that the model said; null when it did not come to an end. */
  readonly turn: ModelTurn | null;
  /** What watchers have yet to be shown of it. */
  readonly unshownText: string;
  readonly toolCalls: readonly NewToolCall[];
  /** When this turn ends the episode too. */
  readonly end: EpisodeEnd | null;
};

/** Written ahead of the request, so that a crash leaves a trace of what may have been spent. */
export async function startModelCall({ tx, episode }: Held, start: ModelCallStart, at: Date): Promise<void> {
  await tx.em.insert(ModelCallEntity, {
    ...start,
    tenantId: episode.tenantId,
    episodeId: episode.id,
    sessionId: episode.sessionId,
    status: 'STARTED',
    startedAt: at,
  });
}

/** `approvalTtlMs`: how long a call that needs a person waits for one. */
type FinishAt = { readonly at: Date; readonly approvalTtlMs: number };

/**
 * All that follows from the end of a model call, at once: from here on the turn is never asked for again. Returns how the
 * episode ended with it, null when it goes on.
 */
export async function finishModelCall(
  held: Held,
  end: ModelCallEnd,
  { at, approvalTtlMs }: FinishAt,
): Promise<EpisodeStatus | null> {
  const { tx, session, episode } = held;
  const call = await tx.em.findOneOrFail(ModelCallEntity, { id: end.id, episodeId: episode.id, status: 'STARTED' });
  call.status = end.status;
  call.turn = end.turn;
  call.tierGivenUp = end.tierGivenUp;
  call.error = end.error;
  const finished = settle(held, call, end, at);
  const toolCalls = end.toolCalls.map((asked) => requestToolCall(held, call, asked, { at, approvalTtlMs }));
  const shown: NewSessionEvent[] = toolCalls.map((made) => ({
    kind: 'ToolCallChanged',
    episodeId: episode.id,
    toolCallId: made.id,
  }));
  if (end.unshownText !== '') {
    shown.unshift({ kind: 'AnswerDelta', episodeId: episode.id, modelCallId: call.id, text: end.unshownText });
  }
  const events = [finished, ...toolCalls.map((made) => toolCallRequested(episode, made))];
  if (end.end !== null) return await endEpisode(tx, { session, episode, end: end.end, at, told: { shown, events } });
  await tx.em.flush();
  await appendSessionEvents(tx, { tenantId: episode.tenantId, sessionId: session.id, at }, shown);
  await appendEvents(tx, SOURCE, events);
  return null;
}

type Settlement = { readonly usage: CallUsage; readonly billable: boolean; readonly outcome: Outcome | null };

/** Notes what a call used, and returns the event that says so. */
export function settle({ episode }: Held, call: ModelCallRow, { usage, billable, outcome }: Settlement, at: Date) {
  if (call.status === 'STARTED') throw new TypeError(`model call ${call.id} has not ended`);
  call.inputTokens = usage.inputTokens;
  call.outputTokens = usage.outputTokens;
  call.estimated = usage.estimated;
  call.billable = billable;
  call.finishedAt = at;
  return modelCallFinished(episode, at, {
    modelCallId: call.id,
    episodeId: episode.id,
    sessionId: episode.sessionId,
    routeDecisionId: call.routeDecisionId,
    tier: call.tier,
    model: call.model,
    provider: call.provider,
    status: call.status,
    ...usage,
    billable,
    ...costOf(call.prices, usage),
    currency: call.prices.currency,
    outcome,
    startedAt: call.startedAt.toISOString(),
    finishedAt: at.toISOString(),
  });
}

function requestToolCall(
  { tx, episode }: Held,
  call: ModelCallRow,
  asked: NewToolCall,
  { at, approvalTtlMs }: FinishAt,
): ToolCallRow {
  const { needsApproval, ...terms } = asked;
  return tx.em.create(ToolCallEntity, {
    ...terms,
    arguments: jsonOf(asked.arguments) ?? {},
    approvalExpiresAt: needsApproval ? new Date(at.getTime() + approvalTtlMs) : null,
    tenantId: episode.tenantId,
    episodeId: episode.id,
    sessionId: episode.sessionId,
    modelCallId: call.id,
    status: needsApproval ? 'AWAITING_APPROVAL' : 'REQUESTED',
    attempts: 0,
    requestedAt: at,
  });
}
