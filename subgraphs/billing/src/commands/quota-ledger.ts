import type { Database } from '@switchyard/database/database';
import type { Clock } from '@switchyard/kernel/clock';
import { Decimal, ZERO } from '@switchyard/kernel/decimal';
import type { TenantId } from '@switchyard/kernel/ids';
import { type QuotaRefusal, type Quotas, quotaError, type Reservation } from '@switchyard/kernel/quotas';
import { admit, isLimited, type QuotaState, subjectOf, type TenantLimits, type Wish, windowAt } from '../domain/quota.ts';
import { type PlanVersions, tenantLimits } from '../store/quota-limits.ts';
import type { Hold, QuotaChange, QuotaQuestion, QuotaStore, QuotaView } from '../store/quota-store/quota-store.ts';

export type QuotaServices = {
  readonly database: Database;
  readonly clock: Clock;
  readonly store: QuotaStore;
  readonly versions: PlanVersions;
  /** How long a reservation holds when nothing ends it. Longer than any model call or tool call may take. Default 30 minutes. */
  readonly leaseMs?: number;
};

/** How long what limits a tenant is remembered: a change of plan or budget works everywhere after that. */
const LIMITS_TTL_MS = 1_000;
const MOST_TENANTS = 10_000;

type Waiting = {
  readonly reservation: Reservation;
  readonly wish: Wish;
  readonly limits: TenantLimits;
  resolve(): void;
  reject(error: unknown): void;
};
type Verdict = QuotaRefusal | null;
type Whose = Pick<Wish, 'apiKeyId' | 'endUserId'>;

/**
 * Reserve, settle, release. Reservations of one tenant that come while one is being made wait, and are then decided together,
 * in their order, in one step of the store: a thousand streams of one tenant cost some tens of transactions, not a thousand.
 */
export class QuotaLedger implements Quotas {
  readonly #services: QuotaServices;
  readonly #leaseMs: number;
  readonly #waiting = new Map<TenantId, Waiting[]>();
  readonly #limits = new Map<TenantId, { readonly limits: Promise<TenantLimits>; readonly until: number }>();

  constructor(services: QuotaServices) {
    this.#services = services;
    this.#leaseMs = services.leaseMs ?? 30 * 60_000;
  }

  async reserve(reservation: Reservation): Promise<void> {
    const limits = await this.limitsOf(reservation.tenantId);
    const limited = Object.entries(reservation.amounts).filter(([meter]) => isLimited(limits, meter));
    if (limited.length === 0) return;
    const amounts = new Map(limited.map(([meter, quantity]) => [meter, new Decimal(quantity)]));
    const wish: Wish = { amounts, ...(await this.#whose(reservation, limits)) };
    await new Promise<void>((resolve, reject) => {
      this.#enqueue(reservation.tenantId, { reservation, wish, limits, resolve, reject });
    });
  }

  async release(tenantId: TenantId, keys: readonly string[]): Promise<void> {
    const now = this.#services.clock.now();
    await this.#services.store.change({ tenantId, now, windows: [], keys }, now, (view) => ({
      add: [],
      remove: keys.flatMap((key) => view.holdsOf(key)),
    }));
  }

  /** What limits the tenant now; at most a second old. */
  async limitsOf(tenantId: TenantId): Promise<TenantLimits> {
    const at = performance.now();
    const known = this.#limits.get(tenantId);
    if (known !== undefined && known.until > at) return await known.limits;
    if (this.#limits.size >= MOST_TENANTS) this.#limits.clear();
    const { database, versions, clock } = this.#services;
    const limits = database.tenant(tenantId, (tx) => tenantLimits(tx, versions, { tenantId, now: clock.now() }));
    this.#limits.set(tenantId, { limits, until: at + LIMITS_TTL_MS });
    limits.catch(() => this.#limits.delete(tenantId));
    return await limits;
  }

  /** For a change that this process has just made. */
  forget(tenantId: TenantId): void {
    this.#limits.delete(tenantId);
  }

  /** Whose usage it will be, where a limit is of each key or end user: what is said, or what the reservation before it said. */
  async #whose({ tenantId, apiKeyId, endUserId, inPlaceOf }: Reservation, { rules }: TenantLimits): Promise<Whose> {
    const [ofKeys, ofUsers] = (['API_KEY', 'END_USER'] as const).map((per) => rules.some((rule) => rule.per === per));
    const said = { apiKeyId: (ofKeys ? apiKeyId : null) ?? null, endUserId: (ofUsers ? endUserId : null) ?? null };
    if (inPlaceOf === undefined || !(ofKeys || ofUsers) || said.apiKeyId !== null || said.endUserId !== null) return said;
    const now = this.#services.clock.now();
    let before: Whose = said;
    await this.#services.store.change({ tenantId, now, windows: [], keys: [inPlaceOf] }, now, (view) => {
      before = view.holdsOf(inPlaceOf)[0] ?? said;
      return { add: [], remove: [] };
    });
    return { apiKeyId: before.apiKeyId, endUserId: before.endUserId };
  }

  #enqueue(tenantId: TenantId, waiting: Waiting): void {
    const queue = this.#waiting.get(tenantId);
    if (queue !== undefined) return void queue.push(waiting);
    this.#waiting.set(tenantId, [waiting]);
    void this.#drain(tenantId);
  }

  async #drain(tenantId: TenantId): Promise<void> {
    for (;;) {
      const batch = this.#waiting.get(tenantId) ?? [];
      if (batch.length === 0) return void this.#waiting.delete(tenantId);
      this.#waiting.set(tenantId, []);
      await this.#decideTogether(tenantId, batch);
    }
  }

  async #decideTogether(tenantId: TenantId, batch: readonly Waiting[]): Promise<void> {
    const now = this.#services.clock.now();
    try {
      let verdicts: readonly Verdict[] = [];
      const expiresAt = new Date(now.getTime() + this.#leaseMs);
      await this.#services.store.change(questionOf(tenantId, batch, now), expiresAt, (view) => {
        const decided = decideAll(view, batch, now);
        verdicts = decided.verdicts;
        return decided.change;
      });
      for (const [index, each] of batch.entries()) {
        const refusal = verdicts[index] ?? null;
        if (refusal === null) each.resolve();
        else each.reject(quotaError(refusal, now));
      }
    } catch (error) {
      for (const each of batch) each.reject(error);
    }
  }
}

