import type { Tx } from '@switchyard/database/database';
import { appendEvents, type NewEvent } from '@switchyard/event-log/outbox';
import { Decimal, formatDecimal } from '@switchyard/kernel/decimal';
import type { RouteDecisionId, TenantId } from '@switchyard/kernel/ids';
import type { RouteOutcome } from '../domain/outcome.ts';
import type { ChangedDecision } from './changed-decision.ts';
import { compareCanaries } from './compare-canaries.ts';
import type { DecideServices } from './decide.ts';
import { learnFrom } from './learn-from.ts';

/** A finished model call, as far as its decision learns from it. */
export type FinishedCall = {
  readonly modelCallId: string;
  readonly tenantId: TenantId;
  readonly routeDecisionId: string;
  readonly cost: string;
  readonly latencyMs: number;
  readonly outcome: RouteOutcome | null;
  readonly finishedAt: string;
};

export type Feedback = { readonly tenantId: TenantId; readonly episodeId: string; readonly outcome: 'CORRECT' | 'WRONG' };

const CHANGED = `d.id, d.tenant_id, d.episode_id, d.session_id, d.outcome, d.actual_cost, d.expected_cost, d.currency, d.tier,
               d.reason, d.arm, d.policy_version, d.candidates, d.call_latency_ms, b.outcome as outcome_before,
               b.actual_cost as cost_before, b.call_latency_ms as latency_before`;
/** What is known of a decision before it changes. */
const BEFORE = 'd.id, d.outcome, d.actual_cost, d.call_latency_ms';

/**
 * Adds calls to what their decisions cost and took. The newest call speaks for the outcome, as a retry that was answered
 * makes up for the error before it; what a person said stands. Returns the ids of the calls that were new.
 */
export async function recordCalls(
  tx: Tx,
  calls: readonly FinishedCall[],
): Promise<{ readonly newCalls: ReadonlySet<string>; readonly changed: readonly ChangedDecision[] }> {
  if (calls.length === 0) return { newCalls: new Set(), changed: [] };
  const inserted = await tx.query<{ model_call_id: string; route_decision_id: string }>(
    `insert into router.decision_call (model_call_id, tenant_id, route_decision_id, cost, latency_ms, outcome, finished_at)
     select "modelCallId", "tenantId", "routeDecisionId", cost, "latencyMs", outcome, "finishedAt"
       from json_to_recordset($1::json) as c ("modelCallId" uuid, "tenantId" uuid, "routeDecisionId" uuid, cost numeric,
            "latencyMs" float8, outcome text, "finishedAt" timestamptz)
     on conflict (model_call_id) do nothing
     returning model_call_id, route_decision_id`,
    [JSON.stringify(calls)],
  );
  const changed = await tx.query<ChangedDecision>(
    `with summed as (
       select route_decision_id as id, sum(cost) as cost, sum(latency_ms) as latency_ms,
              (array_agg(outcome order by finished_at desc, model_call_id desc))[1] as outcome
         from router.decision_call where route_decision_id = any($1::uuid[]) group by route_decision_id),
     before as materialized (
       select ${BEFORE} from router.route_decision d where id = any($1::uuid[]) order by id for update)
     update router.route_decision d
        set actual_cost = s.cost,
            call_latency_ms = s.latency_ms,
            outcome = case when d.outcome_source in ('FEEDBACK', 'REPORT') then d.outcome else s.outcome end,
            outcome_source = case when d.outcome_source in ('FEEDBACK', 'REPORT') then d.outcome_source
                                  when s.outcome is not null then 'CALL' end
       from summed s join before b using (id)
      where d.id = s.id
     returning ${CHANGED}, d.actual_cost is distinct from b.actual_cost as cost_changed,
               d.outcome is distinct from b.outcome as outcome_changed`,
    [[...new Set(inserted.map((row) => row.route_decision_id))]],
  );
  return { newCalls: new Set(inserted.map((row) => row.model_call_id)), changed };
}

