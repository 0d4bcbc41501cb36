import { once } from '@switchyard/database/idempotency';
import { badInput } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import type { Services } from '../context.ts';
import { boundedText, webUrl } from '../domain/text-bounds.ts';
import { type ImportCounts, type NewDocument, saveDocuments } from '../store/knowledge.ts';

const MAX_DOCUMENTS = 1000;
/** Of all documents of one import: what one transaction and one request body should carry. */
const MAX_CHARACTERS = 10_000_000;

type DocumentInput = Omit<NewDocument, 'url'> & { readonly url?: string | null | undefined };

/** All documents or none. @throws PlatformError BAD_USER_INPUT, IDEMPOTENCY_CONFLICT */
export async function importKnowledge(
  services: Services,
  tenantId: TenantId,
  input: { readonly documents: readonly DocumentInput[]; readonly idempotencyKey?: string | null | undefined },
): Promise<ImportCounts> {
  if (input.documents.length > MAX_DOCUMENTS) throw badInput('At most 1,000 documents at once.', 'documents');
  const documents = input.documents.map(checkedDocument);
  requireDistinct(documents);
  const characters = documents.reduce((sum, document) => sum + document.text.length, 0);
  if (characters > MAX_CHARACTERS) throw badInput('At most 10,000,000 characters at once: import them in parts.', 'documents');
  return await services.database.tenant(tenantId, async (tx) => {
    const options = { tenantId, operation: 'importKnowledge', key: input.idempotencyKey, input };
    return await once(tx, options, () => saveDocuments(tx, tenantId, documents, services.clock.now()));
  });
}

function checkedDocument(document: DocumentInput, index: number): NewDocument {
  const at = `documents[${index}]`;
  return {
    externalId: boundedText(document.externalId, `${at}.externalId`, { min: 1, max: 255 }),
    title: boundedText(document.title, `${at}.title`, { min: 1, max: 500 }),
    text: boundedText(document.text, `${at}.text`, { min: 1, max: 100_000 }),
    url: document.url == null ? null : webUrl(document.url, `${at}.url`),
  };
}

function requireDistinct(documents: readonly NewDocument[]): void {
  const seen = new Set<string>();
  for (const { externalId } of documents) {
    if (seen.has(externalId)) throw badInput(`Two documents have the externalId "${externalId}".`, 'documents');
    seen.add(externalId);
  }
}
