import type { Tx } from '@switchyard/database/database';
import { Decimal, formatDecimal } from '@switchyard/kernel/decimal';
import type { CanaryId, TenantId } from '@switchyard/kernel/ids';
import { parseId } from '@switchyard/kernel/ids';
import type { Comparison } from '../domain/canary.ts';
import type { Sides } from '../domain/canary-verdict.ts';
import { CanaryEntity, type CanaryRow } from './entities.ts';

/** The one that is running, or else the last; null when there never was one. */
export async function newestCanary(tx: Tx, tenantId: TenantId): Promise<CanaryRow | null> {
  return await tx.em.findOne(CanaryEntity, { tenantId }, { orderBy: { id: 'desc' }, refresh: true });
}

export async function canaryById(tx: Tx, id: string): Promise<CanaryRow | null> {
  const parsed = parseId<CanaryId>(id);
  return parsed === null ? null : await tx.em.findOne(CanaryEntity, { id: parsed }, { refresh: true });
}

type RunningRow = {
  readonly id: CanaryId;
  readonly candidate_version: number;
  readonly share: number;
};

export async function runningCanary(tx: Tx, tenantId: TenantId): Promise<RunningRow | null> {
  const [row] = await tx.query<RunningRow>(
    `select id, candidate_version, share from router.canary where tenant_id = $1 and status = 'RUNNING'`,
    [tenantId],
  );
  return row ?? null;
}

export type LockedCanary = {
  readonly id: CanaryId;
  readonly tenantId: TenantId;
  readonly stableVersion: number;
  readonly candidateVersion: number;
  readonly plannedRequests: number;
  readonly comparison: Comparison;
};

/** For a writer: those that run, locked until the transaction ends, in one order for everyone. */
export async function lockRunningCanaries(tx: Tx, tenantIds: readonly TenantId[]): Promise<LockedCanary[]> {
  return await tx.query<LockedCanary>(
    `select id, tenant_id as "tenantId", stable_version as "stableVersion", candidate_version as "candidateVersion",
            planned_requests as "plannedRequests", comparison
       from router.canary where tenant_id = any($1::uuid[]) and status = 'RUNNING' order by tenant_id for update`,
    [tenantIds],
  );
}

export async function writeComparison(tx: Tx, id: CanaryId, comparison: Comparison): Promise<void> {
  await tx.query('update router.canary set comparison = $2 where id = $1', [id, JSON.stringify(comparison)]);
}

export type CanaryEnd = { readonly status: 'PROMOTED' | 'ROLLED_BACK'; readonly verdict: string; readonly at: Date };

/** False when it has ended before. */
export async function endRunningCanary(tx: Tx, id: CanaryId, { status, verdict, at }: CanaryEnd): Promise<boolean> {
  const ended = await tx.query(
    `update router.canary set status = $2, verdict = $3, ended_at = $4 where id = $1 and status = 'RUNNING' returning id`,
    [id, status, verdict, at.toISOString()],
  );
  return ended.length > 0;
}

type SideRow = {
  readonly arm: 'STABLE' | 'CANARY';
  readonly requests: number;
  readonly error_rate: number | null;
  readonly mean_cost: string | null;
  readonly p95: number | null;
};

export type SideStats = {
  readonly requests: number;
  readonly errorRate: number;
  readonly meanCost: string;
  readonly p95LatencyMs: number;
};

/** What both sides did while it ran, from their decisions, which are those with later ids; those that were pinned had no policy. */
export async function canaryStats(
  tx: Tx,
  canary: Pick<CanaryRow, 'id' | 'tenantId' | 'stableVersion' | 'candidateVersion' | 'endedAt'>,
): Promise<{ readonly stable: SideStats; readonly canary: SideStats }> {
  const rows = await tx.query<SideRow>(
    `select arm, count(*)::int as requests,
            (avg((outcome <> 'CORRECT')::int) filter (where outcome is not null))::float8 as error_rate,
            round(avg(actual_cost), 18) as mean_cost,
            percentile_disc(0.95) within group (order by call_latency_ms) as p95
       from router.route_decision
      where tenant_id = $1 and reason <> 'PINNED' and id > $4 and decided_at <= coalesce($5::timestamptz, 'infinity')
        and ((arm = 'STABLE' and policy_version = $2) or (arm = 'CANARY' and policy_version = $3))
      group by arm`,
    [canary.tenantId, canary.stableVersion, canary.candidateVersion, canary.id, canary.endedAt?.toISOString() ?? null],
  );
  const of = (arm: SideRow['arm']): SideStats => {
    const row = rows.find((side) => side.arm === arm);
    return {
      requests: row?.requests ?? 0,
      errorRate: row?.error_rate ?? 0,
      meanCost: formatDecimal(new Decimal(row?.mean_cost ?? 0)),
      p95LatencyMs: row?.p95 ?? 0,
    };
  };
  return { stable: of('STABLE'), canary: of('CANARY') };
}

/** As a verdict tells them. */
export function sidesOf(stats: { readonly stable: SideStats; readonly canary: SideStats }, currency: string): Sides {
  const shown = (side: SideStats) => ({
    ...side,
    meanCost: `${formatDecimal(new Decimal(side.meanCost).toSignificantDigits(2))} ${currency}`,
  });
  return { stable: shown(stats.stable), canary: shown(stats.canary) };
}
