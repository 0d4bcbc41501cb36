import type { Tx } from '@switchyard/database/database';
import type { Decimal } from '@switchyard/kernel/decimal';
import type { TenantId } from '@switchyard/kernel/ids';
import type { QuotaState, Window } from '../../domain/quota.ts';

/** A part of a reservation: of one meter. */
export type Hold = {
  readonly key: string;
  readonly meter: string;
  readonly quantity: Decimal;
  readonly apiKeyId: string | null;
  readonly endUserId: string | null;
};

/** What is wanted to know before a change: what was used in these windows, and what these keys hold. */
export type QuotaQuestion = {
  readonly tenantId: TenantId;
  readonly now: Date;
  readonly windows: readonly { readonly meter: string; readonly window: Window; readonly subject: string }[];
  readonly keys: readonly string[];
};

export type QuotaView = QuotaState & {
  /** Of the keys that were asked for; nothing for one that holds nothing. */
  holdsOf(key: string): readonly Hold[];
};

export type QuotaChange = {
  readonly add: readonly Hold[];
  readonly remove: readonly Pick<Hold, 'key' | 'meter'>[];
};

/**
 * Where reservations are kept beside what was used. One change at a time for a tenant: nobody else's change comes between
 * what `decide` is shown and what it answers, whatever process it is in. What was used comes from the ledger of usage records,
 * and usage that is recorded ends its reservation in one step, as this sees it.
 */
export type QuotaStore = {
  /** `decide` may be called again, with what has changed meanwhile; it is pure. Holds lapse at `expiresAt`. */
  change(question: QuotaQuestion, expiresAt: Date, decide: (view: QuotaView) => QuotaChange): Promise<void>;
  /** Ends reservations in the transaction that records their usage; returns what they held, for usage by key and by end user. */
  end(tx: Tx, ended: readonly EndedHold[]): Promise<readonly (Hold & { readonly tenantId: string })[]>;
};

/** @param meter null: all of them. */
export type EndedHold = { readonly tenantId: string; readonly key: string; readonly meter: string | null };

/** Names a window of a meter's usage. */
export function windowKey(meter: string, { period, start }: Pick<Window, 'period' | 'start'>, subject: string): string {
  return JSON.stringify([meter, period, start.getTime(), subject]);
}
