import { z } from 'zod';
import type { EventEnvelope } from './envelope.ts';
import { parseEventData } from './events.ts';
import { isEventType } from './schema-versions.ts';
import { upCast } from './upcast.ts';

/** Why an event cannot be handed to a handler. */
export type MisfitReason =
  /** Not JSON, or not our envelope. */
  | 'UNREADABLE'
  | 'UNKNOWN_TYPE'
  /** The data does not fit the type's schema, or its version has no way up to today's. */
  | 'INVALID_DATA';

export type ReadEvent =
  | { readonly kind: 'event'; readonly event: EventEnvelope }
  | { readonly kind: 'misfit'; readonly reason: MisfitReason; readonly detail: string };

const ENVELOPE = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.uuid(),
  source: z.string(),
  type: z.string(),
  subject: z.string(),
  time: z.iso.datetime({ offset: true }),
  schemaversion: z.number().int().positive(),
  tenantid: z.uuid(),
  data: z.looseObject({}),
});

/** An event as a log brings it, in today's version of its type, unknown fields kept; or why it is none. Never throws. */
export function readEvent(text: string): ReadEvent {
  let event: EventEnvelope;
  try {
    // ENVELOPE asks for what EventEnvelope says; its identifiers differ from strings in name alone.
    event = ENVELOPE.parse(JSON.parse(text)) as unknown as EventEnvelope;
  } catch (error) {
    return { kind: 'misfit', reason: 'UNREADABLE', detail: saying(error) };
  }
  const { type } = event;
  if (!isEventType(type)) return { kind: 'misfit', reason: 'UNKNOWN_TYPE', detail: `no topic carries ${type}` };
  try {
    const today = upCast(event);
    return { kind: 'event', event: { ...today, data: parseEventData(type, today.data) } };
  } catch (error) {
    return { kind: 'misfit', reason: 'INVALID_DATA', detail: saying(error) };
  }
}

/** Paths and rules, not values: those are the tenant's. */
function saying(error: unknown): string {
  if (error instanceof z.ZodError)
    return error.issues.map((issue) => `${issue.path.join('.') || 'event'}: ${issue.message}`).join('; ');
  return error instanceof SyntaxError ? 'not JSON' : error instanceof Error ? error.message : String(error);
}
