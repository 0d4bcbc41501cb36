/**
 * What PostgreSQL calls a pg_snapshot: which transactions had ended when it was taken. Text form "xmin:xmax:xip,xip…".
 * Snapshots of one server grow: a later one sees all that an earlier one sees.
 */
export type Snapshot = {
  readonly text: string;
  readonly xmin: bigint;
  readonly xmax: bigint;
  /** Between xmin and xmax, and still running when it was taken. */
  readonly running: ReadonlySet<bigint>;
};

export function parseSnapshot(text: string): Snapshot {
  const [xmin = '', xmax = '', xip = ''] = text.split(':');
  const running = new Set(xip === '' ? [] : xip.split(',').map(BigInt));
  return { text, xmin: BigInt(xmin), xmax: BigInt(xmax), running };
}

/** Whether the transaction had ended; the same answer as pg_visible_in_snapshot. */
export function sees(snapshot: Snapshot, xid: bigint): boolean {
  return xid < snapshot.xmin || (xid < snapshot.xmax && !snapshot.running.has(xid));
}

/** The earlier of two snapshots of one server. */
export function earlier(a: Snapshot, b: Snapshot): Snapshot {
  if (a.xmax !== b.xmax) return a.xmax < b.xmax ? a : b;
  return a.running.size >= b.running.size ? a : b;
}
