import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { SHARED_ROWS, TENANT_ROWS } from '@switchyard/database/policies';
import type { EpisodeId, SessionId, TenantId, ToolCallId, UsageRecordId } from '@switchyard/kernel/ids';
import { exact, ONLY_ADDED_TO } from './columns.ts';

export const MeterEntity = defineEntity({
  name: 'Meter',
  tableName: 'meter',
  ...SHARED_ROWS,
  properties: {
    code: p.text().primary(),
    description: p.text(),
    unit: p.text(),
    aggregation: p.enum(['SUM', 'COUNT', 'MAX', 'UNIQUE']),
    /** The dimension whose values UNIQUE counts. */
    uniqueBy: p.text().nullable(),
    /** Its place where meters are listed. */
    position: p.integer(),
  },
});
export type MeterRow = InferEntity<typeof MeterEntity>;

/** One version of a plan. Never updated: whoever is on it stays on what it says. */
export const PlanEntity = defineEntity({
  name: 'Plan',
  tableName: 'plan',
  ...SHARED_ROWS,
  uniques: [{ properties: ['code', 'version'] }],
  triggers: [ONLY_ADDED_TO],
  properties: {
    id: p.uuid().primary(),
    code: p.text(),
    version: p.integer(),
    name: p.text(),
    currency: p.text(),
    baseFee: exact(),
    /** A document, because a version is always read whole; amounts in it are decimal strings (store/plans.ts reads it). */
    prices: p.json<unknown>(),
    trialDays: p.integer().default(0),
    prorationUnit: p.enum(['SECOND', 'DAY']).default('SECOND'),
    /** A document, as the prices are. */
    quotas: p.json<unknown>().defaultRaw("'[]'"),
    /** What the gateway lets through: a document with defaults (domain/plan-limits.ts). */
    limits: p.json<unknown>().defaultRaw("'{}'"),
    publishedAt: p.datetime(3),
  },
});
export type PlanRow = InferEntity<typeof PlanEntity>;

/** How a tenant is billed. The row is also the lock under which its usage is given its place (store/usage-ledger.ts). */
export const BillingAccountEntity = defineEntity({
  name: 'BillingAccount',
  tableName: 'billing_account',
  ...TENANT_ROWS,
  properties: {
    tenantId: p.uuid().$type<TenantId>().primary(),
    /** The plan that it began on; later ones stand in `plan_change`. */
    planId: p.uuid(),
    createdAt: p.datetime(3),
  },
});
export type BillingAccountRow = InferEntity<typeof BillingAccountEntity>;

/** Something that was used, once. Rows are only ever added: a trigger refuses to change or remove one. */
export const UsageRecordEntity = defineEntity({
  name: 'UsageRecord',
  tableName: 'usage_record',
  ...TENANT_ROWS,
  uniques: [
    { name: 'usage_record_source', properties: ['tenantId', 'sourceId'] },
    { name: 'usage_record_place', properties: ['tenantId', 'meter', 'periodStart', 'seq'] },
  ],
  indexes: [
    { name: 'usage_record_newest', properties: ['tenantId', 'occurredAt', 'id'] },
    { name: 'usage_record_newest_of_meter', properties: ['tenantId', 'meter', 'occurredAt', 'id'] },
    { name: 'usage_record_episode', properties: ['tenantId', 'episodeId'], where: 'episode_id is not null' },
    { name: 'usage_record_tool_call', properties: ['tenantId', 'toolCallId'], where: 'tool_call_id is not null' },
    { name: 'usage_record_reversal', properties: ['tenantId', 'reverses'], where: 'reverses is not null' },
  ],
  triggers: [ONLY_ADDED_TO],
  properties: {
    id: p.uuid().$type<UsageRecordId>().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    meter: p.text(),
    quantity: exact(),
    occurredAt: p.datetime(3),
    recordedAt: p.datetime(3),
    source: p.enum(['PLATFORM', 'API', 'WEBHOOK']),
    sourceId: p.text(),
    /** The record that this one takes back; each is taken back once at most. */
    reverses: p.uuid().$type<UsageRecordId>().nullable(),
    dimensions: p.json<Readonly<Record<string, string>>>(),
    estimated: p.boolean(),
    sessionId: p.uuid().$type<SessionId>().nullable(),
    episodeId: p.uuid().$type<EpisodeId>().nullable(),
    toolCallId: p.uuid().$type<ToolCallId>().nullable(),
    /** The stretch that it happened in: the start of its billing period, or of the plan within it. */
    periodStart: p.datetime(3),
    /** Its number in its meter's period, from 1, in the order of recording, without gaps. */
    seq: p.bigint('number'),
    /** By how much it moved the meter's total in the period. */
    counted: exact(),
    /** The meter's total in the period once this was recorded. */
    runningTotal: exact(),
  },
});
export type UsageRecordRow = InferEntity<typeof UsageRecordEntity>;

/** What a meter has come to in a billing period: sum and count of its usage records, moved in their transaction. */
export const UsageCounterEntity = defineEntity({
  name: 'UsageCounter',
  tableName: 'usage_counter',
  ...TENANT_ROWS,
  properties: {
    tenantId: p.uuid().$type<TenantId>().primary(),
    meter: p.text().primary(),
    periodStart: p.datetime(3).primary(),
    quantity: exact(),
    records: p.bigint('number'),
    /** Number of the last record that is in an invoice. */
    invoiced: p.bigint('number').default(0),
  },
});

/** The same by minute, hour and day of occurrence, for graphs and for totals at any time: the sum, the largest, or how many values. */
export const UsageRollupEntity = defineEntity({
  name: 'UsageRollup',
  tableName: 'usage_rollup',
  ...TENANT_ROWS,
  properties: {
    tenantId: p.uuid().$type<TenantId>().primary(),
    granularity: p.enum(['MINUTE', 'HOUR', 'DAY']).primary(),
    at: p.datetime(3).primary(),
    meter: p.text().primary(),
    quantity: exact(),
  },
});

/** Of UNIQUE meters, how many records that were not taken back have each value, by minute, hour, day and period. */
export const UsageValueEntity = defineEntity({
  name: 'UsageValue',
  tableName: 'usage_value',
  ...TENANT_ROWS,
  properties: {
    tenantId: p.uuid().$type<TenantId>().primary(),
    meter: p.text().primary(),
    span: p.enum(['MINUTE', 'HOUR', 'DAY', 'PERIOD']).primary(),
    at: p.datetime(3).primary(),
    value: p.text().primary(),
    records: p.integer(),
  },
});

/** From where signed webhooks bring usage. */
export const WebhookSourceEntity = defineEntity({
  name: 'WebhookSource',
  tableName: 'webhook_source',
  ...TENANT_ROWS,
  indexes: [{ properties: ['tenantId'] }],
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    name: p.text(),
    /** Encrypted; shown to nobody again. */
    secret: p.blob(),
    /** The one before the last rotation, taken until `previousUntil`. */
    previousSecret: p.blob().nullable(),
    previousUntil: p.datetime(3).nullable(),
    createdAt: p.datetime(3),
  },
});
export type WebhookSourceRow = InferEntity<typeof WebhookSourceEntity>;
