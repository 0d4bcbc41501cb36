import type { DropPolicy } from '@switchyard/kernel/drop-policy';
import type { ExecutionResult } from 'graphql';

/** What a subgraph tells the gateway of an event beside its data; no client sees it. */
export type EventNote = {
  /** Id of the event: a subscription that begins anew with it as `after` goes on behind it. */
  readonly resumeAfter?: string;
  /** When it happened, in milliseconds since 1970: what delivery lag is measured from. */
  readonly atMs?: number;
  /** It stands for events that were dropped for this reader. */
  readonly dropped?: { readonly count: number; readonly policy: DropPolicy };
};

const EXTENSION = 'switchyard';
const notes = new WeakMap<object, EventNote>();

/** Notes something about an event that a subscription's source yields, and hands the event back. */
export function describeEvent<Event extends object>(event: Event, note: EventNote): Event {
  notes.set(event, note);
  return event;
}

/** The result of an event with what was noted about it. */
export function withNote(result: ExecutionResult, event: unknown): ExecutionResult {
  const note = typeof event === 'object' && event !== null ? notes.get(event) : undefined;
  return note === undefined ? result : { ...result, extensions: { ...result.extensions, [EXTENSION]: note } };
}

/** What the subgraph noted about the event that this result is of. */
export function noteOf(result: ExecutionResult): EventNote {
  return (result.extensions?.[EXTENSION] as EventNote | undefined) ?? {};
}
