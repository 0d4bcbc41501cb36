/**
 * Hints between processes that something new can be read: small, fast, and allowed to get lost. The truth is in the
 * database, so that a reader that missed a hint finds out at its next look.
 */
export type PubSub = {
  /** Payloads are at most 4 KiB. Resolves when the hint is on its way. */
  publish(channel: string, payload: string): Promise<void>;
  /** Calls `listener` for each hint on the channel until the returned function is called. Listeners must not throw. */
  subscribe(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
};

/** Hints that hold what is new, for sequences that many read: who comes a little late finds the last ones here, and not in the log. */
export type RunPubSub = PubSub & {
  /** Publishes the run's payload, and keeps the run for a while, among the last {@link KEPT_RUNS} of its channel. */
  publishRun(channel: string, run: Run): Promise<void>;
  /** The runs of the channel that are kept, oldest first; any may be missing, and where nothing can be told there is none. */
  recentRuns(channel: string): Promise<readonly Run[]>;
};

/** A piece of a numbered sequence that was written at once: the payload holds numbers `first` to `last`. */
export type Run = { readonly first: number; readonly last: number; readonly payload: string };

/** A reader that was away for longer than these asks the log. */
export const KEPT_RUNS = 64;

const MOST_BYTES = 4_096;

/** @throws RangeError when a payload is more than a hint. */
export function assertSmall(payload: string): void {
  if (!isSmall(payload)) throw new RangeError(`a hint has ${MOST_BYTES} bytes at most`);
}

/** Whether it may be published. */
export function isSmall(payload: string): boolean {
  return Buffer.byteLength(payload) <= MOST_BYTES;
}

/** The runs that follow number `after` without a gap; null when the kept ones do not reach back to it, or one is missing. */
export function runsAfter(runs: readonly Run[], after: number): readonly Run[] | null {
  if (runs.length === 0 || (runs.at(-1)?.last ?? 0) < after) return null;
  const later = runs.filter((run) => run.last > after);
  let next = after + 1;
  for (const run of later) {
    if (run.first > next) return null;
    next = run.last + 1;
  }
  return later;
}