function questionOf(tenantId: TenantId, batch: readonly Waiting[], now: Date): QuotaQuestion {
  const windows = batch.flatMap(({ wish, limits }) => [
    ...limits.rules.flatMap((rule) => {
      const subject = subjectOf(rule.per, wish);
      return subject === null || !wish.amounts.has(rule.meter)
        ? []
        : [{ meter: rule.meter, window: windowAt(rule.period, now), subject }];
    }),
    ...(limits.budget === null
      ? []
      : limits.pricedMeters.map((meter) => ({ meter, window: windowAt('BILLING_PERIOD', now), subject: '' }))),
  ]);
  const once = new Map(windows.map((each) => [JSON.stringify([each.meter, each.window.period, each.subject]), each]));
  const keys = batch.flatMap(({ reservation: { key, inPlaceOf } }) => (inPlaceOf === undefined ? [key] : [key, inPlaceOf]));
  return { tenantId, now, windows: [...once.values()], keys };
}

/** One after the other, each seeing what those before it hold. */
function decideAll(
  view: QuotaView,
  batch: readonly Waiting[],
  now: Date,
): { readonly verdicts: readonly Verdict[]; readonly change: QuotaChange } {
  const added = new Map<string, Hold>();
  const idOf = ({ key, meter }: Pick<Hold, 'key' | 'meter'>) => JSON.stringify([key, meter]);
  const holdsOf = (key: string): Hold[] => [
    ...view.holdsOf(key).filter((hold) => !added.has(idOf(hold))),
    ...[...added.values()].filter((hold) => hold.key === key),
  ];
  const delta = new Map<string, Decimal>();
  const move = (hold: Hold, sign: 1 | -1): void => {
    const whose = [
      '',
      ...(hold.apiKeyId === null ? [] : [`key:${hold.apiKeyId}`]),
      ...(hold.endUserId === null ? [] : [`user:${hold.endUserId}`]),
    ];
    for (const subject of whose) {
      const at = `${hold.meter} ${subject}`;
      delta.set(at, (delta.get(at) ?? new Decimal(0)).plus(hold.quantity.times(sign)));
    }
  };
  const state: QuotaState = {
    used: view.used,
    held: (meter, subject) => view.held(meter, subject).plus(delta.get(`${meter} ${subject}`) ?? 0),
  };
  const verdicts = batch.map(({ reservation, wish, limits }): Verdict => {
    if (holdsOf(reservation.key).length > 0) return null;
    const { inPlaceOf } = reservation;
    const taken = inPlaceOf === undefined ? [] : holdsOf(inPlaceOf).filter(({ meter }) => wish.amounts.has(meter));
    for (const hold of taken) move(hold, -1);
    const verdict = admit(limits, state, wish, now);
    if (!verdict.ok) {
      for (const hold of taken) move(hold, 1);
      return verdict.error;
    }
    // What is taken over stays as nothing: it still says whose the next ones are.
    for (const hold of taken) added.set(idOf(hold), { ...hold, quantity: ZERO });
    for (const [meter, quantity] of wish.amounts) {
      if (quantity.isZero()) continue;
      const hold = { key: reservation.key, meter, quantity, apiKeyId: wish.apiKeyId, endUserId: wish.endUserId };
      added.set(idOf(hold), hold);
      move(hold, 1);
    }
    return null;
  });
  return { verdicts, change: { add: [...added.values()], remove: [] } };
}
