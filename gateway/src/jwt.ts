import { readFile } from 'node:fs/promises';
import type { TenantId } from '@switchyard/kernel/ids';
import { SCOPES, type Scope } from '@switchyard/kernel/request-context';
import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { BearerReader } from './credentials.ts';

export type JwtOptions = {
  /** JSON Web Key Set: an http(s) address, or the path of a file. */
  readonly jwks: string;
  /** What `iss` must be. */
  readonly issuer: string;
  /** What `aud` must hold. */
  readonly audience: string;
};

/** Signatures that need a private key; a shared secret would let every holder of it make tokens. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Reads JWTs of an identity provider. Claims: `sub`; `tenant` is the tenant's id; `scope` holds scopes, separated by spaces
 * or in a list. OPERATOR is not given by a token: the operator has a key of its own.
 * @throws Error when the key set's file cannot be read.
 */
export async function createJwtReader(options: JwtOptions): Promise<BearerReader> {
  const keys = await keySetOf(options.jwks);
  return async (token) => {
    const claims = await verified(token, keys, options);
    if (claims === null) return null;
    const { sub, tenant, scope } = claims;
    if (typeof sub !== 'string' || typeof tenant !== 'string' || !UUID.test(tenant)) return null;
    return { tenantId: tenant as TenantId, scopes: scopesOf(scope), credential: { kind: 'JWT', id: sub } };
  };
}

async function keySetOf(jwks: string): Promise<JWTVerifyGetKey> {
  if (/^https?:/.test(jwks)) return createRemoteJWKSet(new URL(jwks));
  return createLocalJWKSet(JSON.parse(await readFile(jwks, 'utf8')) as JSONWebKeySet);
}

async function verified(token: string, keys: JWTVerifyGetKey, options: JwtOptions): Promise<Record<string, unknown> | null> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ALGORITHMS,
      issuer: options.issuer,
      audience: options.audience,
      requiredClaims: ['exp'],
    });
    return payload;
  } catch (error) {
    // A key set that cannot be fetched is our trouble, not the caller's.
    if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) throw error;
    return null;
  }
}

function scopesOf(claim: unknown): Scope[] {
  const words = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return SCOPES.filter((scope) => scope !== 'OPERATOR' && words.includes(scope));
}
