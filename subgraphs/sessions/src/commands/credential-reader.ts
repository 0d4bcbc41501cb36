import type { Database } from '@switchyard/database/database';
import type { TenantId } from '@switchyard/kernel/ids';
import type { Scope } from '@switchyard/kernel/request-context';
import { ApiKeyEntity } from '../store/entities/api-key.ts';

/** What authentication needs to know of a key. */
export type Credential = {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
};

export type CredentialReader = {
  /** @param sha256hex of the whole secret, in lower case. Null: no such key. Revoked and expired keys are returned as such. */
  byHash(sha256hex: string): Promise<Credential | null>;
  /** Notes that a key was used, at most once a minute, and without making the caller wait or fail. */
  used(id: string, at: Date): void;
  /** Resolves when everything noted so far is written: before the database is closed. */
  settled(): Promise<void>;
};

export type CredentialReaderOptions = {
  readonly database: Database;
  /** Told when a last-used time could not be written; nothing else is lost then. Default: nobody. */
  onError?(error: unknown): void;
};

const MINUTE_MS = 60_000;
/** Keys whose last note is remembered: beyond it a note costs one statement that changes nothing. */
const MAX_REMEMBERED = 10_000;

/** Keys are looked up before their tenant is known: this is the cross-tenant path `authenticate`. */
export function createCredentialReader(options: CredentialReaderOptions): CredentialReader {
  const { database } = options;
  const noted = new Map<string, number>();
  const writing = new Set<Promise<void>>();

  const write = async (id: string, at: Date): Promise<void> => {
    try {
      // Other processes note the same key: the row decides, so that it is written once a minute for all of them.
      await database.crossTenant('authenticate', (tx) =>
        tx.query('update sessions.api_key set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at <= $3)', [
          id,
          at,
          new Date(at.getTime() - MINUTE_MS),
        ]),
      );
    } catch (error) {
      noted.delete(id);
      options.onError?.(error);
    }
  };

  return {
    byHash: async (sha256hex) => {
      const key = await database.crossTenant('authenticate', (tx) => tx.em.findOne(ApiKeyEntity, { secretHash: sha256hex }));
      if (key === null) return null;
      const { id, tenantId, scopes, expiresAt, revokedAt } = key;
      return { id, tenantId: tenantId as TenantId, scopes, expiresAt: expiresAt ?? null, revokedAt: revokedAt ?? null };
    },
    used: (id, at) => {
      if (at.getTime() - (noted.get(id) ?? Number.NEGATIVE_INFINITY) < MINUTE_MS) return;
      if (noted.size >= MAX_REMEMBERED) noted.clear();
      noted.set(id, at.getTime());
      const written = write(id, at).finally(() => writing.delete(written));
      writing.add(written);
    },
    settled: async () => void (await Promise.all(writing)),
  };
}
