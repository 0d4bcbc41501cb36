import { DROP_POLICIES } from '@switchyard/kernel/drop-policy';
import { PlatformError } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import type { RequestContext } from '@switchyard/kernel/request-context';
import { SCOPES } from '@switchyard/kernel/request-context';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';

/** Header that carries the context from the gateway to a subgraph, in process and over HTTP alike. */
export const CONTEXT_HEADER = 'x-switchyard-context';

const AUDIENCE = 'switchyard-subgraph';
/** Long enough for a slow query, short enough that a leaked one is worth little. */
const LIFETIME_SECONDS = 60;

const claims = z.object({
  requestId: z.string(),
  tenantId: z.uuid().nullable(),
  scopes: z.array(z.enum(SCOPES)),
  credential: z.object({ kind: z.enum(['API_KEY', 'JWT']), id: z.string() }),
  traceparent: z.string().optional(),
  delivery: z.object({ dropPolicy: z.enum(DROP_POLICIES), maxQueue: z.int().positive() }).optional(),
});

/** The context as one signed string (JWS, HS256) that expires after 60 s. */
export async function signContext(context: RequestContext, key: Buffer): Promise<string> {
  return await new SignJWT({ ...context })
    .setProtectedHeader({ alg: 'HS256' })
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(`${LIFETIME_SECONDS}s`)
    .sign(key);
}

/** @throws PlatformError UNAUTHENTICATED when it is missing, unsigned, forged or expired. */
export async function verifyContext(token: string | undefined, key: Buffer): Promise<RequestContext> {
  try {
    const { payload } = await jwtVerify(token ?? '', key, { algorithms: ['HS256'], audience: AUDIENCE });
    const { traceparent, delivery, tenantId, ...rest } = claims.parse(payload);
    return {
      ...rest,
      tenantId: tenantId as TenantId | null,
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(delivery === undefined ? {} : { delivery }),
    };
  } catch (cause) {
    throw new PlatformError('UNAUTHENTICATED', { publicMessage: 'This subgraph is reached through the gateway only.', cause });
  }
}
