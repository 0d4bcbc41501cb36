import type { Tx } from '@switchyard/database/database';
import type { TenantId } from '@switchyard/kernel/ids';
import type { LoggedDecision } from '../domain/off-policy.ts';
import { isFailure, type RouteOutcome } from '../domain/outcome.ts';
import type { StoredCandidate } from './entities.ts';

/** Rows that are read at once: some 20 ms of reading, so that other requests are not held up. */
const AT_ONCE = 2_000;

type Row = {
  readonly tier: string;
  readonly outcome: RouteOutcome | null;
  readonly cost: number | null;
  readonly tokens: number;
  readonly candidates: readonly StoredCandidate[];
};

/**
 * Hands over each decision that a policy made by itself in the range (half-open), in no order: not those that were pinned, nor
 * those that escalate, which another policy might not have had to make. Through a cursor, as there may be a million.
 */
export async function forEachLogged(
  tx: Tx,
  { tenantId, from, to }: { readonly tenantId: TenantId; readonly from: Date; readonly to: Date },
  take: (decision: LoggedDecision) => void,
): Promise<void> {
  await tx.query(
    `declare logged no scroll cursor for
     select tier, outcome, actual_cost::float8 as cost, (features ->> 'inputTokens')::int as tokens, candidates
       from router.route_decision
      where tenant_id = $1 and decided_at >= $2 and decided_at < $3 and reason in ('POLICY', 'EXPLORATION', 'FALLBACK')`,
    [tenantId, from.toISOString(), to.toISOString()],
  );
  for (;;) {
    const rows = await tx.query<Row>(`fetch ${AT_ONCE} from logged`);
    for (const row of rows) take(loggedOf(row));
    if (rows.length < AT_ONCE) break;
  }
  await tx.query('close logged');
}

function loggedOf(row: Row): LoggedDecision {
  return {
    tier: row.tier,
    wrong: row.outcome === null ? null : isFailure(row.outcome),
    cost: row.cost,
    inputTokens: row.tokens,
    candidates: row.candidates.map(({ tier, expectedCost, expectedError, propensity, leftOut }) => ({
      tier,
      cost: Number(expectedCost),
      error: expectedError,
      propensity,
      leftOut,
    })),
  };
}
