import type { Tx } from '@switchyard/database/database';
import { Decimal, formatDecimal } from '@switchyard/kernel/decimal';
import type { TenantId } from '@switchyard/kernel/ids';
import { DEFAULT_ERROR_COST, FIRST_POLICY, type Policy } from '../domain/routing-policy.ts';

/** A policy as it stands, with when it was made. */
export type KeptPolicy = Policy & { readonly currency: string; readonly updatedAt: Date };

type Row = {
  readonly version: number;
  readonly error_cost: string;
  readonly currency: string;
  readonly updated_at: Date;
  readonly tiers: readonly string[] | null;
  readonly exploration: number;
  readonly max_cost_per_request: string | null;
  readonly max_latency_ms: number | null;
};

const COLUMNS = 'version, error_cost, currency, updated_at, tiers, exploration, max_cost_per_request, max_latency_ms';

/** @param currency of the tiers. */
export type PolicyOwner = { readonly tenantId: TenantId; readonly currency: string; readonly now: Date };

/** The policy in force; a tenant without one gets version 1 of the defaults. */
export async function policyInForce(tx: Tx, owner: PolicyOwner): Promise<KeptPolicy> {
  const read = () =>
    tx.query<Row>(
      `select ${COLUMNS} from router.routing_policy where tenant_id = $1 and in_force order by version desc limit 1`,
      [owner.tenantId],
    );
  const [row] = await read();
  if (row !== undefined) return policyOf(row, owner.currency);
  await insertPolicy(tx, owner, { ...FIRST_POLICY, inForce: true });
  return { ...FIRST_POLICY, currency: owner.currency, updatedAt: owner.now };
}

export async function policyOfVersion(tx: Tx, { tenantId, currency }: PolicyOwner, version: number): Promise<KeptPolicy | null> {
  const [row] = await tx.query<Row>(`select ${COLUMNS} from router.routing_policy where tenant_id = $1 and version = $2`, [
    tenantId,
    version,
  ]);
  return row === undefined ? null : policyOf(row, currency);
}

/** For a writer: whoever else changes the tenant's policies, or starts a canary, waits until the transaction ends. */
export async function lockPolicies(tx: Tx, owner: PolicyOwner): Promise<void> {
  await policyInForce(tx, owner);
  await tx.query('select version from router.routing_policy where tenant_id = $1 order by version limit 1 for update', [
    owner.tenantId,
  ]);
}

/** The number that the next policy gets: candidates have numbers too, so that a number never means two policies. */
export async function nextVersion(tx: Tx, tenantId: TenantId): Promise<number> {
  const [row] = await tx.query<{ next: number }>(
    'select coalesce(max(version), 0) + 1 as next from router.routing_policy where tenant_id = $1',
    [tenantId],
  );
  return row?.next ?? 1;
}

export async function insertPolicy(
  tx: Tx,
  { tenantId, currency, now }: PolicyOwner,
  policy: Policy & { readonly inForce: boolean },
): Promise<void> {
  const { version, errorCost, tiers, exploration, maxCostPerRequest, maxLatencyMs, inForce } = policy;
  await tx.query(
    `insert into router.routing_policy (tenant_id, ${COLUMNS}, in_force)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (tenant_id, version) do nothing`,
    [
      tenantId,
      version,
      formatDecimal(errorCost),
      currency,
      now.toISOString(),
      tiers,
      exploration,
      maxCostPerRequest === null ? null : formatDecimal(maxCostPerRequest),
      maxLatencyMs,
      inForce,
    ],
  );
}

export async function putInForce(tx: Tx, { tenantId, now }: PolicyOwner, version: number): Promise<void> {
  await tx.query('update router.routing_policy set in_force = true, updated_at = $3 where tenant_id = $1 and version = $2', [
    tenantId,
    version,
    now.toISOString(),
  ]);
}

/** After the operator has changed the tiers' currency, amounts in the old one say nothing any more. */
function policyOf(row: Row, currency: string): KeptPolicy {
  const known = row.currency === currency;
  return {
    version: row.version,
    errorCost: new Decimal(known ? row.error_cost : DEFAULT_ERROR_COST),
    tiers: row.tiers,
    exploration: row.exploration,
    maxCostPerRequest: known && row.max_cost_per_request !== null ? new Decimal(row.max_cost_per_request) : null,
    maxLatencyMs: row.max_latency_ms,
    currency,
    updatedAt: new Date(row.updated_at),
  };
}

/** λ of policies, by tenant and version; those that are not there are not in it. */
export async function errorCostsOf(
  tx: Tx,
  policies: readonly { readonly tenantId: TenantId; readonly version: number }[],
): Promise<(tenantId: TenantId, version: number) => number> {
  const rows = await tx.query<{ tenant_id: TenantId; version: number; error_cost: number }>(
    `select distinct p.tenant_id, p.version, p.error_cost::float8 from router.routing_policy p
       join unnest($1::uuid[], $2::int[]) as asked (tenant_id, version) using (tenant_id, version)`,
    [policies.map(({ tenantId }) => tenantId), policies.map(({ version }) => version)],
  );
  const costs = new Map(rows.map((row) => [`${row.tenant_id} ${row.version}`, row.error_cost]));
  return (tenantId, version) => costs.get(`${tenantId} ${version}`) ?? Number(DEFAULT_ERROR_COST);
}
