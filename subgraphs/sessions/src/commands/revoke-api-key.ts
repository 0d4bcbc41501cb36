import { notFound } from '@switchyard/kernel/errors';
import { type ApiKeyId, parseId, type TenantId } from '@switchyard/kernel/ids';
import type { Services } from '../context.ts';
import { ApiKeyEntity, type ApiKeyRow } from '../store/entities/api-key.ts';

/**
 * Ends a key for good. A key that was revoked before stays as it is, with the time of the first revocation.
 * @throws PlatformError NOT_FOUND
 */
export async function revokeApiKey(services: Services, tenantId: TenantId, id: string): Promise<ApiKeyRow> {
  const keyId = parseId<ApiKeyId>(id);
  if (keyId === null) throw notFound('API key', id);
  return await services.database.tenant(tenantId, async (tx) => {
    await tx.em.nativeUpdate(ApiKeyEntity, { id: keyId, revokedAt: null }, { revokedAt: services.clock.now() });
    const key = await tx.em.findOne(ApiKeyEntity, { id: keyId });
    if (key === null) throw notFound('API key', id);
    return key;
  });
}
