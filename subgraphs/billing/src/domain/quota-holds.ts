import type { EventEnvelope } from '@switchyard/contracts/envelope';
import { parseEventData } from '@switchyard/contracts/events';

/** A reservation, or the part of it for one meter, that an event of the log puts an end to: from then on the usage counts. */
export type HoldEnd = { readonly tenantId: string; readonly key: string; readonly meter: string | null };

/**
 * What an event settles. Usage is recorded in the transaction that ends its reservation, so that it is never counted as
 * neither used nor held. The tokens of an episode that was only asked for are held until its first call takes them over, or
 * it ends without one.
 */
export function holdsEndedBy(event: EventEnvelope): readonly HoldEnd[] {
  const tenantId = event.tenantid;
  switch (event.type) {
    case 'episode.requested': {
      const { episodeId } = parseEventData(event.type, event.data);
      return [{ tenantId, key: `episode:${episodeId}`, meter: 'requests' }];
    }
    case 'episode.completed':
      return [{ tenantId, key: `episode:${parseEventData(event.type, event.data).episodeId}`, meter: null }];
    case 'decision.made':
      return [{ tenantId, key: `route:${parseEventData(event.type, event.data).routeDecisionId}`, meter: null }];
    case 'model_call.finished':
      return [{ tenantId, key: `model:${parseEventData(event.type, event.data).modelCallId}`, meter: null }];
    case 'tool_call.finished':
      return [{ tenantId, key: `tool:${parseEventData(event.type, event.data).toolCallId}`, meter: null }];
    default:
      return [];
  }
}
