import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { TENANT_ROWS } from '@switchyard/database/policies';

/** A document of what a tenant's assistants know, as the tenant gave it. */
export const KnowledgeDocumentEntity = defineEntity({
  name: 'KnowledgeDocument',
  tableName: 'knowledge_document',
  ...TENANT_ROWS,
  uniques: [{ properties: ['tenantId', 'externalId'] }],
  indexes: [{ properties: ['tenantId', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    /** The tenant's own id of it. */
    externalId: p.text(),
    title: p.text(),
    text: p.text(),
    url: p.text().nullable(),
    /** SHA-256 over title, text and url: what did not change is not written again. */
    contentHash: p.blob(),
    updatedAt: p.datetime(3),
  },
});
export type KnowledgeDocumentRow = InferEntity<typeof KnowledgeDocumentEntity>;

/**
 * A piece of a document, about 1,000 characters: what is searched and shown to a model, so that a long document is
 * found by its best part. Written with its document, deleted with it.
 */
export const KnowledgePassageEntity = defineEntity({
  name: 'KnowledgePassage',
  tableName: 'knowledge_passage',
  ...TENANT_ROWS,
  properties: {
    documentId: p.uuid().primary(),
    /** Counted from 0. */
    position: p.integer().primary(),
    tenantId: p.uuid().index(),
    title: p.text(),
    text: p.text(),
    /** What it is searched by: written by the store with the passage, read by search alone. */
    words: p.text().columnType('tsvector').lazy(),
  },
});
