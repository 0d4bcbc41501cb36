import type { EventEnvelope } from './envelope.ts';
import { isEventType, schemaVersionOf } from './schema-versions.ts';

/** Data of one version, made into data of the next one. It keeps the fields that it does not know. */
export type UpCaster = (data: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** By type, and by the version that is cast from: `{ 'order.placed': { 1: toSecond, 2: toThird } }`. */
export type UpCasters = Readonly<Record<string, Readonly<Record<number, UpCaster>>>>;

/**
 * Every version that was ever written has a way up to the one of today, for as long as a log may hold it. A version of the
 * schema is left behind when its change is not additive; its file in `schemas/` stays, and its events are read through here.
 */
export const UP_CASTERS: UpCasters = {};

type Contracts = { readonly casters: UpCasters; readonly versionOf: (type: string) => number };

const TODAY: Contracts = {
  casters: UP_CASTERS,
  versionOf: (type) => (isEventType(type) ? schemaVersionOf(type) : 1),
};

/**
 * The event in today's version of its type. A version newer than ours is handed on as it is: evolution is additive, so what
 * fits our schema is ours to handle, and what we do not know stays in it.
 * @throws RangeError when no caster leads from the event's version to today's.
 */
export function upCast(event: EventEnvelope, { casters, versionOf }: Contracts = TODAY): EventEnvelope {
  const target = versionOf(event.type);
  if (event.schemaversion >= target) return event;
  let data = event.data as Record<string, unknown>;
  for (let version = event.schemaversion; version < target; version += 1) {
    const cast = casters[event.type]?.[version];
    if (cast === undefined) throw new RangeError(`no up-caster leads from version ${version} of ${event.type} to ${version + 1}`);
    data = cast(data);
  }
  return { ...event, schemaversion: target, data };
}
