import { randomBytes } from 'node:crypto';
import type { Database, Tx } from '@switchyard/database/database';
import { once } from '@switchyard/database/idempotency';
import type { Clock } from '@switchyard/kernel/clock';
import { badInput, notFound } from '@switchyard/kernel/errors';
import { type Id, newId, parseId, type TenantId } from '@switchyard/kernel/ids';
import { encrypt } from '@switchyard/kernel/secrets';
import { NotificationEndpointEntity, type NotificationEndpointRow } from '../store/quota-entities.ts';

const MOST_ENDPOINTS = 10;
const MAX_URL_LENGTH = 2_048;

type NotificationEndpointId = Id<'notification-endpoint'>;

export type EndpointServices = { readonly database: Database; readonly clock: Clock; readonly secretsKey: Buffer };
export type EndpointWithSecret = { readonly endpoint: NotificationEndpointRow; readonly secret: string };

/**
 * A place where the tenant is told, with the secret that signs what is sent there, shown this once. Whether its address may be
 * reached is asked with each message: names change their minds.
 * @throws PlatformError BAD_USER_INPUT, IDEMPOTENCY_CONFLICT.
 */
export async function createNotificationEndpoint(
  { database, clock, secretsKey }: EndpointServices,
  tenantId: TenantId,
  input: { readonly url: string; readonly idempotencyKey?: string | null | undefined },
): Promise<EndpointWithSecret> {
  const url = checkedUrl(input.url);
  return await database.tenant(tenantId, async (tx) => {
    const asked = {
      tenantId,
      operation: 'createNotificationEndpoint',
      key: input.idempotencyKey,
      input: { url },
      encryptionKey: secretsKey,
    };
    const { id, secret } = await once(tx, asked, async () => {
      if ((await tx.em.count(NotificationEndpointEntity)) >= MOST_ENDPOINTS) {
        throw badInput(`There are ${MOST_ENDPOINTS} endpoints already: remove one first.`, 'url');
      }
      const made = { id: newId<NotificationEndpointId>(), secret: `whsec_${randomBytes(32).toString('base64')}` };
      tx.em.create(NotificationEndpointEntity, {
        id: made.id,
        tenantId,
        url,
        secret: encrypt(secretsKey, made.secret),
        createdAt: clock.now(),
      });
      await tx.em.flush();
      return made;
    });
    return { endpoint: await found(tx, id), secret };
  });
}

/** @throws PlatformError NOT_FOUND. */
export async function deleteNotificationEndpoint(
  { database }: EndpointServices,
  tenantId: TenantId,
  id: string,
): Promise<string> {
  return await database.tenant(tenantId, async (tx) => {
    const endpoint = await found(tx, id);
    await tx.em.nativeDelete(NotificationEndpointEntity, { id: endpoint.id });
    return endpoint.id;
  });
}

export async function notificationEndpoints(tx: Tx): Promise<readonly NotificationEndpointRow[]> {
  return await tx.em.find(NotificationEndpointEntity, {}, { orderBy: { id: 'asc' } });
}

async function found(tx: Tx, id: string): Promise<NotificationEndpointRow> {
  const endpointId = parseId<NotificationEndpointId>(id);
  const endpoint = endpointId === null ? null : await tx.em.findOne(NotificationEndpointEntity, { id: endpointId });
  if (endpoint === null) throw notFound('notification endpoint', id);
  return endpoint;
}

function checkedUrl(text: string): string {
  const url = text.length <= MAX_URL_LENGTH && URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['https:', 'http:'].includes(url.protocol) || url.username !== '' || url.password !== '') {
    throw badInput(`\`url\` must be an http or https URL of up to ${MAX_URL_LENGTH} characters, without a user name.`, 'url');
  }
  return url.href;
}
