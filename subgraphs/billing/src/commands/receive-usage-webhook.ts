import type { Database } from '@switchyard/database/database';
import type { Clock } from '@switchyard/kernel/clock';
import { HTTP_STATUS, PlatformError } from '@switchyard/kernel/errors';
import { type Id, parseId } from '@switchyard/kernel/ids';
import { z } from 'zod';
import { type ExternalEvent, MAX_EVENTS } from '../domain/external-usage.ts';
import type { BillingMetrics } from '../metrics.ts';
import { WebhookSourceEntity, type WebhookSourceRow } from '../store/entities.ts';
import { recordExternalUsage } from './record-external-usage.ts';
import type { CrossingServices } from './tell-crossings.ts';
import { isSigned } from './webhook-signature.ts';
import { secretsOf } from './webhook-sources.ts';

/** Bytes of a webhook's body at most: 1,000 events of 1 KiB. */
export const MAX_WEBHOOK_BYTES = 1024 * 1024;

export type WebhookRequest = {
  /** What the path ends in: the source's id. */
  readonly source: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
};

export type WebhookAnswer = { readonly status: number; readonly body: unknown; readonly retryAfterSeconds?: number };

export type WebhookServices = CrossingServices & {
  readonly database: Database;
  readonly clock: Clock;
  readonly secretsKey: Buffer;
  readonly metrics: BillingMetrics;
};

const event = z.object({
  id: z.string(),
  meter: z.string(),
  quantity: z.union([z.string(), z.int().transform(String)]),
  occurredAt: z.iso.datetime({ offset: true }),
  dimensions: z.unknown().optional(),
  replaces: z.string().nullish(),
});
const message = z.object({ events: z.array(z.unknown()).max(MAX_EVENTS) });

/**
 * Usage that a sender signed. Nothing of a message is read before its signature is known to be good, and whoever sends one
 * that is not learns nothing, not even whether there is such a source. A message that comes again changes nothing: its events
 * are duplicates. Never throws for what a sender can cause.
 */
export async function receiveUsageWebhook(services: WebhookServices, request: WebhookRequest): Promise<WebhookAnswer> {
  const { database, clock, secretsKey, metrics } = services;
  if (request.body.length > MAX_WEBHOOK_BYTES) return refusal(413, `A message may have up to ${MAX_WEBHOOK_BYTES} bytes.`);
  const now = clock.now();
  const source = await sourceOf(database, request.source);
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const signed = {
    id: header('webhook-id'),
    timestamp: header('webhook-timestamp'),
    signature: header('webhook-signature'),
    body: request.body,
  };
  if (source === null || !isSigned(signed, secretsOf(source, secretsKey, now), now)) {
    return refusal(401, 'The signature is missing, wrong, or more than five minutes old.');
  }
  const told = eventsOf(request.body);
  if (told === null) return refusal(400, `Send {"events": […]} with up to ${MAX_EVENTS} events, as JSON.`);
  const { tenantId } = source;
  try {
    const outcome = await database.tenant(tenantId, (tx) =>
      recordExternalUsage(services, tx, { tenantId, source: 'WEBHOOK', events: told.events, now, apiKeyId: null }),
    );
    metrics.count(outcome);
    const rejected = [...told.malformed, ...outcome.rejected];
    return { status: 200, body: { accepted: outcome.accepted, duplicates: outcome.duplicates, rejected } };
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    const { code, publicMessage, details } = error;
    const after = details.retryAfterSeconds;
    return {
      status: HTTP_STATUS[code],
      body: { error: publicMessage, code, ...details },
      ...(typeof after === 'number' ? { retryAfterSeconds: after } : {}),
    };
  }
}

async function sourceOf(database: Database, id: string): Promise<WebhookSourceRow | null> {
  const sourceId = parseId<Id<'webhook-source'>>(id);
  if (sourceId === null) return null;
  return await database.crossTenant('authenticate', (tx) => tx.em.findOne(WebhookSourceEntity, { id: sourceId }));
}

function refusal(status: number, error: string): WebhookAnswer {
  return { status, body: { error } };
}

type Told = { readonly events: readonly ExternalEvent[]; readonly malformed: readonly { id: string; reason: string }[] };

function eventsOf(body: Buffer): Told | null {
  const { success, data } = message.safeParse(jsonOf(body));
  if (!success) return null;
  const events: ExternalEvent[] = [];
  const malformed: { id: string; reason: string }[] = [];
  for (const [index, each] of data.events.entries()) {
    const parsed = event.safeParse(each);
    if (parsed.success) {
      const { occurredAt, dimensions, replaces, ...rest } = parsed.data;
      events.push({ ...rest, occurredAt: new Date(occurredAt), dimensions, replaces: replaces ?? null });
      continue;
    }
    const id = typeof each === 'object' && each !== null && 'id' in each && typeof each.id === 'string' ? each.id : `#${index}`;
    const [issue] = parsed.error.issues;
    malformed.push({ id, reason: `${issue?.path.join('.') || 'event'}: ${issue?.message ?? 'not an event'}` });
  }
  return { events, malformed };
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return null;
  }
}
