import { badInput } from '@switchyard/kernel/errors';
import { parseId, type SessionId } from '@switchyard/kernel/ids';
import { requireTenant } from '@switchyard/kernel/request-context';
import { connectionOf, type Page, pageOf } from '@switchyard/runtime/connection';
import { endSession } from '../commands/end-session.ts';
import { startSession } from '../commands/start-session.ts';
import type { MutationResolvers, QueryResolvers, SessionResolvers } from '../generated/resolvers.ts';
import { listSessions } from '../store/conversation-lists.ts';
import { lastSeenId } from './id-cursor.ts';

export const Session: SessionResolvers = {
  __resolveReference: async ({ id }, { request, loaders }) => {
    requireTenant(request, 'SESSIONS_READ');
    const sessionId = parseId<SessionId>(id);
    return sessionId === null ? null : await loaders.session.load(sessionId);
  },
  tenant: async ({ tenantId }, _args, { loaders }) => {
    const tenant = await loaders.tenant.load(tenantId);
    if (tenant === null) throw new TypeError(`session of a tenant that is not there: ${tenantId}`);
    return tenant;
  },
  messages: async ({ id }, args, { loaders }) => {
    const page = pageOf('messages', args);
    const rows = await loaders.messagesOf.load({ sessionId: id, limit: page.first + 1, afterSeq: lastSeenNumber(page) });
    return connectionOf('messages', page, rows, (message) => String(message.seq));
  },
  episodes: async ({ id }, args, { loaders }) => {
    const page = pageOf('episodes', args);
    const rows = await loaders.episodesOf.load({ sessionId: id, limit: page.first + 1, afterSeq: lastSeenNumber(page) });
    return connectionOf('episodes', page, rows, (episode) => String(episode.seq));
  },
};

export const sessionQueries: Pick<QueryResolvers, 'session' | 'sessions'> = {
  session: async (_root, { id }, { request, loaders }) => {
    requireTenant(request, 'SESSIONS_READ');
    const sessionId = parseId<SessionId>(id);
    return sessionId === null ? null : await loaders.session.load(sessionId);
  },
  sessions: async (_root, { status, useCase, endUserId, ...args }, { request, read }) => {
    requireTenant(request, 'SESSIONS_READ');
    const page = pageOf('sessions', args);
    const filter = { status: status ?? null, useCase: useCase ?? null, endUserId: endUserId ?? null };
    const rows = await read((tx) => listSessions(tx, filter, page.first + 1, lastSeenId(page)));
    return connectionOf('sessions', page, rows, (session) => session.id);
  },
};

export const sessionMutations: Pick<MutationResolvers, 'startSession' | 'endSession'> = {
  startSession: async (_root, { input }, context) =>
    await startSession(context, requireTenant(context.request, 'SESSIONS_WRITE'), {
      useCase: input.useCase,
      endUserId: input.endUserId ?? null,
      metadata: input.metadata ?? null,
      idempotencyKey: input.idempotencyKey ?? null,
    }),
  endSession: async (_root, { id }, context) => await endSession(context, requireTenant(context.request, 'SESSIONS_WRITE'), id),
};

/** The number after which a page of a numbered list goes on; 0 at its beginning. */
function lastSeenNumber(page: Page): number {
  const number = Number(page.after ?? '0');
  if (!Number.isSafeInteger(number) || number < 0 || number > 2 ** 31 - 1) {
    throw badInput('`after` is not a cursor of this list. Use a cursor that this list gave, or leave it out.', 'after');
  }
  return number;
}
