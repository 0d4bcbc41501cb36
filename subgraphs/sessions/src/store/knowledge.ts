import { createHash } from 'node:crypto';
import type { Tx } from '@switchyard/database/database';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import { cutIntoPassages } from '../domain/passages.ts';
import { KnowledgeDocumentEntity, type KnowledgeDocumentRow } from './entities/knowledge.ts';
import { searchWords } from './knowledge-words.ts';

export type NewDocument = {
  readonly externalId: string;
  readonly title: string;
  readonly text: string;
  readonly url: string | null;
};

export type ImportCounts = { readonly added: number; readonly replaced: number; readonly unchanged: number };

/**
 * Adds the documents, or replaces those of the same external id whose content is another. Two imports at once take their
 * rows in the same order, so that they wait for each other and never block each other for good.
 * @param documents of different external ids.
 */
export async function saveDocuments(
  tx: Tx,
  tenantId: TenantId,
  documents: readonly NewDocument[],
  at: Date,
): Promise<ImportCounts> {
  const rows = documents.map((document) => ({ ...document, id: newId(), hash: contentHash(document) }));
  // xmax is 0 on a row that no update has touched yet: it was inserted just now.
  const written = await tx.query<{ id: string; external_id: string; added: boolean }>(
    `insert into sessions.knowledge_document as kept (id, tenant_id, external_id, title, text, url, content_hash, updated_at)
     select id, $1, external_id, title, text, url, decode(hash, 'hex'), $2
       from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) as given (id, external_id, title, text, url, hash)
      order by external_id
     on conflict (tenant_id, external_id) do update
       set title = excluded.title, text = excluded.text, url = excluded.url,
           content_hash = excluded.content_hash, updated_at = excluded.updated_at
       where kept.content_hash <> excluded.content_hash
     returning id, external_id, xmax = 0 as added`,
    [
      tenantId,
      at,
      rows.map((row) => row.id),
      rows.map((row) => row.externalId),
      rows.map((row) => row.title),
      rows.map((row) => row.text),
      rows.map((row) => row.url),
      rows.map((row) => row.hash),
    ],
  );
  await savePassages(tx, tenantId, written, new Map(documents.map((document) => [document.externalId, document])));
  const added = written.filter((row) => row.added).length;
  return { added, replaced: written.length - added, unchanged: documents.length - written.length };
}

async function savePassages(
  tx: Tx,
  tenantId: TenantId,
  written: readonly { readonly id: string; readonly external_id: string }[],
  documents: ReadonlyMap<string, NewDocument>,
): Promise<void> {
  await deletePassages(
    tx,
    written.map((row) => row.id),
  );
  const passages = written.flatMap((row) => {
    const document = documents.get(row.external_id);
    const texts = document === undefined ? [] : cutIntoPassages(document.text);
    return texts.map((text, position) => ({ documentId: row.id, position, title: document?.title ?? '', text }));
  });
  await tx.query(
    `insert into sessions.knowledge_passage (document_id, position, tenant_id, title, text, words)
     select document_id, position, $1, title, text, ${searchWords('title', 'A')} || ${searchWords('text', 'B')}
       from unnest($2::uuid[], $3::int[], $4::text[], $5::text[]) as given (document_id, position, title, text)`,
    [
      tenantId,
      passages.map((passage) => passage.documentId),
      passages.map((passage) => passage.position),
      passages.map((passage) => passage.title),
      passages.map((passage) => passage.text),
    ],
  );
}

/** Deletes those of them that are there, and says how many they were. Takes its rows in the order in which an import does. */
export async function deleteDocuments(tx: Tx, externalIds: readonly string[]): Promise<number> {
  const deleted = await tx.query<{ id: string }>(
    `delete from sessions.knowledge_document where id in (
       select id from sessions.knowledge_document where external_id = any($1::text[]) order by external_id for update)
     returning id`,
    [externalIds],
  );
  await deletePassages(
    tx,
    deleted.map((row) => row.id),
  );
  return deleted.length;
}

async function deletePassages(tx: Tx, documentIds: readonly string[]): Promise<void> {
  await tx.query('delete from sessions.knowledge_passage where document_id = any($1::uuid[])', [documentIds]);
}

/** Newest first. @param after id of the last one seen. */
export async function listDocuments(tx: Tx, limit: number, after: string | null): Promise<KnowledgeDocumentRow[]> {
  return await tx.em.find(KnowledgeDocumentEntity, after === null ? {} : { id: { $lt: after } }, {
    orderBy: { id: 'desc' },
    limit,
  });
}

function contentHash(document: NewDocument): string {
  return createHash('sha256')
    .update(JSON.stringify([document.title, document.text, document.url]))
    .digest('hex');
}
