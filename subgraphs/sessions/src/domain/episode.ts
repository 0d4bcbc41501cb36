import { err, ok, type Result } from '@switchyard/kernel/result';

/**
 * QUEUED → RUNNING → SUCCEEDED | FAILED | CANCELLED | COMPENSATED. A queued one may be cancelled at once; a running one is
 * asked to stop, and ends when its worker has let go. One that will not succeed first undoes what it has done, still
 * RUNNING: COMPENSATED when all of that is undone, else FAILED or CANCELLED, and its tool calls say what is left.
 */
export const EPISODE_STATUSES = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'COMPENSATED', 'CANCELLED'] as const;
export type EpisodeStatus = (typeof EPISODE_STATUSES)[number];

export type Citation = { readonly documentId: string; readonly title: string /** 0..1 */; readonly score: number };

export function hasEnded(status: EpisodeStatus): boolean {
  return status !== 'QUEUED' && status !== 'RUNNING';
}

/** How an episode that undoes what it has done is going to end, where not all of it can be undone. */
export type UndoneEnd = { readonly status: 'FAILED'; readonly failure: string } | { readonly status: 'CANCELLED' };

/** The end of an episode that did not succeed, given what has become of its effects. */
export function endOfUndone(
  end: UndoneEnd,
  effects: readonly EffectStatus[],
): { readonly status: 'FAILED' | 'CANCELLED' | 'COMPENSATED'; readonly failure: string | null } {
  const left = effects.some((status) => status !== 'COMPENSATED');
  const why = end.status === 'FAILED' ? end.failure : 'It was cancelled.';
  if (effects.length > 0 && !left) return { status: 'COMPENSATED', failure: `${why} What had been done was undone.` };
  if (end.status === 'CANCELLED') return { status: 'CANCELLED', failure: null };
  return { status: 'FAILED', failure: left ? `${why} Not all that may have been done is undone: see its tool calls.` : why };
}

/** What stands in the world for a side effect: done, undone, not undone, or not known. */
export type EffectStatus = 'SUCCEEDED' | 'COMPENSATED' | 'COMPENSATION_FAILED' | 'UNKNOWN';

export type Cancellation = 'END_NOW' | 'ASK_WORKER' | 'NOTHING_TO_DO';

/** What a wish to cancel does to an episode in this state. */
export function decideCancel({
  status,
  cancelRequestedAt,
}: {
  readonly status: EpisodeStatus;
  readonly cancelRequestedAt?: Date | null | undefined;
}): Result<Cancellation, { readonly kind: 'has-ended' }> {
  if (status === 'QUEUED') return ok('END_NOW');
  if (status === 'RUNNING') return ok('ASK_WORKER');
  if (status === 'CANCELLED' || (status === 'COMPENSATED' && cancelRequestedAt != null)) return ok('NOTHING_TO_DO');
  return err({ kind: 'has-ended' });
}

/** The trace id in a W3C traceparent; null when there is none. */
export function traceIdOf(traceparent: string | null): string | null {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent ?? '')?.[1] ?? null;
}
