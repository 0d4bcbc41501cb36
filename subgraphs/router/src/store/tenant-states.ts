import type { Database, Tx } from '@switchyard/database/database';
import type { Clock } from '@switchyard/kernel/clock';
import type { CanaryId, TenantId } from '@switchyard/kernel/ids';
import { HISTORY_SIZE, type History, historyOf, type PastDecision, remember } from '../domain/history.ts';
import type { Learning } from '../domain/learning.ts';
import type { Policy } from '../domain/routing-policy.ts';
import type { TierHealth } from '../domain/tier-health.ts';
import { runningCanary } from './canaries.ts';
import { readLearning } from './learning.ts';
import { type PolicyOwner, policyInForce, policyOfVersion } from './policies.ts';
import { readTierHealth } from './tier-health.ts';

/** What a decision needs to know of a tenant. */
export type TenantState = {
  readonly policy: Policy;
  readonly history: History;
  readonly health: ReadonlyMap<string, TierHealth>;
  readonly learning: Learning;
  /** The candidate that is tried on a share of the traffic. */
  readonly canary: { readonly id: CanaryId; readonly share: number; readonly policy: Policy } | null;
};

/**
 * The tenants' states as this process last read them. A decision never waits for a state that is younger than `staleForMs`:
 * beyond `freshForMs` it is read again beside the decision. The rows are the truth; this is forgotten with the process.
 */
export type TenantStates = {
  get(tenantId: TenantId): Promise<TenantState>;
  /** Reads the rows again for the next decision: a policy that this process changed counts at once. */
  forget(tenantId: TenantId): void;
  /** Takes in a decision of this process before the rows are read again. */
  remember(tenantId: TenantId, decision: PastDecision): void;
};

export type TenantStatesOptions = {
  readonly database: Database;
  readonly clock: Clock;
  readonly currency: string;
  /** Default 2,000. */
  readonly freshForMs?: number;
  /** Default 30,000. */
  readonly staleForMs?: number;
};

/** States that are kept; the one used longest ago goes first. One takes some 100 kB. */
const MAX_TENANTS = 1_000;

type Entry = { state: TenantState | null; readAt: number; reading: Promise<TenantState> | null };

export function createTenantStates(options: TenantStatesOptions): TenantStates {
  const entries = new Map<TenantId, Entry>();
  const { freshForMs = 2_000, staleForMs = 30_000 } = options;

  const read = (tenantId: TenantId, entry: Entry): Promise<TenantState> => {
    const reading = options.database
      .tenant(tenantId, (tx) => readState(tx, tenantId, options))
      .then((state) => {
        entry.state = state;
        entry.readAt = performance.now();
        return state;
      })
      .finally(() => {
        entry.reading = null;
      });
    return reading;
  };

  return {
    async get(tenantId) {
      const entry = entries.get(tenantId) ?? { state: null, readAt: 0, reading: null };
      entries.delete(tenantId);
      entries.set(tenantId, entry);
      if (entries.size > MAX_TENANTS) entries.delete(entries.keys().next().value ?? tenantId);
      const age = performance.now() - entry.readAt;
      if (entry.state !== null && age < freshForMs) return entry.state;
      entry.reading ??= read(tenantId, entry);
      if (entry.state === null || age >= staleForMs) return await entry.reading;
      // Should it fail, the next decision tries again, and waits for it once the state is too old.
      entry.reading.catch(() => undefined);
      return entry.state;
    },
    forget: (tenantId) => void entries.delete(tenantId),
    remember(tenantId, decision) {
      const entry = entries.get(tenantId);
      if (entry?.state == null) return;
      entry.state = { ...entry.state, history: remember(entry.state.history, decision) };
    },
  };
}

async function readState(tx: Tx, tenantId: TenantId, { currency, clock }: TenantStatesOptions): Promise<TenantState> {
  const owner = { tenantId, currency, now: clock.now() };
  return {
    policy: await policyInForce(tx, owner),
    history: historyOf(await readHistory(tx)),
    health: await readTierHealth(tx),
    learning: await readLearning(tx, tenantId),
    canary: await readCanary(tx, owner),
  };
}

async function readCanary(tx: Tx, owner: PolicyOwner): Promise<TenantState['canary']> {
  const running = await runningCanary(tx, owner.tenantId);
  if (running === null) return null;
  const policy = await policyOfVersion(tx, owner, running.candidate_version);
  return policy === null ? null : { id: running.id, share: running.share, policy };
}

type HistoryRow = {
  readonly sketch_high: number;
  readonly sketch_low: number;
  readonly tier: string;
  readonly outcome: PastDecision['outcome'];
  readonly prior_error: number;
  readonly list_cost: number;
  readonly actual_cost: number | null;
  readonly call_latency_ms: number | null;
};

/** By the index on (tenant_id, id), as row-level security adds the tenant. */
async function readHistory(tx: Tx): Promise<PastDecision[]> {
  const rows = await tx.query<HistoryRow>(
    `select sketch_high, sketch_low, tier, outcome, prior_error, list_cost::float8, actual_cost::float8, call_latency_ms
       from router.route_decision order by id desc limit ${HISTORY_SIZE}`,
  );
  return rows.map((row) => ({
    sketch: { high: row.sketch_high, low: row.sketch_low },
    tier: row.tier,
    outcome: row.outcome,
    priorError: row.prior_error,
    listCost: row.list_cost,
    actualCost: row.actual_cost,
    callLatencyMs: row.call_latency_ms,
  }));
}
