import { SpanStatusCode, trace } from '@opentelemetry/api';
import type { Database, Tx } from '@switchyard/database/database';
import { appendEvents, type NewEvent } from '@switchyard/event-log/outbox';
import type { Clock } from '@switchyard/kernel/clock';
import { Decimal, formatDecimal, parseDecimal } from '@switchyard/kernel/decimal';
import { badInput, PlatformError } from '@switchyard/kernel/errors';
import { newId } from '@switchyard/kernel/ids';
import { unreachable } from '@switchyard/kernel/result';
import type { DecideRequest, Decision } from '../decide-port.ts';
import { sideOf } from '../domain/canary.ts';
import type { Candidate } from '../domain/candidates.ts';
import { explain } from '../domain/explanation.ts';
import { featuresOf, type RouteFeatures } from '../domain/features.ts';
import type { PastDecision } from '../domain/history.ts';
import { learnedUnder } from '../domain/learning.ts';
import { type Choice, choose, type Refusal } from '../domain/policy.ts';
import type { Predict } from '../domain/predictions.ts';
import { type Policy, tiersOf } from '../domain/routing-policy.ts';
import type { Sketch } from '../domain/similarity.ts';
import type { Limits } from '../domain/situation.ts';
import { isResting } from '../domain/tier-health.ts';
import type { Tier } from '../domain/tiers.ts';
import type { Side } from '../domain/two-sample.ts';
import type { Hint } from '../live.ts';
import type { RouterMetrics } from '../metrics.ts';
import { decisionByRequestKey, insertDecision, insertDecisions, type NewDecision } from '../store/decisions.ts';
import type { RouteDecisionRow, StoredCandidate } from '../store/entities.ts';
import type { TenantState, TenantStates } from '../store/tenant-states.ts';

export type DecideServices = {
  readonly database: Database;
  readonly clock: Clock;
  readonly ladder: readonly Tier[];
  readonly states: TenantStates;
  readonly metrics: RouterMetrics;
  readonly countTokens: (text: string) => number;
  readonly predict: Predict;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly hint: Hint;
  /** Tokens that a model may write, where the request does not say. */
  readonly maxOutputTokens: number;
};

/** Decides in a transaction of its own. */
export async function decide(services: DecideServices, request: DecideRequest): Promise<Decision> {
  return await traced(request, async () => {
    const decision = await prepareDecision(services, request);
    const row = await services.database.tenant(request.tenantId, (tx) => keepDecision(services, tx, decision));
    const { id, tier, model, reason, explanation, currency, decidedAt } = row;
    const expectedCost = formatDecimal(new Decimal(row.expectedCost));
    // A pin wants the tier's answer, whatever it is.
    const checksAnswer = reason !== 'PINNED' && services.predict.checks(tier);
    return { id, tier, model, reason, explanation, expectedCost, currency, decidedAt, checksAnswer };
  });
}

/** A decision that is made and not kept yet. */
export type PreparedDecision = {
  readonly row: NewDecision;
  readonly expectedError: number;
  readonly traceparent: string | undefined;
};

/** Makes the decision. Waits for the database only where this process does not know the tenant yet. */
export async function prepareDecision(services: DecideServices, request: DecideRequest): Promise<PreparedDecision> {
  const state = await services.states.get(request.tenantId);
  return decideNow(services, request, state);
}

function decideNow(services: DecideServices, request: DecideRequest, state: TenantState): PreparedDecision {
  const decidedAt = services.clock.now();
  const began = performance.now();
  const { arm, policy } = policyFor(request, state);
  const { choice, predictions, ...seen } = chooseFor(services, request, { state, policy, began });
  const latencyMs = performance.now() - began;
  if (predictions.fault !== null) services.metrics.fellBack(predictions.fault);
  if (!choice.ok) throw refused(choice.error, services.ladder);
  return {
    row: rowOf({ request, choice: choice.value, policy, arm, ...seen, decidedAt, latencyMs }),
    expectedError: choice.value.chosen.expectedError,
    traceparent: request.traceparent,
  };
}

