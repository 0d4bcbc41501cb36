import type { Database, Tx } from '@switchyard/database/database';
import type { Clock } from '@switchyard/kernel/clock';
import { Decimal } from '@switchyard/kernel/decimal';
import type { TenantId } from '@switchyard/kernel/ids';
import { HISTORY_SIZE, type History, historyOf, type PastDecision, remember } from '../domain/history.ts';
import { DEFAULT_ERROR_COST, type Policy } from '../domain/policy.ts';
import type { TierHealth } from '../domain/tier-health.ts';
import { readTierHealth } from './tier-health.ts';

/** What a decision needs to know of a tenant. */
export type TenantState = {
  readonly policy: Policy;
  readonly history: History;
  readonly health: ReadonlyMap<string, TierHealth>;
};

/**
 * The tenants' states as this process last read them. A decision never waits for a state that is younger than `staleForMs`:
 * beyond `freshForMs` it is read again beside the decision. The rows are the truth; this is forgotten with the process.
 */
export type TenantStates = {
  get(tenantId: TenantId): Promise<TenantState>;
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
    remember(tenantId, decision) {
      const entry = entries.get(tenantId);
      if (entry?.state == null) return;
      entry.state = { ...entry.state, history: remember(entry.state.history, decision) };
    },
  };
}

async function readState(tx: Tx, tenantId: TenantId, options: TenantStatesOptions): Promise<TenantState> {
  const policy = await readPolicy(tx, tenantId, options);
  return { policy, history: historyOf(await readHistory(tx)), health: await readTierHealth(tx) };
}

/** The policy in force; a tenant without one gets version 1 of the defaults. */
async function readPolicy(tx: Tx, tenantId: TenantId, { currency, clock }: TenantStatesOptions): Promise<Policy> {
  const [row] = await tx.query<{ version: number; error_cost: string; currency: string }>(
    'select version, error_cost, currency from router.routing_policy order by version desc limit 1',
  );
  if (row === undefined) {
    await tx.query(
      `insert into router.routing_policy (tenant_id, version, error_cost, currency, updated_at)
       values ($1, 1, $2, $3, $4) on conflict (tenant_id, version) do nothing`,
      [tenantId, DEFAULT_ERROR_COST, currency, clock.now().toISOString()],
    );
    return { version: 1, errorCost: new Decimal(DEFAULT_ERROR_COST) };
  }
  // After the operator has changed the tiers' currency, a policy in the old one says nothing any more.
  return { version: row.version, errorCost: new Decimal(row.currency === currency ? row.error_cost : DEFAULT_ERROR_COST) };
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