/** What end users said of their episodes' answers, which were those of the episodes' last decisions. The newest word counts. */
export async function recordFeedback(tx: Tx, feedback: readonly Feedback[]): Promise<readonly ChangedDecision[]> {
  if (feedback.length === 0) return [];
  const newest = new Map(feedback.map((given) => [given.episodeId, given]));
  return await tx.query<ChangedDecision>(
    `with given as (
       select * from json_to_recordset($1::json) as f ("tenantId" uuid, "episodeId" uuid, outcome text)),
     last as (
       select distinct on (d.episode_id) d.id, given.outcome
         from router.route_decision d
         join given on d.tenant_id = given."tenantId" and d.episode_id = given."episodeId"
        order by d.episode_id, d.id desc),
     before as materialized (
       select ${BEFORE} from router.route_decision d join last using (id) order by d.id for update of d)
     update router.route_decision d set outcome = last.outcome, outcome_source = 'FEEDBACK'
       from last join before b using (id)
      where d.id = last.id and d.outcome_source is distinct from 'REPORT'
        and (d.outcome, d.outcome_source) is distinct from (last.outcome, 'FEEDBACK')
     returning ${CHANGED}, false as cost_changed, d.outcome is distinct from b.outcome as outcome_changed`,
    [JSON.stringify([...newest.values()])],
  );
}

export type Report = {
  readonly routeDecisionId: RouteDecisionId;
  readonly outcome: RouteOutcome;
  readonly actualCost: string | null;
  readonly latencyMs: number | null;
};

/** What the tenant itself says outweighs all else. Empty where there is no such decision, or nothing is new. */
export async function recordReport(tx: Tx, report: Report): Promise<readonly ChangedDecision[]> {
  return await tx.query<ChangedDecision>(
    `with before as materialized (select ${BEFORE} from router.route_decision d where id = $1 for update)
     update router.route_decision d
        set outcome = $2, outcome_source = 'REPORT', actual_cost = coalesce($3::numeric, d.actual_cost),
            call_latency_ms = coalesce($4::float8, d.call_latency_ms)
       from before b where d.id = b.id
     returning ${CHANGED}, d.actual_cost is distinct from b.actual_cost as cost_changed,
               d.outcome is distinct from b.outcome as outcome_changed`,
    [report.routeDecisionId, report.outcome, report.actualCost, report.latencyMs],
  );
}

export type OutcomeServices = Pick<DecideServices, 'clock' | 'metrics' | 'states' | 'ladder' | 'hint'>;

/** Learns from what became known, and writes it into the log, once for each decision; counts it once it is committed. */
export async function announceOutcomes(services: OutcomeServices, tx: Tx, changed: readonly ChangedDecision[]): Promise<void> {
  const { metrics } = services;
  const news = changed.filter((decision) => decision.cost_changed || decision.outcome_changed);
  const learnt = await learnFrom(services, tx, news);
  const ended = await compareCanaries(services, tx, changed);
  await appendEvents(tx, 'switchyard/router', [...outcomeEvents(news, services.clock.now()), ...learnt, ...ended]);
  tx.afterCommit(() => {
    for (const decision of news) {
      if (decision.cost_changed) {
        metrics.costed({ id: decision.id, expected: Number(decision.expected_cost), actual: Number(decision.actual_cost) });
      }
      if (decision.outcome_changed && decision.outcome !== null) {
        metrics.judged({ id: decision.id, outcome: decision.outcome });
      }
    }
  });
}

function outcomeEvents(news: readonly ChangedDecision[], at: Date): NewEvent<'decision.outcome_recorded'>[] {
  const latest = new Map(news.map((decision) => [decision.id, decision]));
  return [...latest.values()].map((decision) => ({
    type: 'decision.outcome_recorded' as const,
    tenantId: decision.tenant_id,
    subject: decision.session_id ?? decision.id,
    time: at,
    ...(decision.episode_id === null ? {} : { correlationId: decision.episode_id }),
    data: {
      routeDecisionId: decision.id,
      episodeId: decision.episode_id,
      outcome: decision.outcome,
      actualCost: decision.actual_cost === null ? null : formatDecimal(new Decimal(decision.actual_cost)),
      currency: decision.currency,
      recordedAt: at.toISOString(),
    },
  }));
}
