import { once } from '@switchyard/database/idempotency';
import { appendEvents } from '@switchyard/event-log/outbox';
import { newId, type TenantId } from '@switchyard/kernel/ids';
import type { RequestContext } from '@switchyard/kernel/request-context';
import type { Services } from '../context.ts';
import { DEFAULT_INSTRUCTIONS } from '../domain/default-assistants.ts';
import { boundedText } from '../domain/text-bounds.ts';
import { USE_CASES } from '../domain/use-case.ts';
import { ApiKeyEntity, type ApiKeyRow } from '../store/entities/api-key.ts';
import { AssistantEntity } from '../store/entities/assistant.ts';
import { TenantEntity, type TenantRow } from '../store/entities/tenant.ts';
import { newApiKey } from './api-key-secret.ts';
import { SOURCE } from './events.ts';

export type CreatedTenant = { readonly tenant: TenantRow; readonly apiKey: ApiKeyRow; readonly secret: string };

/**
 * A tenant that is ready to use: its first key, which holds ADMIN, and its four assistants. All of it or nothing.
 * @throws PlatformError BAD_USER_INPUT, IDEMPOTENCY_CONFLICT
 */
export async function createTenant(
  services: Services,
  request: RequestContext,
  input: { readonly name: string; readonly idempotencyKey?: string | null | undefined },
): Promise<CreatedTenant> {
  const name = boundedText(input.name, 'name', { min: 1, max: 200 });
  const at = services.clock.now();
  return await services.database.crossTenant('operator', async (tx) => {
    const options = {
      tenantId: null,
      operation: 'createTenant',
      key: input.idempotencyKey,
      input,
      encryptionKey: services.secretsKey,
    };
    const made = await once(tx, options, async () => {
      const tenantId = newId<TenantId>();
      const { row, secret } = newApiKey({ tenantId, name: 'First key', scopes: ['ADMIN'], expiresAt: null }, at);
      tx.em.create(TenantEntity, { id: tenantId, tenantId, name, createdAt: at });
      tx.em.create(ApiKeyEntity, row);
      for (const useCase of USE_CASES) {
        const instructions = DEFAULT_INSTRUCTIONS[useCase];
        tx.em.create(AssistantEntity, { id: newId(), tenantId, useCase, instructions, tools: [], version: 1, updatedAt: at });
      }
      await tx.em.flush();
      const { traceparent } = request;
      await appendEvents(tx, SOURCE, [
        {
          type: 'tenant.created',
          tenantId,
          subject: tenantId,
          time: at,
          data: { tenantId, name },
          correlationId: request.requestId,
          ...(traceparent === undefined ? {} : { traceparent }),
        },
      ]);
      return { tenantId, apiKeyId: row.id, secret };
    });
    return {
      tenant: await tx.em.findOneOrFail(TenantEntity, { id: made.tenantId }),
      apiKey: await tx.em.findOneOrFail(ApiKeyEntity, { id: made.apiKeyId }),
      secret: made.secret,
    };
  });
}
