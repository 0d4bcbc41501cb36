import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@switchyard/kernel/clock';
import { PlatformError } from '@switchyard/kernel/errors';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { BearerReader, CredentialStore, Identity, StoredCredential } from './credentials.ts';

export type AuthenticatorOptions = {
  readonly credentials: CredentialStore;
  readonly operatorKey: string;
  /** Off when left out. */
  readonly jwt?: BearerReader;
  readonly clock: Clock;
  readonly logger: Logger;
};

export type Authenticator = {
  /**
   * @param authorization the header's value: `Bearer <api key or JWT>`.
   * @throws PlatformError UNAUTHENTICATED when it is missing, wrong, expired or revoked; UPSTREAM_UNAVAILABLE when that cannot be told now.
   */
  authenticate(authorization: string | undefined): Promise<Identity>;
};

/** With the re-check of open connections every 2 s, a revocation is effective on every process within 4 s. */
const CACHE_MS = 1_500;
const CACHED_KEYS = 10_000;
/** Secrets of API keys: `sk_` and at least 128 bits. Nothing else is worth a look at the store. */
const API_KEY = /^sk_[\w-]{20,256}$/;
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

const OPERATOR: Identity = { tenantId: null, scopes: ['OPERATOR'], credential: { kind: 'API_KEY', id: 'operator' } };

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const operatorDigest = sha256(options.operatorKey);
  // Only keys that exist are kept, so that a new one works at once; simultaneous look-ups of one key are one.
  const known = new LRUCache<string, StoredCredential>({
    max: CACHED_KEYS,
    ttl: CACHE_MS,
    fetchMethod: async (hash) => (await options.credentials.byHash(hash)) ?? undefined,
  });

  const apiKey = async (digest: Buffer): Promise<Identity | null> => {
    const credential = await known.fetch(digest.toString('hex'));
    if (credential === undefined) return null;
    const now = options.clock.now();
    if (credential.revokedAt !== null || (credential.expiresAt !== null && credential.expiresAt <= now)) return null;
    options.credentials.used(credential.id, now);
    return { tenantId: credential.tenantId, scopes: credential.scopes, credential: { kind: 'API_KEY', id: credential.id } };
  };

  const identify = async (token: string): Promise<Identity | null> => {
    const digest = sha256(token);
    // Digests of equal length, compared in constant time: neither the key nor its length leaks.
    if (timingSafeEqual(digest, operatorDigest)) return OPERATOR;
    if (API_KEY.test(token)) return await apiKey(digest);
    return options.jwt !== undefined && JWT.test(token) ? await options.jwt(token) : null;
  };

  return {
    authenticate: async (authorization) => {
      const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
      if (token === undefined) throw unauthenticated('Send a key: `Authorization: Bearer <api key>`.');
      const identity = await identify(token).catch((cause: unknown) => {
        options.logger.error({ err: cause }, 'a credential could not be looked up');
        throw new PlatformError('UPSTREAM_UNAVAILABLE', {
          publicMessage: 'Credentials cannot be checked right now. Try again in a moment.',
          retriable: true,
          cause,
        });
      });
      if (identity === null) throw unauthenticated('This key is unknown, has expired or was revoked.');
      return identity;
    },
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function unauthenticated(publicMessage: string): PlatformError {
  return new PlatformError('UNAUTHENTICATED', { publicMessage });
}
