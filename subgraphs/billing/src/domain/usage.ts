import type { EventEnvelope } from '@switchyard/contracts/envelope';
import { parseEventData } from '@switchyard/contracts/events';
import { Decimal } from '@switchyard/kernel/decimal';
import type { TenantId, UsageRecordId } from '@switchyard/kernel/ids';

/** Meters that the platform alone writes. */
export const PLATFORM_METERS = ['input_tokens', 'output_tokens', 'requests', 'tool_calls'] as const;
export type PlatformMeter = (typeof PLATFORM_METERS)[number];

/** From the event log; from `recordUsage`; from a signed webhook. */
export type UsageSource = 'PLATFORM' | 'API' | 'WEBHOOK';

/** Something that was used, before it is known whether it is new. */
export type Usage = {
  readonly tenantId: TenantId;
  readonly meter: string;
  readonly quantity: Decimal;
  /** When it was used: decides the period, and so the invoice, that it belongs to. */
  readonly occurredAt: Date;
  readonly source: UsageSource;
  /** Unique for the tenant, forever: the same usage told again is no new usage. */
  readonly sourceId: string;
  /** The record that this one takes back: of the same meter and time, with its quantity negated. */
  readonly reverses: UsageRecordId | null;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Counted by us, because the provider was cut off before it reported. */
  readonly estimated: boolean;
  readonly sessionId: string | null;
  readonly episodeId: string | null;
  readonly toolCallId: string | null;
  /** The event of the log that told of it; null for what came from outside. */
  readonly cause: Pick<EventEnvelope, 'id' | 'traceparent' | 'correlationid'> | null;
};

/**
 * What an event of the log says was used:
 * - a request is an episode, or a decision that a caller asked for on its own;
 * - tokens are those of model calls that are billable;
 * - a tool call is one that was sent at least once, however often; undoing one is not charged for.
 * @throws z.ZodError when the event's data is not of its type.
 */
export function usageOf(event: EventEnvelope): readonly Usage[] {
  switch (event.type) {
    case 'episode.requested': {
      const { episodeId, sessionId } = parseEventData(event.type, event.data);
      return [used(event, { meter: 'requests', quantity: 1, at: event.time, sessionId, episodeId })];
    }
    case 'decision.made': {
      const { episodeId, sessionId, decidedAt } = parseEventData(event.type, event.data);
      return episodeId === null ? [used(event, { meter: 'requests', quantity: 1, at: decidedAt, sessionId })] : [];
    }
    case 'tool_call.finished':
      return toolCallUsage(event);
    case 'model_call.finished':
      return tokenUsage(event);
    default:
      return [];
  }
}

function toolCallUsage(event: EventEnvelope): readonly Usage[] {
  const call = parseEventData('tool_call.finished', event.data);
  if (call.attempts === 0 || call.compensates !== null) return [];
  const { sessionId, episodeId, toolCallId, finishedAt: at, tool } = call;
  return [used(event, { meter: 'tool_calls', quantity: 1, at, sessionId, episodeId, toolCallId, dimensions: { tool } })];
}

function tokenUsage(event: EventEnvelope): readonly Usage[] {
  const call = parseEventData('model_call.finished', event.data);
  if (!call.billable) return [];
  const { sessionId, episodeId, finishedAt: at, estimated, tier, model, provider } = call;
  // An estimate names its call, so that it can be found when the provider reports after all.
  const dimensions = { tier, model, provider, ...(estimated ? { modelCallId: call.modelCallId } : {}) };
  const rest = { at, sessionId, episodeId, estimated, dimensions };
  return [
    used(event, { meter: 'input_tokens', quantity: call.inputTokens, ...rest }),
    used(event, { meter: 'output_tokens', quantity: call.outputTokens, ...rest }),
  ].filter((usage) => !usage.quantity.isZero());
}

type Told = Partial<Pick<Usage, 'sessionId' | 'episodeId' | 'toolCallId' | 'dimensions' | 'estimated'>> & {
  readonly meter: PlatformMeter;
  readonly quantity: number;
  readonly at: string;
};

function used(event: EventEnvelope, { meter, quantity, at, ...rest }: Told): Usage {
  return {
    tenantId: event.tenantid,
    meter,
    quantity: new Decimal(quantity),
    occurredAt: new Date(at),
    source: 'PLATFORM',
    sourceId: `${event.id}:${meter}`,
    reverses: null,
    dimensions: {},
    estimated: false,
    sessionId: null,
    episodeId: null,
    toolCallId: null,
    ...rest,
    cause: event,
  };
}
