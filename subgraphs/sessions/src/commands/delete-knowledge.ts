import { badInput } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import type { Services } from '../context.ts';
import { deleteDocuments } from '../store/knowledge.ts';

/** How many of the documents there were; the others are as good as deleted. @throws PlatformError BAD_USER_INPUT */
export async function deleteKnowledge(services: Services, tenantId: TenantId, externalIds: readonly string[]): Promise<number> {
  if (externalIds.length > 1000) throw badInput('At most 1,000 documents at once.', 'externalIds');
  return await services.database.tenant(tenantId, (tx) => deleteDocuments(tx, externalIds));
}
