import type { RouteOutcome } from './outcome.ts';

/**
 * How the calls to a tier's provider have gone, over all tenants.
 *
 * States: well → (FAILURES_TO_REST errors in a row) → resting until `restsUntil` → on trial → well, or resting again, for
 * twice as long. On trial it takes calls as when well, and the first error sends it back to rest.
 */
export type TierHealth = {
  readonly consecutiveErrors: number;
  /** End of the last cool-down; null when there was none since the last answer. */
  readonly restsUntil: Date | null;
};

export const WELL: TierHealth = { consecutiveErrors: 0, restsUntil: null };

export const FAILURES_TO_REST = 3;
export const FIRST_REST_MS = 30_000;
export const LONGEST_REST_MS = 300_000;

export function isResting(health: TierHealth, now: Date): boolean {
  return health.restsUntil !== null && health.restsUntil > now;
}

/** What a finished call says about the provider: true it answered, false it failed, null nothing (cancelled, our own crash, a refusal). */
export function answeredOf(call: { readonly status: string; readonly outcome: RouteOutcome | null }): boolean | null {
  if (call.outcome === 'PROVIDER_ERROR' || call.outcome === 'TIMEOUT') return false;
  return call.status === 'ANSWERED' ? true : null;
}

/** @param at when the call ended. */
export function evolve(health: TierHealth, answered: boolean, at: Date): TierHealth {
  if (answered) return WELL;
  // Calls that were under way when the rest began end during it: they neither lengthen it nor count as a failed trial.
  if (isResting(health, at)) return health;
  const consecutiveErrors = health.consecutiveErrors + 1;
  if (consecutiveErrors < FAILURES_TO_REST) return { ...health, consecutiveErrors };
  const rest = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** (consecutiveErrors - FAILURES_TO_REST));
  return { consecutiveErrors, restsUntil: new Date(at.getTime() + rest) };
}
