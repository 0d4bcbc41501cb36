import { appendEvents } from '@switchyard/event-log/outbox';
import { notFound } from '@switchyard/kernel/errors';
import { parseId, type SessionId, type TenantId } from '@switchyard/kernel/ids';
import { lockSession } from '../store/conversation.ts';
import type { SessionRow } from '../store/entities/session.ts';
import type { ConversationServices } from './conversation-services.ts';
import { SOURCE } from './events.ts';

/** Ends a session: what runs in it runs to its end, and nothing new is taken. Ending it again changes nothing. @throws PlatformError NOT_FOUND. */
export async function endSession({ database, clock }: ConversationServices, tenantId: TenantId, id: string): Promise<SessionRow> {
  const sessionId = parseId<SessionId>(id);
  return await database.tenant(tenantId, async (tx) => {
    const session = sessionId === null ? null : await lockSession(tx, sessionId);
    if (session === null) throw notFound('session', id);
    if (session.status === 'ENDED') return session;
    const now = clock.now();
    session.status = 'ENDED';
    session.endedAt = now;
    await tx.em.flush();
    await appendEvents(tx, SOURCE, [
      { type: 'session.ended', tenantId, subject: session.id, time: now, data: { sessionId: session.id } },
    ]);
    return session;
  });
}
