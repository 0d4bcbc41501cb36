import type { Decimal } from './decimal.ts';
import { PlatformError } from './errors.ts';
import type { TenantId } from './ids.ts';

/** Something that is about to be used, at its worst case. */
export type Reservation = {
  readonly tenantId: TenantId;
  /** What it is for: "episode:…", "model:…", "tool:…", "route:…". Reserving again under the same key changes nothing. */
  readonly key: string;
  /** At most, by meter. */
  readonly amounts: Readonly<Record<string, number | Decimal>>;
  /** For limits of one API key or one end user; null where there is none. */
  readonly apiKeyId?: string | null;
  readonly endUserId?: string | null;
  /** A reservation whose part for these meters this one takes over, in the same step. */
  readonly inPlaceOf?: string;
};

/**
 * Who decides whether something may be used, before it is. What is reserved counts as used until the usage is recorded, or the
 * reservation is released, or lapses because whoever made it has crashed. So a hard limit is never overshot by what is running.
 */
export type Quotas = {
  /** @throws PlatformError QUOTA_EXCEEDED, or RATE_LIMITED for a number of requests a minute, with which limit it was. */
  reserve(reservation: Reservation): Promise<void>;
  /** Gives back what will not be used after all; what is not there is no error. */
  release(tenantId: TenantId, keys: readonly string[]): Promise<void>;
};

/** Everything may be used. */
export const UNLIMITED: Quotas = { reserve: async () => {}, release: async () => {} };

/** Does `work` with a reservation, which is given back when it fails; where even that fails, it lapses by itself. */
export async function reserved<T>(quotas: Quotas, reservation: Reservation, work: () => Promise<T>): Promise<T> {
  await quotas.reserve(reservation);
  try {
    return await work();
  } catch (error) {
    await quotas.release(reservation.tenantId, [reservation.key]).catch(() => undefined);
    throw error;
  }
}

/** Why something may not be used now, in the words of `extensions`. */
export type QuotaRefusal = {
  /** Null for the budget, which is of money. */
  readonly meter: string | null;
  readonly period: string;
  /** Whose limit it is: TENANT, API_KEY or END_USER. */
  readonly per: string;
  readonly limit: Decimal;
  /** What of it is not used or reserved. */
  readonly remaining: Decimal;
  /** Of the window that it counts in. */
  readonly startsAt: Date;
  readonly resetsAt: Date;
};

const PERIOD_WORDS: Readonly<Record<string, string>> = { MINUTE: 'minute', DAY: 'day', BILLING_PERIOD: 'billing period' };

export function quotaError(refusal: QuotaRefusal, now: Date): PlatformError {
  const { meter, period, per, limit, remaining, startsAt, resetsAt } = refusal;
  const code = meter === 'requests' && period === 'MINUTE' ? 'RATE_LIMITED' : 'QUOTA_EXCEEDED';
  const retryAfterSeconds = Math.max(1, Math.ceil((resetsAt.getTime() - now.getTime()) / 1000));
  const what = meter === null ? 'budget' : `limit of ${limit.toFixed()} ${meter}`;
  const whose = { API_KEY: 'this API key’s', END_USER: 'this end user’s' }[per] ?? 'the';
  return new PlatformError(code, {
    publicMessage: `This does not fit into ${whose} ${what} a ${PERIOD_WORDS[period] ?? period}: ${remaining.toFixed()} are left until ${resetsAt.toISOString()}.`,
    retriable: true,
    details: {
      ...(meter === null ? { quota: 'budget' } : { quota: 'meter', meter }),
      period,
      per,
      limit: limit.toFixed(),
      remaining: remaining.toFixed(),
      resetsAt: resetsAt.toISOString(),
      retryAfterSeconds,
      windowSeconds: Math.round((resetsAt.getTime() - startsAt.getTime()) / 1000),
    },
  });
}