type Chosen = { readonly state: TenantState; readonly policy: Policy; readonly began: number };

/** The choice and what it was made from; nothing is counted or kept. */
export function chooseFor(services: DecideServices, request: DecideRequest, { state, policy, began }: Chosen) {
  const now = services.clock.now();
  const seen = featuresOf({ ...request, useCase: request.useCase ?? null }, state.history, services.countTokens);
  const predictions = services.predict.before(request.content, performance.now() - began);
  const choice = choose({
    predictions,
    ladder: services.ladder,
    features: seen.features,
    limits: limitsOf(services, request, policy),
    policy,
    learning: learnedUnder(state.learning, policy.version),
    draw: services.random(),
    history: state.history,
    resting: new Set([...state.health].filter(([, health]) => isResting(health, now)).map(([tier]) => tier)),
  });
  return { choice, predictions, ...seen };
}

/** While a canary runs, a share of the sessions is under its policy; a request without a session is one by itself. */
export function policyFor(
  request: DecideRequest,
  { policy, canary }: TenantState,
): { readonly arm: Side; readonly policy: Policy } {
  if (canary === null) return { arm: 'STABLE', policy };
  const arm = sideOf(canary.id, request.sessionId ?? request.requestKey, canary.share);
  return { arm, policy: arm === 'CANARY' ? canary.policy : policy };
}

/** Of what the request asks for and what the policy allows, the stricter. */
function limitsOf(services: DecideServices, request: DecideRequest, policy: Policy): Limits {
  const asked = request.maxCost === null ? null : decimalOf(request.maxCost);
  const costs = [asked, policy.maxCostPerRequest].filter((cost) => cost !== null);
  const latencies = [request.maxLatencyMs, policy.maxLatencyMs].filter((latency) => latency !== null);
  return {
    maxCost: costs.length === 0 ? null : Decimal.min(...costs),
    maxLatencyMs: latencies.length === 0 ? null : Math.min(...latencies),
    tiers: tiersOf(
      policy,
      services.ladder.map(({ name }) => name),
    ),
    maxOutputTokens: request.maxOutputTokens ?? services.maxOutputTokens,
    pinnedTier: request.pinnedTier,
    excludeTiers: request.excludeTiers,
    escalates: request.escalatedFrom !== null,
  };
}

type Decided = {
  readonly request: DecideRequest;
  readonly choice: Choice;
  readonly policy: Policy;
  readonly arm: Side;
  readonly features: RouteFeatures;
  readonly sketch: Sketch;
  readonly decidedAt: Date;
  readonly latencyMs: number;
};

function rowOf({ request, choice, policy, arm, features, sketch, decidedAt, latencyMs }: Decided): NewDecision {
  const { tier, reason, chosen, candidates } = choice;
  return {
    id: newId(),
    tenantId: request.tenantId,
    requestKey: request.requestKey,
    episodeId: request.episodeId,
    sessionId: request.sessionId,
    tier: tier.name,
    model: tier.model,
    reason,
    explanation: explain(choice, policy, tier.currency),
    features,
    candidates: candidates.map(stored),
    policyVersion: policy.version,
    arm,
    decidedAt,
    latencyMs,
    escalatedFrom: request.escalatedFrom,
    currency: tier.currency,
    expectedCost: formatDecimal(chosen.expectedCost),
    sketchHigh: sketch.high,
    sketchLow: sketch.low,
    listCost: formatDecimal(chosen.listCost),
    priorError: chosen.priorError,
  };
}

/** Writes the decision and its event; where the request was decided before, nothing, and that decision is returned. */
export async function keepDecision(
  services: DecideServices,
  tx: Tx,
  decision: PreparedDecision,
): Promise<NewDecision | RouteDecisionRow> {
  if (!(await insertDecision(tx, decision.row))) return await decisionByRequestKey(tx, decision.row.requestKey);
  await announceDecisions(services, tx, [decision]);
  return decision.row;
}

