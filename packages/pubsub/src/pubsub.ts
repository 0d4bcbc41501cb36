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

const MOST_BYTES = 4_096;

/** @throws RangeError when a payload is more than a hint. */
export function assertSmall(payload: string): void {
  if (Buffer.byteLength(payload) > MOST_BYTES) throw new RangeError(`a hint has ${MOST_BYTES} bytes at most`);
}
