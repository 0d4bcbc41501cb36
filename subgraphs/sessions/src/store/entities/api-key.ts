import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { TENANT_ROWS } from '@switchyard/database/policies';
import type { Scope } from '@switchyard/kernel/request-context';

/** A credential of a tenant. The secret itself is nowhere: only its hash, and the beginning by which people recognise it. */
export const ApiKeyEntity = defineEntity({
  name: 'ApiKey',
  tableName: 'api_key',
  ...TENANT_ROWS,
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid().index(),
    name: p.text(),
    prefix: p.text(),
    /** SHA-256 of the whole secret, lower-case hexadecimal. 256 random bits need no salt. */
    secretHash: p.text().unique(),
    scopes: p.array().$type<Scope[]>(),
    createdAt: p.datetime(3),
    /** Exact to the minute: written at most once in it. */
    lastUsedAt: p.datetime(3).nullable(),
    expiresAt: p.datetime(3).nullable(),
    revokedAt: p.datetime(3).nullable(),
  },
});
export type ApiKeyRow = InferEntity<typeof ApiKeyEntity>;
