import { v7, validate } from 'uuid';

declare const brand: unique symbol;

/** A string that stands for one kind of thing, so that one kind cannot be passed where another is asked for. */
export type Id<Kind extends string> = string & { readonly [brand]: Kind };

export type TenantId = Id<'tenant'>;
export type ApiKeyId = Id<'api-key'>;
export type SessionId = Id<'session'>;
export type EpisodeId = Id<'episode'>;
export type MessageId = Id<'message'>;
export type ToolCallId = Id<'tool-call'>;
export type ModelCallId = Id<'model-call'>;
export type RouteDecisionId = Id<'route-decision'>;
export type CanaryId = Id<'canary'>;
export type UsageRecordId = Id<'usage-record'>;
export type EventId = Id<'event'>;

/** A new time-ordered id (UUIDv7), unique over all tenants. */
export function newId<T extends Id<string>>(): T {
  return v7() as T;
}

/** Reads an id that came from outside; null when it cannot be one, which every look-up treats as "no such row". */
export function parseId<T extends Id<string>>(text: string): T | null {
  return validate(text) ? (text.toLowerCase() as T) : null;
}
