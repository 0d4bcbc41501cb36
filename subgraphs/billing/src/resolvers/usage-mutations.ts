import { notFound } from '@switchyard/kernel/errors';
import { parseId, type TenantId } from '@switchyard/kernel/ids';
import { requireScope, requireTenant } from '@switchyard/kernel/request-context';
import { createMeter } from '../commands/create-meter.ts';
import { recordExternalUsage } from '../commands/record-external-usage.ts';
import { reportModelUsage } from '../commands/report-model-usage.ts';
import { createWebhookSource, deleteWebhookSource, rotateWebhookSecret } from '../commands/webhook-sources.ts';
import type { ExternalEvent } from '../domain/external-usage.ts';
import type { MutationResolvers, Resolvers, UsageEventInput } from '../generated/resolvers.ts';

type Ours =
  | 'recordUsage'
  | 'createMeter'
  | 'reportModelUsage'
  | 'createWebhookSource'
  | 'rotateWebhookSecret'
  | 'deleteWebhookSource';

export const usageMutations: Pick<MutationResolvers, Ours> = {
  recordUsage: async (_, { input }, context) => {
    const { request, database, clock, metrics } = context;
    const tenantId = requireTenant(request, 'BILLING_WRITE');
    const told = {
      tenantId,
      source: 'API' as const,
      events: input.events.map(eventOf),
      now: clock.now(),
      apiKeyId: request.credential.id,
    };
    const { accepted, rejected, ...recorded } = await database.tenant(tenantId, (tx) => recordExternalUsage(context, tx, told));
    metrics.count(recorded);
    return { accepted, duplicates: recorded.duplicates, rejected: [...rejected] };
  },
  createMeter: async (_, { input }, { request, database }) => {
    requireScope(request, 'OPERATOR');
    return await database.crossTenant('operator', (tx) => createMeter(tx, input));
  },
  reportModelUsage: async (_, { input }, { request, database, clock }) => {
    requireScope(request, 'OPERATOR');
    const tenantId = parseId<TenantId>(input.tenantId);
    if (tenantId === null) throw notFound('tenant', input.tenantId);
    return [...(await database.crossTenant('operator', (tx) => reportModelUsage(tx, { ...input, tenantId }, clock.now())))];
  },
  createWebhookSource: async (_, { input }, context) =>
    await createWebhookSource(context, requireTenant(context.request, 'BILLING_WRITE'), input),
  rotateWebhookSecret: async (_, { id }, context) =>
    await rotateWebhookSecret(context, requireTenant(context.request, 'BILLING_WRITE'), id),
  deleteWebhookSource: async (_, { id }, context) =>
    await deleteWebhookSource(context, requireTenant(context.request, 'BILLING_WRITE'), id),
};

export const webhookSourceResolvers: Pick<Resolvers, 'WebhookSource'> = {
  WebhookSource: {
    path: ({ id }) => `/webhooks/usage/${id}`,
    createdAt: ({ createdAt }) => createdAt.toISOString(),
  },
};

function eventOf({ id, meter, quantity, occurredAt, dimensions, replaces }: UsageEventInput): ExternalEvent {
  return { id, meter, quantity, occurredAt: new Date(occurredAt), dimensions: dimensions ?? null, replaces: replaces ?? null };
}
