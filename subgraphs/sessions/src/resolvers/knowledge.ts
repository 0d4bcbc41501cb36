import { createHash } from 'node:crypto';
import { badInput } from '@switchyard/kernel/errors';
import { requireTenant } from '@switchyard/kernel/request-context';
import { connectionOf, type PageArguments, pageOf } from '@switchyard/runtime/connection';
import { deleteKnowledge } from '../commands/delete-knowledge.ts';
import { importKnowledge } from '../commands/import-knowledge.ts';
import type { Context } from '../context.ts';
import type { MutationResolvers, QueryResolvers } from '../generated/resolvers.ts';
import { listDocuments } from '../store/knowledge.ts';
import { searchDocuments } from '../store/knowledge-search.ts';
import { lastSeenId } from './id-cursor.ts';

const MAX_SEARCH_CHARACTERS = 1000;

export const knowledgeQueries: Pick<QueryResolvers, 'knowledge'> = {
  knowledge: async (_root, { search, ...args }, context) => {
    requireTenant(context.request, 'SESSIONS_READ');
    return search == null ? await allDocuments(args, context) : await foundDocuments(search, args, context);
  },
};

export const knowledgeMutations: Pick<MutationResolvers, 'importKnowledge' | 'deleteKnowledge'> = {
  importKnowledge: async (_root, { input }, context) =>
    await importKnowledge(context, requireTenant(context.request, 'SESSIONS_WRITE'), input),
  deleteKnowledge: async (_root, { externalIds }, context) =>
    await deleteKnowledge(context, requireTenant(context.request, 'SESSIONS_WRITE'), externalIds),
};

async function allDocuments(args: PageArguments, { read }: Context) {
  const page = pageOf('knowledge', args);
  const rows = await read((tx) => listDocuments(tx, page.first + 1, lastSeenId(page)));
  return connectionOf('knowledge', page, rows, (document) => document.id);
}

/** A cursor is a place in the ranking of this very search: it fits no other one. */
async function foundDocuments(search: string, args: PageArguments, { read }: Context) {
  if (search.length > MAX_SEARCH_CHARACTERS) throw badInput('`search` must have at most 1,000 characters.', 'search');
  const list = `knowledge:${createHash('sha256').update(search).digest('base64url').slice(0, 16)}`;
  const page = pageOf(list, args);
  const seen = page.after === null ? 0 : Number(page.after);
  if (!Number.isSafeInteger(seen) || seen < 0) throw badInput('`after` is not a cursor of this list.', 'after');
  const rows = await read((tx) => searchDocuments(tx, search, page.first + 1, seen));
  const ranked = rows.map((document, index) => ({ document, rank: seen + index + 1 }));
  const { edges, pageInfo } = connectionOf(list, page, ranked, ({ rank }) => String(rank));
  return { edges: edges.map(({ cursor, node }) => ({ cursor, node: node.document })), pageInfo };
}
