import type { Tx } from '@switchyard/database/database';
import type { NewEvent } from '@switchyard/event-log/outbox';
import { type Comparison, compared, type Finding, findingOf, type Observation } from '../domain/canary.ts';
import { verdictOf } from '../domain/canary-verdict.ts';
import { isFailure } from '../domain/outcome.ts';
import { type LockedCanary, lockRunningCanaries, writeComparison } from '../store/canaries.ts';
import type { ChangedDecision } from './changed-decision.ts';
import { type CanaryServices, endCanary } from './end-canary.ts';

/**
 * Takes what became known of decisions into the canaries that run, and ends those of which it is known what they come to.
 * Returns the events of their ends.
 */
export async function compareCanaries(
  services: CanaryServices,
  tx: Tx,
  changed: readonly ChangedDecision[],
): Promise<NewEvent<'canary.promoted' | 'canary.rolled_back'>[]> {
  const routed = changed.filter(({ reason }) => reason !== 'PINNED');
  if (routed.length === 0) return [];
  const canaries = await lockRunningCanaries(
    tx,
    [...new Set(routed.map(({ tenant_id }) => tenant_id))].sort((a, b) => (a < b ? -1 : 1)),
  );
  const events: NewEvent<'canary.promoted' | 'canary.rolled_back'>[] = [];
  for (const canary of canaries) {
    const own = routed.filter((decision) => decision.tenant_id === canary.tenantId && isOf(canary, decision));
    const { comparison, finding } = foundIn(canary, own);
    if (comparison === canary.comparison) continue;
    await writeComparison(tx, canary.id, comparison);
    tx.afterCommit(() => services.hint('canary', canary.tenantId));
    if (finding === null) continue;
    const end = {
      status: finding.status,
      verdict: (sides: Parameters<typeof verdictOf>[2]) => verdictOf(finding, comparison, sides),
    };
    events.push(...(await endCanary(services, tx, canary, end)));
  }
  return events;
}

/** Decisions of before, and of sessions whose policy has another number by now, are of neither side. */
function isOf({ stableVersion, candidateVersion }: LockedCanary, { arm, policy_version }: ChangedDecision): boolean {
  return policy_version === (arm === 'CANARY' ? candidateVersion : stableVersion);
}

/** Looks after every single observation, and stops at the first that decides. */
function foundIn(
  canary: LockedCanary,
  decisions: readonly ChangedDecision[],
): { readonly comparison: Comparison; readonly finding: Finding | null } {
  let comparison = canary.comparison;
  for (const decision of decisions) {
    const observation = observed(decision);
    if (observation === null) continue;
    comparison = compared(comparison, observation);
    const finding = findingOf(comparison, canary.plannedRequests);
    if (finding !== null) return { comparison, finding };
  }
  return { comparison, finding: null };
}

/** What became known of it for the first time; each is an observation once. */
function observed(decision: ChangedDecision): Observation | null {
  const judged = decision.outcome_before === null && decision.outcome !== null;
  const ended = decision.cost_before === null && decision.actual_cost !== null;
  const timed = decision.latency_before === null && decision.call_latency_ms !== null;
  if (!judged && !ended && !timed) return null;
  return {
    side: decision.arm,
    wrong: judged ? isFailure(decision.outcome) : null,
    failed: ended ? isFailure(decision.outcome) : null,
    cost: ended ? Number(decision.actual_cost) : null,
    latencyMs: timed ? decision.call_latency_ms : null,
  };
}
