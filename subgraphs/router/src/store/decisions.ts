import type { FilterQuery } from '@mikro-orm/core';
import type { Tx } from '@switchyard/database/database';
import type { RouteDecisionId } from '@switchyard/kernel/ids';
import { parseId } from '@switchyard/kernel/ids';
import type { RouteOutcome } from '../domain/outcome.ts';
import { RouteDecisionEntity, type RouteDecisionRow } from './entities.ts';

/** A decision before anything is known of what becomes of it. */
export type NewDecision = Omit<RouteDecisionRow, 'actualCost' | 'outcome' | 'outcomeSource' | 'callLatencyMs'>;

/**
 * One statement, and no read before it: the unique key is what finds out that the request was decided already. Through the
 * ORM a duplicate would abort the transaction.
 */
const INSERT = `
insert into router.route_decision (
  id, tenant_id, request_key, episode_id, session_id, tier, model, reason, explanation, features, candidates,
  policy_version, arm, decided_at, latency_ms, escalated_from, currency, expected_cost,
  sketch_high, sketch_low, list_cost, prior_error)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11::jsonb, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
on conflict (tenant_id, request_key) do nothing
returning id`;

/** False when there is a decision of this request key already. */
export async function insertDecision(tx: Tx, row: NewDecision): Promise<boolean> {
  const inserted = await tx.query(INSERT, [
    row.id,
    row.tenantId,
    row.requestKey,
    row.episodeId,
    row.sessionId,
    row.tier,
    row.model,
    row.reason,
    row.explanation,
    JSON.stringify(row.features),
    JSON.stringify(row.candidates),
    row.policyVersion,
    row.arm,
    row.decidedAt.toISOString(),
    row.latencyMs,
    row.escalatedFrom,
    row.currency,
    row.expectedCost,
    row.sketchHigh,
    row.sketchLow,
    row.listCost,
    row.priorError,
  ]);
  return inserted.length > 0;
}

/** The same for many at once: one parameter, whatever their number. */
const INSERT_ALL = `
insert into router.route_decision (
  id, tenant_id, request_key, episode_id, session_id, tier, model, reason, explanation, features, candidates,
  policy_version, arm, decided_at, latency_ms, escalated_from, currency, expected_cost,
  sketch_high, sketch_low, list_cost, prior_error)
select "id", "tenantId", "requestKey", "episodeId", "sessionId", "tier", "model", "reason", "explanation", "features", "candidates",
       "policyVersion", "arm", "decidedAt", "latencyMs", "escalatedFrom", "currency", "expectedCost",
       "sketchHigh", "sketchLow", "listCost", "priorError"
  from json_to_recordset($1::json) as d ("id" uuid, "tenantId" uuid, "requestKey" text, "episodeId" uuid, "sessionId" uuid, "tier" text,
       "model" text, "reason" text, "explanation" text, "features" jsonb, "candidates" jsonb, "policyVersion" int, "arm" text,
       "decidedAt" timestamptz, "latencyMs" float8, "escalatedFrom" uuid, "currency" text, "expectedCost" numeric,
       "sketchHigh" int, "sketchLow" int, "listCost" numeric, "priorError" float8)`;

/** For decisions whose request keys are new. */
export async function insertDecisions(tx: Tx, rows: readonly NewDecision[]): Promise<void> {
  await tx.query(INSERT_ALL, [JSON.stringify(rows)]);
}

export async function decisionByRequestKey(tx: Tx, requestKey: string): Promise<RouteDecisionRow> {
  return await tx.em.findOneOrFail(RouteDecisionEntity, { requestKey });
}

export async function decisionById(tx: Tx, id: string): Promise<RouteDecisionRow | null> {
  const parsed = parseId<RouteDecisionId>(id);
  return parsed === null ? null : await tx.em.findOne(RouteDecisionEntity, { id: parsed });
}

export type DecisionFilter = {
  readonly tier: string | null;
  readonly outcome: RouteOutcome | null;
  /** Half-open. */
  readonly from: Date | null;
  readonly to: Date | null;
};

/** Newest first; `limit` rows after the one with the id `after`. */
export async function listDecisions(
  tx: Tx,
  filter: DecisionFilter,
  page: { readonly limit: number; readonly after: string | null },
): Promise<RouteDecisionRow[]> {
  const where: FilterQuery<RouteDecisionRow>[] = [];
  if (filter.tier !== null) where.push({ tier: filter.tier });
  if (filter.outcome !== null) where.push({ outcome: filter.outcome });
  if (filter.from !== null) where.push({ decidedAt: { $gte: filter.from } });
  if (filter.to !== null) where.push({ decidedAt: { $lt: filter.to } });
  if (page.after !== null) where.push({ id: { $lt: page.after as RouteDecisionId } });
  return await tx.em.find(RouteDecisionEntity, { $and: where }, { orderBy: { id: 'desc' }, limit: page.limit });
}

/** How late a decision may be committed after its id was made. */
const LATE_MS = 5_000;
const PAGE = 100;

/** The newest decision, with the ids of those that are seen by now and made not long before it. */
export async function newestDecision(
  tx: Tx,
): Promise<{ readonly decision: RouteDecisionRow; readonly recent: readonly string[] } | null> {
  const [decision] = await tx.em.find(RouteDecisionEntity, {}, { orderBy: { id: 'desc' }, limit: 1 });
  if (decision === undefined) return null;
  const rows = await tx.query<{ id: string }>('select id from router.route_decision where id > $1', [
    earlier(decision.id, LATE_MS),
  ]);
  return { decision, recent: rows.map(({ id }) => id) };
}

/**
 * The next decisions after the one with the id, oldest first, without those that were shown: ids are in the order in which they
 * were made, and commits are not quite, so that it is looked a little further back.
 */
export async function decisionsSince(
  tx: Tx,
  id: RouteDecisionId | null,
  shown: ReadonlySet<string>,
): Promise<readonly RouteDecisionRow[]> {
  const rows = await tx.query<{ id: RouteDecisionId }>(
    'select id from router.route_decision where id > $1 and id <> all($2::uuid[]) order by id limit $3',
    [id === null ? NIL : earlier(id, LATE_MS), [...shown], PAGE],
  );
  const found = await tx.em.find(RouteDecisionEntity, { id: { $in: rows.map((row) => row.id) } }, { orderBy: { id: 'asc' } });
  return found;
}

const NIL = '00000000-0000-0000-0000-000000000000';

/** The least UUIDv7 of so many milliseconds before the id: its first 48 bits are the time. */
function earlier(id: string, byMs: number): string {
  const made = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
  const hex = Math.max(0, made - byMs)
    .toString(16)
    .padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
