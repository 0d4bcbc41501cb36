import { once } from '@switchyard/database/idempotency';
import { badInput } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import type { Scope } from '@switchyard/kernel/request-context';
import type { Services } from '../context.ts';
import { boundedText } from '../domain/text-bounds.ts';
import { ApiKeyEntity, type ApiKeyRow } from '../store/entities/api-key.ts';
import { newApiKey } from './api-key-secret.ts';

export type CreateApiKeyInput = {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
};

/** @throws PlatformError BAD_USER_INPUT, IDEMPOTENCY_CONFLICT */
export async function createApiKey(
  services: Services,
  tenantId: TenantId,
  input: CreateApiKeyInput,
): Promise<{ readonly apiKey: ApiKeyRow; readonly secret: string }> {
  const name = boundedText(input.name, 'name', { min: 1, max: 200 });
  if (input.scopes.length === 0) throw badInput('A key needs at least one scope.', 'scopes');
  if (input.scopes.includes('OPERATOR')) throw badInput('A key of a tenant cannot hold OPERATOR.', 'scopes');
  return await services.database.tenant(tenantId, async (tx) => {
    const options = {
      tenantId,
      operation: 'createApiKey',
      key: input.idempotencyKey,
      input,
      encryptionKey: services.secretsKey,
    };
    const made = await once(tx, options, async () => {
      const at = services.clock.now();
      const expiresAt = input.expiresAt == null ? null : new Date(input.expiresAt);
      if (expiresAt !== null && expiresAt <= at) throw badInput('`expiresAt` must be in the future.', 'expiresAt');
      const { row, secret } = newApiKey({ tenantId, name, scopes: input.scopes, expiresAt }, at);
      tx.em.create(ApiKeyEntity, row);
      await tx.em.flush();
      return { id: row.id, secret };
    });
    return { apiKey: await tx.em.findOneOrFail(ApiKeyEntity, { id: made.id }), secret: made.secret };
  });
}
