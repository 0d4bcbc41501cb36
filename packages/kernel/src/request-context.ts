import type { Delivery } from './drop-policy.ts';
import { PlatformError } from './errors.ts';
import type { TenantId } from './ids.ts';

export const SCOPES = [
  'SESSIONS_READ',
  'SESSIONS_WRITE',
  'ROUTER_READ',
  'ROUTER_WRITE',
  'ANALYTICS_READ',
  'BILLING_READ',
  'BILLING_WRITE',
  'ADMIN',
  'OPERATOR',
] as const;
export type Scope = (typeof SCOPES)[number];

/** Who asks, and in which trace. Made by the gateway, carried to a subgraph in one signed encoding, never from a client. */
export type RequestContext = {
  readonly requestId: string;
  /** Null for the operator, who belongs to no tenant. */
  readonly tenantId: TenantId | null;
  readonly scopes: readonly Scope[];
  readonly credential: { readonly kind: 'API_KEY' | 'JWT'; readonly id: string };
  /** W3C traceparent of the span that made the request. */
  readonly traceparent?: string;
  /** Of a subscription: how its reader wants the events. */
  readonly delivery?: Delivery;
};

/** ADMIN holds every scope of its tenant; OPERATOR holds OPERATOR alone. */
export function holdsScope(context: RequestContext, scope: Scope): boolean {
  if (context.scopes.includes(scope)) return true;
  return scope !== 'OPERATOR' && context.scopes.includes('ADMIN');
}

/** @throws PlatformError FORBIDDEN when the credential lacks the scope. */
export function requireScope(context: RequestContext, scope: Scope): void {
  if (holdsScope(context, scope)) return;
  throw new PlatformError('FORBIDDEN', {
    publicMessage: `This needs the scope ${scope}. Use a key that holds it.`,
    details: { requiredScope: scope },
  });
}

/**
 * The tenant that the caller acts for, once it is known to hold `scope`.
 * @throws PlatformError FORBIDDEN when the scope is missing, or the caller is the operator.
 */
export function requireTenant(context: RequestContext, scope: Scope): TenantId {
  if (context.tenantId === null) {
    throw new PlatformError('FORBIDDEN', { publicMessage: 'The operator belongs to no tenant. Use a key of the tenant.' });
  }
  requireScope(context, scope);
  return context.tenantId;
}
