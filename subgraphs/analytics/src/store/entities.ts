import { defineEntity, p } from '@mikro-orm/core';
import { SHARED_ROWS, TENANT_ROWS } from '@switchyard/database/policies';

/** What is known about a session, an episode or a lone decision (see domain/facts.ts). One row a subject. */
export const SubjectFactsEntity = defineEntity({
  name: 'SubjectFacts',
  tableName: 'subject_facts',
  ...TENANT_ROWS,
  properties: {
    tenantId: p.uuid().primary(),
    subject: p.uuid().primary(),
    facts: p.json(),
  },
});

const count = () => p.bigint('string');
/** The fixed scale makes equal sums equal bytes, whatever they were added up from. */
const amount = () => p.decimal('string').precision(38).scale(18);

/** Sums per minute, hour, day and month (UTC), each row the fold of the contributions of that time and key. Never all zero. */
export const RollupEntity = defineEntity({
  name: 'Rollup',
  tableName: 'rollup',
  ...TENANT_ROWS,
  properties: {
    tenantId: p.uuid().primary(),
    granularity: p.text().primary(),
    at: p.datetime(0).primary(),
    useCase: p.text().primary(),
    tier: p.text().primary(),
    model: p.text().primary(),
    arm: p.text().primary(),
    tool: p.text().primary(),
    sessions: count(),
    episodes: count(),
    succeeded: count(),
    failed: count(),
    escalated: count(),
    decisions: count(),
    routedRight: count(),
    routedWrong: count(),
    modelCalls: count(),
    toolCalls: count(),
    toolCallsFailed: count(),
    compensations: count(),
    inputTokens: count(),
    outputTokens: count(),
    feedbacks: count(),
    cost: amount(),
    expectedCost: amount(),
    savings: amount(),
    feedbackScore: amount(),
  },
});

/** Sketches, a row a bucket, by dimension where series of them are: merged by summing counts, corrected by adding to one of them. Never zero. */
export const SketchBucketEntity = defineEntity({
  name: 'SketchBucket',
  tableName: 'sketch_bucket',
  ...TENANT_ROWS,
  properties: {
    tenantId: p.uuid().primary(),
    granularity: p.text().primary(),
    at: p.datetime(0).primary(),
    distribution: p.text().primary(),
    useCase: p.text().primary(),
    tier: p.text().primary(),
    model: p.text().primary(),
    arm: p.text().primary(),
    tool: p.text().primary(),
    bucket: p.integer().primary(),
    count: count(),
  },
});

/** Time of the newest event of a tenant that the figures include. Its row lock also lets one batch at a time change a tenant. */
export const TenantWatermarkEntity = defineEntity({
  name: 'TenantWatermark',
  tableName: 'tenant_watermark',
  ...TENANT_ROWS,
  properties: {
    tenantId: p.uuid().primary(),
    asOf: p.datetime(3),
  },
});

/** When a consumer group last got on: tells a projection that catches up from one that stands still. Not part of the figures. */
export const ProjectionProgressEntity = defineEntity({
  name: 'ProjectionProgress',
  tableName: 'projection_progress',
  ...SHARED_ROWS,
  properties: {
    projection: p.text().primary(),
    movedAt: p.datetime(3),
  },
});

/** A rebuild that is being made. `movedAt` is renewed every second for as long as somebody works on it. */
export const ProjectionRebuildEntity = defineEntity({
  name: 'ProjectionRebuild',
  tableName: 'projection_rebuild',
  ...SHARED_ROWS,
  properties: {
    projection: p.text().primary(),
    runId: p.uuid(),
    movedAt: p.datetime(3),
  },
});
