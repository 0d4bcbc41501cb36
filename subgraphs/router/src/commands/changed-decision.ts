import type { EpisodeId, RouteDecisionId, SessionId, TenantId } from '@switchyard/kernel/ids';
import type { RouteReason } from '../decide-port.ts';
import type { RouteOutcome } from '../domain/outcome.ts';
import type { StoredCandidate } from '../store/entities.ts';

/** A decision as it is after something became known of it. */
export type ChangedDecision = {
  readonly id: RouteDecisionId;
  readonly tenant_id: TenantId;
  readonly episode_id: EpisodeId | null;
  readonly session_id: SessionId | null;
  readonly outcome: RouteOutcome | null;
  readonly actual_cost: string | null;
  readonly expected_cost: string;
  readonly currency: string;
  readonly tier: string;
  readonly reason: RouteReason;
  readonly arm: 'STABLE' | 'CANARY';
  readonly policy_version: number;
  readonly candidates: readonly StoredCandidate[];
  readonly call_latency_ms: number | null;
  /** As it was before. */
  readonly outcome_before: RouteOutcome | null;
  readonly cost_before: string | null;
  readonly latency_before: number | null;
  /** What was new: its cost, or its outcome. */
  readonly cost_changed: boolean;
  readonly outcome_changed: boolean;
};
