import { type AnyEventType, EVENT_TYPES } from './events.ts';

/** Types whose schema has been replaced by one that reads the old data otherwise, with the version that is written now. */
const NEWER_THAN_ONE: Partial<Record<AnyEventType, number>> = {};

/** The version of the type's schema in EVENT_TYPES: the one that is written, and that old events are cast up to. */
export function schemaVersionOf(type: AnyEventType): number {
  return NEWER_THAN_ONE[type] ?? 1;
}

export const ALL_EVENT_TYPES = Object.values(EVENT_TYPES).flatMap((types) => Object.keys(types)) as AnyEventType[];

export function isEventType(type: string): type is AnyEventType {
  return (ALL_EVENT_TYPES as readonly string[]).includes(type);
}
