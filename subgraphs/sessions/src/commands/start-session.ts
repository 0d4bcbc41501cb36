import { once } from '@switchyard/database/idempotency';
import { appendEvents } from '@switchyard/event-log/outbox';
import { badInput } from '@switchyard/kernel/errors';
import { newId, type SessionId, type TenantId } from '@switchyard/kernel/ids';
import type { UseCase } from '../domain/use-case.ts';
import { SessionEntity, type SessionRow } from '../store/entities/session.ts';
import type { ConversationServices } from './conversation-services.ts';
import { SOURCE } from './events.ts';

export type StartSession = {
  readonly useCase: UseCase;
  readonly endUserId: string | null;
  readonly metadata: unknown;
  readonly idempotencyKey: string | null;
};

/** Characters that `metadata` may have as JSON. */
const MAX_METADATA_LENGTH = 16_000;

/** @throws PlatformError BAD_USER_INPUT, IDEMPOTENCY_CONFLICT. */
export async function startSession(
  { database, clock }: ConversationServices,
  tenantId: TenantId,
  { idempotencyKey, ...input }: StartSession,
): Promise<SessionRow> {
  const metadata = metadataOf(input.metadata);
  if (input.endUserId !== null && (input.endUserId.length < 1 || input.endUserId.length > 255)) {
    throw badInput('`endUserId` must have 1 to 255 characters.', 'endUserId');
  }
  return await database.tenant(tenantId, async (tx) => {
    const id = await once(tx, { tenantId, operation: 'startSession', key: idempotencyKey, input }, async () => {
      const now = clock.now();
      const session = tx.em.create(SessionEntity, {
        id: newId<SessionId>(),
        tenantId,
        endUserId: input.endUserId,
        useCase: input.useCase,
        status: 'ACTIVE',
        startedAt: now,
        metadata,
        lastEventSeq: 0,
        lastMessageSeq: 0,
      });
      await tx.em.flush();
      const data = { sessionId: session.id, useCase: input.useCase, endUserId: input.endUserId };
      await appendEvents(tx, SOURCE, [{ type: 'session.started', tenantId, subject: session.id, time: now, data }]);
      return session.id;
    });
    return await tx.em.findOneOrFail(SessionEntity, { id });
  });
}

function metadataOf(value: unknown): Record<string, unknown> {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw badInput('`metadata` must be a JSON object.', 'metadata');
  if (JSON.stringify(value).length > MAX_METADATA_LENGTH) {
    throw badInput(`\`metadata\` must have at most ${MAX_METADATA_LENGTH} characters as JSON.`, 'metadata');
  }
  return { ...value };
}
