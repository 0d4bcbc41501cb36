import type { EventEnvelope } from '@switchyard/contracts/envelope';
import { type AnyEventType, type EventData, parseEventData } from '@switchyard/contracts/events';
import { type EventId, newId, type TenantId } from '@switchyard/kernel/ids';

/** What each tenant has differs from what every other one has, in time and in figures: an answer then tells whose row it shows. */
export type Distinct = {
  readonly tenantId: TenantId;
  /** Counts tenants, from 1. */
  readonly number: number;
  /** A minute that nobody else has. */
  readonly at: Date;
  readonly episodeId: string;
  readonly sessionId: string;
};

const FIRST_MINUTE = Date.parse('2026-11-02T00:00:00Z');
let tenants = 0;

export function distinctTenant(): Distinct {
  tenants += 1;
  const at = new Date(FIRST_MINUTE + tenants * 60_000);
  return { tenantId: newId<TenantId>(), number: tenants, at, episodeId: newId(), sessionId: newId() };
}

/** The tenant's minute, as a range. */
export function minuteOf({ at }: Distinct): { from: string; to: string } {
  return { from: at.toISOString(), to: new Date(at.getTime() + 60_000).toISOString() };
}

/** An event of the tenant's minute, as the log hands it on. */
export function eventOf<E extends AnyEventType>(type: E, of: Distinct, data: EventData<E>): EventEnvelope {
  return {
    specversion: '1.0',
    id: newId<EventId>(),
    source: 'switchyard/sessions',
    type,
    subject: of.sessionId,
    time: of.at.toISOString(),
    datacontenttype: 'application/json',
    schemaversion: 1,
    tenantid: of.tenantId,
    data: parseEventData(type, data),
  };
}
