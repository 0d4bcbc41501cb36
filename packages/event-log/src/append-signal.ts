import type { Topic } from '@switchyard/contracts/events';

/** Events of one committed transaction, by topic. */
export type Appended = ReadonlyMap<Topic, number>;

const listeners = new Set<(appended: Appended) => void>();

/**
 * Tells this process's logs that a transaction with events has committed. It is a hint and a count, never the truth: other
 * processes are told by the logs (LISTEN/NOTIFY), and a reader that missed it looks again by itself.
 */
export function signalAppended(appended: Appended): void {
  for (const listener of listeners) listener(appended);
}

/** Calls `listener` after each commit with events in this process, until the returned function is called. */
export function onAppended(listener: (appended: Appended) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
