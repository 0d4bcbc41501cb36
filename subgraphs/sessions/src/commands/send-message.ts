import type { Tx } from '@switchyard/database/database';
import { once } from '@switchyard/database/idempotency';
import { appendEvents } from '@switchyard/event-log/outbox';
import { badInput, notFound, PlatformError } from '@switchyard/kernel/errors';
import { type EpisodeId, newId, parseId, type SessionId, type TenantId } from '@switchyard/kernel/ids';
import { reserved } from '@switchyard/kernel/quotas';
import { unreachable } from '@switchyard/kernel/result';
import { checkWish, MAX_MESSAGE_LENGTH, type WishRefusal } from '../domain/message.ts';
import { addMessage, hasOpenEpisode, lockSession } from '../store/conversation.ts';
import { EpisodeEntity, type EpisodeRow } from '../store/entities/episode.ts';
import type { SessionRow } from '../store/entities/session.ts';
import { appendSessionEvents } from '../store/session-events.ts';
import { answerSchemaOf } from './answer-schema.ts';
import type { ConversationServices } from './conversation-services.ts';
import { episodeRequested, SOURCE } from './events.ts';
import { hintEpisodes, hintSession } from './hints.ts';

export type SendMessage = {
  readonly sessionId: string;
  readonly content: string;
  readonly responseSchema: unknown;
  readonly tier: string | null;
  /** Decimal text. */
  readonly maxCost: string | null;
  readonly idempotencyKey: string | null;
};

export type Caller = { readonly tenantId: TenantId; readonly traceparent: string | null; readonly apiKeyId: string };

/**
 * Takes a message and queues the episode that will answer it.
 * @throws PlatformError BAD_USER_INPUT; NOT_FOUND; CONFLICT when the session has ended; IDEMPOTENCY_CONFLICT; QUOTA_EXCEEDED
 *   and RATE_LIMITED when a hard limit has no room for the request and its first call.
 */
export async function sendMessage(
  services: ConversationServices,
  caller: Caller,
  { idempotencyKey, ...input }: SendMessage,
): Promise<EpisodeRow> {
  const wish = checkWish(input, services.tierNames);
  if (!wish.ok) throw refusalOf(wish.error, services.tierNames);
  const responseSchema = answerSchemaOf(input.responseSchema);
  const sessionId = parseId<SessionId>(input.sessionId);
  const { tenantId } = caller;
  return await services.database.tenant(tenantId, async (tx) => {
    const id = await once(tx, { tenantId, operation: 'sendMessage', key: idempotencyKey, input }, async () => {
      const session = sessionId === null ? null : await lockSession(tx, sessionId);
      if (session === null) throw notFound('session', input.sessionId);
      if (session.status === 'ENDED') {
        throw new PlatformError('CONFLICT', { publicMessage: 'The session has ended. Start a new one.' });
      }
      const episodeId = newId<EpisodeId>();
      const { inputTokens, outputTokens } = services.firstCall(input.content);
      const reservation = {
        tenantId,
        key: `episode:${episodeId}`,
        amounts: { requests: 1, input_tokens: inputTokens, output_tokens: outputTokens },
        apiKeyId: caller.apiKeyId,
        endUserId: session.endUserId ?? null,
      };
      const asked = { ...input, responseSchema, ...caller, episodeId, at: services.clock.now() };
      const queued = await reserved(services.quotas, reservation, () => queueEpisode(tx, session, asked));
      hintEpisodes(tx, services.hints);
      hintSession(tx, services.hints);
      return queued.id;
    });
    return await tx.em.findOneOrFail(EpisodeEntity, { id });
  });
}

type Asked = Pick<SendMessage, 'content' | 'tier' | 'maxCost'> & {
  readonly responseSchema: EpisodeRow['responseSchema'];
  readonly episodeId: EpisodeId;
  readonly traceparent: string | null;
  readonly at: Date;
};

async function queueEpisode(tx: Tx, session: SessionRow, asked: Asked): Promise<EpisodeRow> {
  const { at } = asked;
  const mustWait = await hasOpenEpisode(tx, session.id);
  const message = addMessage(tx, session, { role: 'USER', content: asked.content, at });
  const episode = tx.em.create(EpisodeEntity, {
    id: asked.episodeId,
    tenantId: session.tenantId,
    sessionId: session.id,
    seq: message.seq,
    useCase: session.useCase,
    status: 'QUEUED',
    requestId: message.id,
    responseSchema: asked.responseSchema,
    pinnedTier: asked.tier,
    maxCost: asked.maxCost,
    citations: [],
    requestedAt: at,
    readyAt: mustWait ? null : at,
    traceparent: asked.traceparent,
    fence: 0,
  });
  await tx.em.flush();
  const to = { tenantId: session.tenantId, sessionId: session.id, at };
  await appendSessionEvents(tx, to, [{ kind: 'EpisodeChanged', episodeId: episode.id }]);
  await appendEvents(tx, SOURCE, [episodeRequested(episode, at)]);
  return episode;
}

function refusalOf(refusal: WishRefusal, tiers: readonly string[]): PlatformError {
  switch (refusal.kind) {
    case 'content-length':
      return badInput(`\`content\` must have 1 to ${MAX_MESSAGE_LENGTH} characters, not all of them blank.`, 'content');
    case 'unknown-tier':
      return badInput(`There is no tier ${refusal.tier.slice(0, 64)}. The tiers are ${tiers.join(', ')}.`, 'tier');
    case 'negative-cost':
      return badInput('`maxCost` must not be negative.', 'maxCost');
    default:
      return unreachable(refusal);
  }
}
