/** A JSON value that is not null. */
export type Json = object | string | number | boolean;

/**
 * AWAITING_APPROVAL (until a person decides, or nobody does in time) → REQUESTED | REJECTED.
 * REQUESTED (to be made, or being made) → SUCCEEDED | FAILED | UNKNOWN (sent, and no answer came).
 * When its episode does not succeed, what it did is undone: SUCCEEDED → COMPENSATED | COMPENSATION_FAILED.
 */
export const TOOL_CALL_STATUSES = [
  'AWAITING_APPROVAL',
  'REQUESTED',
  'SUCCEEDED',
  'FAILED',
  'REJECTED',
  'UNKNOWN',
  'COMPENSATED',
  'COMPENSATION_FAILED',
] as const;
export type ToolCallStatus = (typeof TOOL_CALL_STATUSES)[number];

/** Asked for, and not made to its end: a turn goes on when none is left. */
export function isOpen(status: ToolCallStatus): boolean {
  return status === 'REQUESTED' || status === 'AWAITING_APPROVAL';
}

export type InterruptedCall = { readonly attempts: number; readonly sideEffect: boolean; readonly idempotent: boolean };

/**
 * What becomes of a call whose worker died. Each attempt is counted before it is sent: none counted, none sent. After
 * that, only what may safely happen twice is sent again.
 */
export function fateOfInterrupted(call: InterruptedCall): 'CALL' | 'UNKNOWN' {
  return call.attempts === 0 || call.idempotent || !call.sideEffect ? 'CALL' : 'UNKNOWN';
}

/** A value that came from outside, as far as JSON can say it. @throws TypeError for what JSON cannot say. */
export function jsonOf(value: unknown): Json | null {
  if (value === undefined) return null;
  if (typeof value === 'object' || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  throw new TypeError(`a ${typeof value} is no JSON`);
}

/** Effects that a person has to look after: nobody knows whether they happened, or they could not be undone. */
export const UNSETTLED_STATUSES = ['UNKNOWN', 'COMPENSATION_FAILED'] as const satisfies readonly ToolCallStatus[];
export type UnsettledStatus = (typeof UNSETTLED_STATUSES)[number];

/**
 * What a person can say of an unsettled effect. Of one that is UNKNOWN: it was done, or it was not. Of one that could not
 * be undone: somebody has undone it by hand, or it shall stay.
 */
export const SETTLEMENTS = ['done', 'not-done', 'undone', 'kept'] as const;
export type Settlement = (typeof SETTLEMENTS)[number];

/** What follows from it; null when it cannot be said. What was done in an episode that was to be undone is still to be undone. */
export function settledAs(
  status: ToolCallStatus,
  settlement: Settlement,
  episodeSucceeded: boolean,
): { readonly status: ToolCallStatus; readonly settled: boolean } | null {
  if (status === 'UNKNOWN' && settlement === 'not-done') return { status: 'FAILED', settled: true };
  if (status === 'UNKNOWN' && settlement === 'done') {
    return episodeSucceeded ? { status: 'SUCCEEDED', settled: true } : { status: 'COMPENSATION_FAILED', settled: false };
  }
  if (status !== 'COMPENSATION_FAILED') return null;
  if (settlement === 'undone') return { status: 'COMPENSATED', settled: true };
  return settlement === 'kept' ? { status: 'COMPENSATION_FAILED', settled: true } : null;
}
