import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { TENANT_ROWS } from '@switchyard/database/policies';
import type { TenantId } from '@switchyard/kernel/ids';

const exact = () => p.decimal('string').precision(38).scale(18);

/** What is reserved for something that is running, by meter: counts as used until its usage is recorded. Lapses by itself. */
export const QuotaHoldEntity = defineEntity({
  name: 'QuotaHold',
  tableName: 'quota_hold',
  ...TENANT_ROWS,
  properties: {
    tenantId: p.uuid().$type<TenantId>().primary(),
    key: p.text().primary(),
    meter: p.text().primary(),
    quantity: exact(),
    apiKeyId: p.text().nullable(),
    endUserId: p.text().nullable(),
    expiresAt: p.datetime(3),
  },
});

/** What one API key ("key:…") or end user ("user:…") has used in a window, where a limit is of each of them. */
export const QuotaUsageEntity = defineEntity({
  name: 'QuotaUsage',
  tableName: 'quota_usage',
  ...TENANT_ROWS,
  properties: {
    tenantId: p.uuid().$type<TenantId>().primary(),
    subject: p.text().primary(),
    meter: p.text().primary(),
    period: p.enum(['MINUTE', 'DAY', 'BILLING_PERIOD']).primary(),
    windowStart: p.datetime(3).primary(),
    quantity: exact(),
  },
});

/** What a tenant allows itself to spend in a billing period. */
export const BudgetEntity = defineEntity({
  name: 'Budget',
  tableName: 'budget',
  ...TENANT_ROWS,
  properties: {
    tenantId: p.uuid().$type<TenantId>().primary(),
    amount: exact(),
    enforcement: p.enum(['HARD', 'SOFT']),
    updatedAt: p.datetime(3),
  },
});

/** A share of a limit that was reached in a window, told once. */
export const QuotaCrossingEntity = defineEntity({
  name: 'QuotaCrossing',
  tableName: 'quota_crossing',
  ...TENANT_ROWS,
  uniques: [{ name: 'quota_crossing_once', properties: ['tenantId', 'meter', 'period', 'windowStart', 'limit', 'percent'] }],
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    meter: p.text(),
    period: p.enum(['MINUTE', 'DAY', 'BILLING_PERIOD']),
    windowStart: p.datetime(3),
    limit: exact(),
    percent: p.integer(),
    used: exact(),
    enforcement: p.enum(['HARD', 'SOFT']),
    crossedAt: p.datetime(3),
  },
});
export type QuotaCrossingRow = InferEntity<typeof QuotaCrossingEntity>;

/** Where a tenant is told of what happens in billing. */
export const NotificationEndpointEntity = defineEntity({
  name: 'NotificationEndpoint',
  tableName: 'notification_endpoint',
  ...TENANT_ROWS,
  indexes: [{ properties: ['tenantId'] }],
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    url: p.text(),
    /** Encrypted; shown to nobody again. */
    secret: p.blob(),
    createdAt: p.datetime(3),
  },
});
export type NotificationEndpointRow = InferEntity<typeof NotificationEndpointEntity>;

/** One message to one endpoint, until it is delivered or given up. */
export const NotificationEntity = defineEntity({
  name: 'Notification',
  tableName: 'notification',
  ...TENANT_ROWS,
  indexes: [{ name: 'notification_due', properties: ['dueAt'], where: 'due_at is not null' }],
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid().$type<TenantId>(),
    endpointId: p.uuid(),
    type: p.text(),
    body: p.text(),
    attempts: p.integer(),
    /** Of the next attempt; null: delivered, or given up. */
    dueAt: p.datetime(3).nullable(),
    deliveredAt: p.datetime(3).nullable(),
    lastError: p.text().nullable(),
    createdAt: p.datetime(3),
  },
});
