import { randomBytes } from 'node:crypto';
import type { Database, Tx } from '@switchyard/database/database';
import { once } from '@switchyard/database/idempotency';
import type { Clock } from '@switchyard/kernel/clock';
import { badInput, notFound } from '@switchyard/kernel/errors';
import { type Id, newId, parseId, type TenantId } from '@switchyard/kernel/ids';
import { decrypt, encrypt } from '@switchyard/kernel/secrets';
import { WebhookSourceEntity, type WebhookSourceRow } from '../store/entities.ts';

/** How long the secret before a rotation is still taken: long enough for a sender to be told of the new one. */
const OVERLAP_MS = 24 * 3_600_000;

/** More than a tenant has systems that tell of usage. */
const MOST_SOURCES = 100;

type WebhookSourceId = Id<'webhook-source'>;

export type SourceServices = { readonly database: Database; readonly clock: Clock; readonly secretsKey: Buffer };
export type SourceWithSecret = { readonly source: WebhookSourceRow; readonly secret: string };

/**
 * A new sender of signed usage, with its secret, which is shown this once.
 * @throws PlatformError BAD_USER_INPUT, IDEMPOTENCY_CONFLICT.
 */
export async function createWebhookSource(
  { database, clock, secretsKey }: SourceServices,
  tenantId: TenantId,
  input: { readonly name: string; readonly idempotencyKey?: string | null | undefined },
): Promise<SourceWithSecret> {
  const { name } = input;
  if (name.trim() === '' || name.length > 255) throw badInput('`name` must have 1 to 255 characters.', 'name');
  return await database.tenant(tenantId, async (tx) => {
    const asked = {
      tenantId,
      operation: 'createWebhookSource',
      key: input.idempotencyKey,
      input: { name },
      encryptionKey: secretsKey,
    };
    const { id, secret } = await once(tx, asked, async () => {
      if ((await tx.em.count(WebhookSourceEntity)) >= MOST_SOURCES) {
        throw badInput(`There are ${MOST_SOURCES} webhook sources already: remove one first.`, 'name');
      }
      const made = { id: newId<WebhookSourceId>(), secret: newSecret() };
      tx.em.create(WebhookSourceEntity, {
        id: made.id,
        tenantId,
        name,
        secret: encrypt(secretsKey, made.secret),
        createdAt: clock.now(),
      });
      await tx.em.flush();
      return made;
    });
    return { source: await found(tx, id), secret };
  });
}

/**
 * A new secret; the old one is taken for a day more.
 * @throws PlatformError NOT_FOUND.
 */
export async function rotateWebhookSecret(
  { database, clock, secretsKey }: SourceServices,
  tenantId: TenantId,
  id: string,
): Promise<SourceWithSecret> {
  return await database.tenant(tenantId, async (tx) => {
    const source = await found(tx, id);
    const secret = newSecret();
    source.previousSecret = source.secret;
    source.previousUntil = new Date(clock.now().getTime() + OVERLAP_MS);
    source.secret = encrypt(secretsKey, secret);
    await tx.em.flush();
    return { source, secret };
  });
}

/** What it told of stays. @throws PlatformError NOT_FOUND. */
export async function deleteWebhookSource({ database }: SourceServices, tenantId: TenantId, id: string): Promise<string> {
  return await database.tenant(tenantId, async (tx) => {
    const source = await found(tx, id);
    await tx.em.nativeDelete(WebhookSourceEntity, { id: source.id });
    return source.id;
  });
}

export async function webhookSources(tx: Tx): Promise<readonly WebhookSourceRow[]> {
  return await tx.em.find(WebhookSourceEntity, {}, { orderBy: { id: 'asc' } });
}

/** The secrets that a message of the source may be signed with now. */
export function secretsOf(source: WebhookSourceRow, secretsKey: Buffer, now: Date): readonly string[] {
  const { secret, previousSecret, previousUntil } = source;
  const isOverlap = previousSecret != null && previousUntil != null && now < previousUntil;
  return [secret, ...(isOverlap ? [previousSecret] : [])].map((box) => decrypt(secretsKey, Buffer.from(box)));
}

async function found(tx: Tx, id: string): Promise<WebhookSourceRow> {
  const sourceId = parseId<WebhookSourceId>(id);
  const source = sourceId === null ? null : await tx.em.findOne(WebhookSourceEntity, { id: sourceId });
  if (source === null) throw notFound('webhook source', id);
  return source;
}

/** As Standard Webhooks writes them: 24 to 64 random bytes. */
function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}
