import type { Candidate } from './candidates.ts';

/** What remains to be decided once a tier has answered. */
export type Answered = {
  /** Probability that the answer is right, now that it was seen. */
  readonly probability: number;
  /** λ. */
  readonly errorCost: number;
  /** The best of the tiers that have not answered; null when there is none. */
  readonly next: Pick<Candidate, 'objective'> | null;
};

/**
 * Whether the answer ends the matter (early exit). What it cost is spent either way; going on costs the next tier in full, and
 * has its chance of an error. So it ends where λ times its own chance of being wrong is no more than all that.
 */
export function endsEarly({ probability, errorCost, next }: Answered): boolean {
  return next === null || errorCost * (1 - probability) <= next.objective;
}
