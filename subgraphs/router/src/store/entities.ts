import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { SHARED_ROWS, TENANT_ROWS } from '@switchyard/database/policies';
import type { CanaryId, EpisodeId, ModelCallId, RouteDecisionId, SessionId, TenantId } from '@switchyard/kernel/ids';
import type { Comparison } from '../domain/canary.ts';
import type { LeftOut } from '../domain/candidates.ts';
import type { RouteFeatures } from '../domain/features.ts';
import type { Learning } from '../domain/learning.ts';
import { OUTCOME_SOURCES } from '../domain/outcome.ts';

/** A candidate as it is kept: costs as decimal strings in the decision's currency. */
export type StoredCandidate = {
  readonly tier: string;
  readonly listCost: string;
  readonly expectedCost: string;
  readonly priorError: number;
  /** As the rules, and as the bandit take the tenant's outcomes in; decisions before there was a bandit have neither. */
  readonly ruleError?: number;
  readonly learntError?: number;
  readonly expectedError: number;
  readonly objective: number;
  readonly propensity: number;
  readonly leftOut: LeftOut | null;
};

const REASONS = ['POLICY', 'EXPLORATION', 'EARLY_EXIT', 'ESCALATION', 'FALLBACK', 'PINNED'] as const;
const OUTCOMES = ['CORRECT', 'WRONG', 'INVALID_OUTPUT', 'PROVIDER_ERROR', 'TIMEOUT'] as const;

/** One decision, with all that it was made from, and later what became of it. Ids are time-ordered. */
export const RouteDecisionEntity = defineEntity({
  name: 'RouteDecision',
  tableName: 'route_decision',
  ...TENANT_ROWS,
  indexes: [
    /** The newest ones: what a decision learns from, and the lists. */
    { properties: ['tenantId', 'id'] },
    { properties: ['tenantId', 'episodeId'] },
  ],
  uniques: [{ properties: ['tenantId', 'requestKey'] }],
  properties: {
    id: p.uuid().$type<RouteDecisionId>().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    requestKey: p.text(),
    episodeId: p.uuid().$type<EpisodeId>().nullable(),
    sessionId: p.uuid().$type<SessionId>().nullable(),
    tier: p.text(),
    model: p.text(),
    reason: p.enum(REASONS),
    explanation: p.text(),
    features: p.json<RouteFeatures>(),
    candidates: p.json<readonly StoredCandidate[]>(),
    policyVersion: p.integer(),
    arm: p.enum(['STABLE', 'CANARY']),
    decidedAt: p.datetime(3),
    /** Of features and choice, without waiting for the database. */
    latencyMs: p.double().$type<number>(),
    escalatedFrom: p.uuid().$type<RouteDecisionId>().nullable(),
    currency: p.text(),
    expectedCost: p.decimal('string').precision(38).scale(18),
    actualCost: p.decimal('string').precision(38).scale(18).nullable(),
    outcome: p.enum(OUTCOMES).nullable(),
    outcomeSource: p.enum(OUTCOME_SOURCES).nullable(),
    /** What later decisions learn from: the message's sketch, the prior's word on the chosen tier, the model's time. */
    sketchHigh: p.integer(),
    sketchLow: p.integer(),
    listCost: p.decimal('string').precision(38).scale(18),
    priorError: p.double().$type<number>(),
    callLatencyMs: p.double().$type<number>().nullable(),
  },
});
export type RouteDecisionRow = InferEntity<typeof RouteDecisionEntity>;

/** A model call as the log reported it: the natural key that makes costs add up once, however often the event comes. */
export const DecisionCallEntity = defineEntity({
  name: 'DecisionCall',
  tableName: 'decision_call',
  ...TENANT_ROWS,
  indexes: [{ properties: ['routeDecisionId'] }],
  properties: {
    modelCallId: p.uuid().$type<ModelCallId>().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    routeDecisionId: p.uuid().$type<RouteDecisionId>(),
    cost: p.decimal('string').precision(38).scale(18),
    latencyMs: p.double().$type<number>(),
    outcome: p.enum(OUTCOMES).nullable(),
    finishedAt: p.datetime(3),
  },
});

/** A tenant's policies, one row per version. The highest that is in force counts; those that never were are candidates of canaries. */
export const RoutingPolicyEntity = defineEntity({
  name: 'RoutingPolicy',
  tableName: 'routing_policy',
  ...TENANT_ROWS,
  properties: {
    tenantId: p.uuid().$type<TenantId>().primary(),
    version: p.integer().primary(),
    /** λ: what a wrong answer costs, in `currency`. */
    errorCost: p.decimal('string').precision(38).scale(18),
    currency: p.text(),
    updatedAt: p.datetime(3),
    /** Null: every tier that the operator offers. */
    tiers: p.array().columnType('text[]').nullable(),
    exploration: p.double().$type<number>().default(0),
    maxCostPerRequest: p.decimal('string').precision(38).scale(18).nullable(),
    maxLatencyMs: p.integer().nullable(),
    inForce: p.boolean().default(true),
  },
});
export type RoutingPolicyRow = InferEntity<typeof RoutingPolicyEntity>;

/** What a tenant's judged decisions have taught, after the last of them. */
export const LearningEntity = defineEntity({
  name: 'Learning',
  tableName: 'learning',
  ...TENANT_ROWS,
  properties: {
    tenantId: p.uuid().$type<TenantId>().primary(),
    state: p.json<Learning>(),
    updatedAt: p.datetime(3),
  },
});

/** A candidate policy on a share of a tenant's traffic; a tenant has one at a time that is RUNNING (the migration's index). */
export const CanaryEntity = defineEntity({
  name: 'Canary',
  tableName: 'canary',
  ...TENANT_ROWS,
  indexes: [{ properties: ['tenantId', 'id'] }],
  properties: {
    id: p.uuid().$type<CanaryId>().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    stableVersion: p.integer(),
    candidateVersion: p.integer(),
    share: p.double().$type<number>(),
    plannedRequests: p.integer(),
    status: p.enum(['RUNNING', 'PROMOTED', 'ROLLED_BACK']),
    comparison: p.json<Comparison>(),
    verdict: p.text().nullable(),
    startedAt: p.datetime(3),
    endedAt: p.datetime(3).nullable(),
  },
});
export type CanaryRow = InferEntity<typeof CanaryEntity>;

/** How the calls to a tier's provider have gone, over all tenants. */
export const TierHealthEntity = defineEntity({
  name: 'TierHealth',
  tableName: 'tier_health',
  ...SHARED_ROWS,
  properties: {
    tier: p.text().primary(),
    consecutiveErrors: p.integer(),
    restsUntil: p.datetime(3).nullable(),
    updatedAt: p.datetime(3),
  },
});
