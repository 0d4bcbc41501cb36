import { createHash, randomBytes } from 'node:crypto';
import type { TenantId } from '@switchyard/kernel/ids';
import { newId } from '@switchyard/kernel/ids';
import type { Scope } from '@switchyard/kernel/request-context';
import type { ApiKeyRow } from '../store/entities/api-key.ts';

/** What is asked of a new key, checked. */
export type NewApiKey = {
  readonly tenantId: TenantId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
};

/** A new key and its secret, `sk_live_<prefix>_<64 hexadecimal digits>`: 256 random bits that are kept as their hash alone. */
export function newApiKey(asked: NewApiKey, at: Date): { readonly row: ApiKeyRow; readonly secret: string } {
  const prefix = `sk_live_${randomBytes(4).toString('hex')}`;
  const secret = `${prefix}_${randomBytes(32).toString('hex')}`;
  const row = {
    ...asked,
    id: newId(),
    scopes: [...new Set(asked.scopes)],
    prefix,
    secretHash: createHash('sha256').update(secret).digest('hex'),
    createdAt: at,
    lastUsedAt: null,
    revokedAt: null,
  };
  return { row, secret };
}
