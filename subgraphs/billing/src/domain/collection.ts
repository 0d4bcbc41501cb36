import { unreachable } from '@switchyard/kernel/result';

/**
 * How an issued invoice is paid.
 *
 *   OPEN ──attempt──▶ PAID                      (for good; nothing takes it back but a credit note)
 *   OPEN ──attempt──▶ PAYMENT_FAILED ──attempt by the schedule──▶ PAID | PAYMENT_FAILED …
 *   OPEN | PAYMENT_FAILED ──credit notes for all of it──▶ VOID
 *
 * A charge that is on its way leaves it OPEN, and is asked about again. `nextAttemptAt` says when something is done by itself;
 * null: by hand, or never.
 */
export type Collection = {
  readonly state: 'OPEN' | 'PAID' | 'PAYMENT_FAILED' | 'VOID';
  readonly providerReference: string | null;
  readonly attempts: number;
  readonly nextAttemptAt: Date | null;
  readonly failure: string | null;
  readonly paidAt: Date | null;
  /** Of the newest fact that it follows. */
  readonly asOf: Date;
};

/** What was learnt about a charge: by its answer, by webhook, or by asking. */
export type ChargeFact = {
  readonly status: 'PAID' | 'PENDING' | 'FAILED';
  readonly reference: string;
  readonly failure: string | null;
  readonly at: Date;
};

const HOUR_MS = 3_600_000;

/** After the first, second … failure; then nothing happens by itself any more. Three weeks in all. */
export const DUNNING_MS: readonly number[] = [24 * HOUR_MS, 3 * 24 * HOUR_MS, 7 * 24 * HOUR_MS, 10 * 24 * HOUR_MS];
/** When a charge on its way is asked about, should no webhook tell. */
export const RECONCILE_MS = HOUR_MS;
/** When it is tried again after a provider did not answer. */
export const UNAVAILABLE_MS = 15 * 60_000;

/**
 * What a fact makes of the collection. It may come twice, late or out of order: PAID wins over everything, an older failure
 * changes nothing, and the failure of a charge that is known already is no second one.
 */
export function evolve(collection: Collection, fact: ChargeFact, now: Date): Collection {
  const { state, asOf } = collection;
  if (state === 'PAID') return collection;
  const since = { ...collection, providerReference: fact.reference, asOf: later(asOf, fact.at) };
  switch (fact.status) {
    case 'PAID':
      return { ...since, state: 'PAID', nextAttemptAt: null, failure: null, paidAt: fact.at };
    case 'PENDING':
      if (state === 'VOID' || isOlder(fact, asOf)) return collection;
      return { ...since, state: 'OPEN', failure: null, nextAttemptAt: new Date(now.getTime() + RECONCILE_MS) };
    case 'FAILED': {
      const isKnown = state === 'PAYMENT_FAILED' && collection.providerReference === fact.reference;
      if (state === 'VOID' || isOlder(fact, asOf) || isKnown) return collection;
      const waitMs = DUNNING_MS[collection.attempts];
      const nextAttemptAt = waitMs === undefined ? null : new Date(now.getTime() + waitMs);
      return { ...since, state: 'PAYMENT_FAILED', attempts: collection.attempts + 1, failure: fact.failure, nextAttemptAt };
    }
    default:
      return unreachable(fact.status);
  }
}

/** Providers tell times to the second. */
function isOlder({ at }: ChargeFact, asOf: Date): boolean {
  return at.getTime() + 1_000 <= asOf.getTime();
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b;
}