/** Writes decisions whose request keys are new, and their events, in two statements. */
export async function keepDecisions(services: DecideServices, tx: Tx, decisions: readonly PreparedDecision[]): Promise<void> {
  await insertDecisions(
    tx,
    decisions.map(({ row }) => row),
  );
  await announceDecisions(services, tx, decisions);
}

async function announceDecisions(services: DecideServices, tx: Tx, decisions: readonly PreparedDecision[]): Promise<void> {
  await appendEvents(tx, 'switchyard/router', decisions.map(eventOf));
  tx.afterCommit(() => {
    for (const { row } of decisions) {
      services.states.remember(row.tenantId, pastOf(row));
      services.metrics.decided(row);
      services.hint('decisions', row.tenantId);
    }
  });
}

function eventOf({ row, expectedError, traceparent }: PreparedDecision): NewEvent<'decision.made'> {
  return {
    type: 'decision.made',
    tenantId: row.tenantId,
    // Without a session the decision itself: by the tenant, all its requests would wait for each other's commits.
    subject: row.sessionId ?? row.id,
    time: row.decidedAt,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(row.episodeId == null ? {} : { correlationId: row.episodeId }),
    data: {
      routeDecisionId: row.id,
      episodeId: row.episodeId ?? null,
      sessionId: row.sessionId ?? null,
      tier: row.tier,
      model: row.model,
      reason: row.reason,
      arm: row.arm,
      policyVersion: row.policyVersion,
      expectedCost: row.expectedCost,
      expectedError,
      currency: row.currency,
      escalatedFrom: row.escalatedFrom ?? null,
      latencyMs: row.latencyMs,
      decidedAt: row.decidedAt.toISOString(),
    },
  };
}

function pastOf(row: NewDecision): PastDecision {
  return {
    sketch: { high: row.sketchHigh, low: row.sketchLow },
    tier: row.tier,
    outcome: null,
    priorError: row.priorError,
    listCost: Number(row.listCost),
    actualCost: null,
    callLatencyMs: null,
  };
}

function stored(candidate: Candidate): StoredCandidate {
  return { ...candidate, listCost: formatDecimal(candidate.listCost), expectedCost: formatDecimal(candidate.expectedCost) };
}

function decimalOf(text: string): Decimal {
  const value = parseDecimal(text);
  if (value === null || value.isNegative()) throw badInput('`maxCost` must be a decimal that is not negative.', 'maxCost');
  return value;
}

function refused(refusal: Refusal, ladder: readonly Tier[]): PlatformError {
  switch (refusal.kind) {
    case 'unknown-tier':
      return badInput(
        `There is no tier ${refusal.tier.slice(0, 64)}. There are: ${ladder.map(({ name }) => name).join(', ')}.`,
        'tier',
      );
    case 'pin-excluded':
      return badInput(`The tier ${refusal.tier} was tried for this request already.`, 'tier');
    case 'pin-too-dear':
      return badInput(
        `The tier ${refusal.tier} could cost up to ${formatDecimal(refusal.worstCost)}, which is more than \`maxCost\`.`,
        'maxCost',
      );
    case 'nothing-left':
      return new PlatformError('UPSTREAM_UNAVAILABLE', { publicMessage: 'No tier is left to answer this request.' });
    default:
      return unreachable(refusal);
  }
}

async function traced(request: DecideRequest, work: () => Promise<Decision>): Promise<Decision> {
  return await trace.getTracer('switchyard').startActiveSpan('router.decide', async (span) => {
    try {
      const decision = await work();
      span.setAttributes({ 'switchyard.tier': decision.tier, 'switchyard.route_reason': decision.reason });
      if (request.episodeId !== null) span.setAttribute('switchyard.episode_id', request.episodeId);
      return decision;
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
