import type { EventEnvelope } from '@switchyard/contracts/envelope';
import { type AnyEventType, type EventData, parseEventData } from '@switchyard/contracts/events';
import { type EpisodeId, type EventId, newId, type SessionId, type TenantId, type ToolCallId } from '@switchyard/kernel/ids';

/** Events as other subgraphs write them. */
export function eventOf<E extends AnyEventType>(type: E, tenantid: TenantId, time: Date, data: EventData<E>): EventEnvelope {
  return {
    specversion: '1.0',
    id: newId<EventId>(),
    source: 'switchyard/sessions',
    type,
    subject: tenantid,
    time: time.toISOString(),
    datacontenttype: 'application/json',
    schemaversion: 1,
    tenantid,
    data: parseEventData(type, data),
  };
}

type Of = { readonly tenantId: TenantId; readonly at: Date; readonly episodeId?: EpisodeId; readonly sessionId?: SessionId };

export function episodeRequested({ tenantId, at, episodeId = newId(), sessionId = newId() }: Of): EventEnvelope {
  return eventOf('episode.requested', tenantId, at, { episodeId, sessionId, useCase: 'FAQ' });
}

export function modelCallFinished(of: Of & Partial<EventData<'model_call.finished'>>): EventEnvelope {
  const { tenantId, at, ...rest } = of;
  return eventOf('model_call.finished', tenantId, at, {
    modelCallId: newId(),
    episodeId: newId(),
    sessionId: newId(),
    routeDecisionId: newId(),
    tier: 'small',
    model: 'm-1',
    provider: 'openai',
    status: 'ANSWERED',
    inputTokens: 100,
    outputTokens: 20,
    estimated: false,
    billable: true,
    cost: '0.001',
    dearestCost: '0.01',
    currency: 'USD',
    startedAt: at.toISOString(),
    finishedAt: at.toISOString(),
    ...rest,
  });
}

export function toolCallFinished(
  of: Of & { readonly toolCallId?: ToolCallId; readonly attempts?: number; readonly compensates?: ToolCallId },
): EventEnvelope {
  return eventOf('tool_call.finished', of.tenantId, of.at, {
    toolCallId: of.toolCallId ?? newId(),
    episodeId: of.episodeId ?? newId(),
    sessionId: of.sessionId ?? newId(),
    tool: 'orders.find',
    status: 'SUCCEEDED',
    attempts: of.attempts ?? 1,
    compensates: of.compensates ?? null,
    finishedAt: of.at.toISOString(),
  });
}

export function decisionMade({ tenantId, at, episodeId }: Of): EventEnvelope {
  return eventOf('decision.made', tenantId, at, {
    routeDecisionId: newId(),
    episodeId: episodeId ?? null,
    sessionId: null,
    tier: 'small',
    model: 'm-1',
    reason: 'POLICY',
    arm: 'STABLE',
    policyVersion: 1,
    expectedCost: '0.001',
    expectedError: 0.1,
    currency: 'USD',
    escalatedFrom: null,
    latencyMs: 1,
    decidedAt: at.toISOString(),
  });
}
