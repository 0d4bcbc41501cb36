import type { Tx } from '@switchyard/database/database';
import type { NewEvent } from '@switchyard/event-log/outbox';
import type { TenantId } from '@switchyard/kernel/ids';
import type { Change } from '../domain/drift.ts';
import { type Lesson, learn, NOTHING_LEARNT, relearn, type WeighedTier } from '../domain/learning.ts';
import { isMisroute, type RouteOutcome } from '../domain/outcome.ts';
import type { StoredCandidate } from '../store/entities.ts';
import { lockLearning, writeLearning } from '../store/learning.ts';
import { errorCostsOf } from '../store/policies.ts';
import type { ChangedDecision } from './changed-decision.ts';
import type { DecideServices } from './decide.ts';

/**
 * Takes what became known of decisions into what their tenants have learnt. A decision is a lesson once, when it is first
 * judged; when its judgement changes, what it taught is set right. Returns an event for each tier that drifted.
 */
export async function learnFrom(
  { clock, metrics }: Pick<DecideServices, 'clock' | 'metrics'>,
  tx: Tx,
  changed: readonly ChangedDecision[],
): Promise<NewEvent<'drift.detected'>[]> {
  // What escalates was hard for a tier below: that is another kind of request than those that the tier is predicted for.
  const judged = changed.filter(
    ({ outcome, outcome_before, reason }) =>
      reason !== 'ESCALATION' && isJudged(outcome) && isMisroute(outcome) !== wasMisroute(outcome_before),
  );
  if (judged.length === 0) return [];
  const at = clock.now();
  const learnt = await lockLearning(
    tx,
    [...new Set(judged.map(({ tenant_id }) => tenant_id))].sort((a, b) => (a < b ? -1 : 1)),
    at,
  );
  const errorCostOf = await errorCostsOf(
    tx,
    judged.map(({ tenant_id, policy_version }) => ({ tenantId: tenant_id, version: policy_version })),
  );
  const events: NewEvent<'drift.detected'>[] = [];
  for (const decision of judged) {
    const before = learnt.get(decision.tenant_id) ?? NOTHING_LEARNT;
    const lesson = lessonOf(decision, errorCostOf(decision.tenant_id, decision.policy_version));
    if (isJudged(decision.outcome_before)) {
      learnt.set(decision.tenant_id, relearn(before, lesson));
      continue;
    }
    const { learning, change } = learn(before, lesson);
    learnt.set(decision.tenant_id, learning);
    if (change === null) continue;
    const seen = (before.watches[decision.tier]?.seen ?? 0) + 1;
    events.push(driftEvent(decision, { change, seen, at }));
    tx.afterCommit(() => metrics.drifted({ tier: decision.tier, change: change.kind }));
  }
  await writeLearning(tx, learnt, at);
  return events;
}

/** Says whether the tier was the right one; an error of a provider does not. */
function isJudged(outcome: RouteOutcome | null): boolean {
  return outcome === 'CORRECT' || isMisroute(outcome);
}

/** Null: it was not judged before. */
function wasMisroute(outcome: RouteOutcome | null): boolean | null {
  return isJudged(outcome) ? isMisroute(outcome) : null;
}

function lessonOf(decision: ChangedDecision, errorCost: number): Lesson {
  return {
    policyVersion: decision.policy_version,
    errorCost,
    tier: decision.tier,
    wrong: isMisroute(decision.outcome),
    contested: decision.arm === 'STABLE' && (decision.reason === 'POLICY' || decision.reason === 'EXPLORATION'),
    weighed: decision.candidates.map(weighedOf),
  };
}

function weighedOf(candidate: StoredCandidate): WeighedTier {
  return {
    tier: candidate.tier,
    cost: Number(candidate.expectedCost),
    priorError: candidate.priorError,
    ruleError: candidate.ruleError ?? candidate.expectedError,
    learntError: candidate.learntError ?? candidate.expectedError,
    propensity: candidate.propensity,
    open: candidate.leftOut === null,
  };
}

type Drifted = { readonly change: Change; readonly seen: number; readonly at: Date };

function driftEvent(decision: ChangedDecision, { change, seen, at }: Drifted): NewEvent<'drift.detected'> {
  const tenantId: TenantId = decision.tenant_id;
  return {
    type: 'drift.detected',
    tenantId,
    subject: tenantId,
    time: at,
    data: {
      tier: decision.tier,
      change: change.kind,
      routeDecisionId: decision.id,
      judged: seen,
      judgedSinceChange: seen - change.from,
      detectedAt: at.toISOString(),
    },
  };
}
