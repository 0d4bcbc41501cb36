import { Decimal } from '@switchyard/kernel/decimal';
import type { TenantId } from '@switchyard/kernel/ids';
import { quotaError } from '@switchyard/kernel/quotas';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { LRUCache } from 'lru-cache';

/** What a tenant may ask of the gateway. */
export type TenantLimits = {
  readonly requestsPerMinute: number;
  readonly connections: number;
  readonly subscriptionsPerConnection: number;
};

/** Counts requests of a tenant in a clock minute, over as many gateways as share the counter. */
export type RequestCounter = {
  /** @param minute number of the minute since 1970. @returns how many there are with this one. */
  count(tenantId: TenantId, minute: number): Promise<number>;
};

export type RequestLimitsOptions = {
  /** Asked once in five seconds for each tenant that calls. */
  limitsOf(tenantId: TenantId): Promise<TenantLimits>;
  readonly counter: RequestCounter;
  readonly now: () => Date;
};

export type RequestLimits = {
  limitsOf(tenantId: TenantId): Promise<TenantLimits>;
  /**
   * Counts one more request of the tenant; returns what the headers of its answer say.
   * @throws PlatformError RATE_LIMITED when it is one too many.
   */
  take(tenantId: TenantId | null): Promise<LimitHeaders>;
};

export type LimitHeaders = Readonly<Record<string, string>>;

const KNOWN_TENANTS = 10_000;
const KNOWN_FOR_MS = 5_000;
const MINUTE_MS = 60_000;

export function createRequestLimits({ limitsOf, counter, now }: RequestLimitsOptions): RequestLimits {
  const known = new LRUCache<TenantId, TenantLimits>({
    max: KNOWN_TENANTS,
    ttl: KNOWN_FOR_MS,
    fetchMethod: async (tenantId) => await limitsOf(tenantId),
  });
  const limits = async (tenantId: TenantId): Promise<TenantLimits> => (await known.fetch(tenantId)) ?? (await limitsOf(tenantId));
  return {
    limitsOf: limits,
    take: async (tenantId) => {
      if (tenantId === null) return {};
      const { requestsPerMinute: limit } = await limits(tenantId);
      const at = now();
      const minute = Math.floor(at.getTime() / MINUTE_MS);
      const used = await counter.count(tenantId, minute);
      const startsAt = new Date(minute * MINUTE_MS);
      const resetsAt = new Date(startsAt.getTime() + MINUTE_MS);
      if (used > limit) {
        const of = { meter: 'requests', period: 'MINUTE', per: 'TENANT', limit: new Decimal(limit), remaining: new Decimal(0) };
        throw quotaError({ ...of, startsAt, resetsAt }, at);
      }
      return headersOf({ name: 'requests', limit, remaining: limit - used, windowS: 60, resetS: secondsUntil(resetsAt, at) });
    },
  };
}

/** For a single gateway, or a limit that each of several has to itself. */
export function countInMemory(): RequestCounter {
  let current = -1;
  const counts = new Map<TenantId, number>();
  return {
    count: async (tenantId, minute) => {
      if (minute !== current) {
        current = minute;
        counts.clear();
      }
      const count = (counts.get(tenantId) ?? 0) + 1;
      counts.set(tenantId, count);
      return count;
    },
  };
}

/**
 * Retry-After, RateLimit and RateLimit-Policy of the first error that is about a limit (draft-ietf-httpapi-ratelimit-headers-10:
 * structured fields, a policy's name as a string with parameters).
 */
export function limitHeaders(errors: readonly (GraphQLError | GraphQLFormattedError)[]): LimitHeaders {
  const refused = errors.find(({ extensions }) => ['QUOTA_EXCEEDED', 'RATE_LIMITED'].includes(String(extensions?.code)));
  if (refused === undefined) return {};
  const { meter = 'budget', limit, remaining, windowSeconds, retryAfterSeconds } = refused.extensions ?? {};
  const resetS = Number(retryAfterSeconds);
  if (!Number.isSafeInteger(resetS)) return {};
  const whole = (value: unknown) => Math.min(Math.floor(Number(value)), Number.MAX_SAFE_INTEGER);
  return {
    'retry-after': String(resetS),
    ...headersOf({
      name: String(meter),
      limit: whole(limit),
      remaining: whole(remaining),
      windowS: Number(windowSeconds),
      resetS,
    }),
  };
}

type Limit = { name: string; limit: number; remaining: number; windowS: number; resetS: number };

function headersOf({ name, limit, remaining, windowS, resetS }: Limit): LimitHeaders {
  const unit = name === 'requests' ? '' : `;qu="${name}"`;
  return { 'ratelimit-policy': `"${name}";q=${limit}${unit};w=${windowS}`, ratelimit: `"${name}";r=${remaining};t=${resetS}` };
}

function secondsUntil(then: Date, now: Date): number {
  return Math.max(1, Math.ceil((then.getTime() - now.getTime()) / 1000));
}
