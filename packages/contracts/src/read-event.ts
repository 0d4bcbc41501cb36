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

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
/** As our own writers put times; whether there is such a day is for `Date.parse` to say. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * What surely fits ENVELOPE, in the form that our own writers give it: a third of the cost of reading an event, which ENVELOPE's
 * copy would be. Whatever else there is goes to ENVELOPE, which has the last word and the reason.
 */
function isPlainlyOurs(read: unknown): boolean {
  const { specversion, id, source, type, subject, time, schemaversion, tenantid, data } = Object(read) as Record<string, unknown>;
  return (
    specversion === '1.0' &&
    [source, type, subject].every((each) => typeof each === 'string') &&
    [id, tenantid].every((each) => typeof each === 'string' && UUID.test(each)) &&
    typeof time === 'string' &&
    TIME.test(time) &&
    isThatTime(time) &&
    Number.isSafeInteger(schemaversion) &&
    Number(schemaversion) > 0 &&
    typeof data === 'object' &&
    data !== null &&
    !Array.isArray(data)
  );
}

/** Not the 30th of February, which `Date.parse` takes for the 2nd of March. */
function isThatTime(time: string): boolean {
  const at = Date.parse(time);
  return !Number.isNaN(at) && new Date(at).getUTCDate() === Number(time.slice(8, 10));
}

/** An event as a log brings it, in today's version of its type, unknown fields kept; or why it is none. Never throws. */
export function readEvent(text: string): ReadEvent {
  let event: EventEnvelope;
  try {
    const read: unknown = JSON.parse(text);
    // ENVELOPE asks for what EventEnvelope says; its identifiers differ from strings in name alone.
    event = (isPlainlyOurs(read) ? read : ENVELOPE.parse(read)) as unknown as EventEnvelope;
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
