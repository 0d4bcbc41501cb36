import type { TenantId } from '@switchyard/kernel/ids';
import type { RequestContext, Scope } from '@switchyard/kernel/request-context';

export type StoredCredential = {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
};

/** Where API keys are looked up: a port that the owner of the keys implements. */
export type CredentialStore = {
  /** @param sha256hex SHA-256 of the secret, in lower-case hex; secrets themselves are stored nowhere. */
  byHash(sha256hex: string): Promise<StoredCredential | null>;
  /** Told on every use; how often that is written down is up to the store. */
  used(id: string, at: Date): void;
};

/** Who asks, as far as the credential tells. */
export type Identity = Pick<RequestContext, 'tenantId' | 'scopes' | 'credential'>;

/** Makes an identity of a bearer token, or null when the token is not its kind, is wrong or has expired. */
export type BearerReader = (token: string) => Promise<Identity | null>;
