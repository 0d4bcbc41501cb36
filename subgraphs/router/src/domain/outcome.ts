/** How a routed request turned out. */
export type RouteOutcome = 'CORRECT' | 'WRONG' | 'INVALID_OUTPUT' | 'PROVIDER_ERROR' | 'TIMEOUT';

/** Who said so; a later one outweighs an earlier one, never the other way round. */
export const OUTCOME_SOURCES = ['CALL', 'FEEDBACK', 'REPORT'] as const;
export type OutcomeSource = (typeof OUTCOME_SOURCES)[number];

/** The tier was the wrong one for the request; a provider that was down says nothing about that. */
export function isMisroute(outcome: RouteOutcome | null): boolean {
  return outcome === 'WRONG' || outcome === 'INVALID_OUTPUT';
}

/** There was no right answer, for whatever reason. */
export function isFailure(outcome: RouteOutcome | null): boolean {
  return outcome !== null && outcome !== 'CORRECT';
}

/** What an end user's score (-1 wrong … 1 right) says; null for the score in the middle. */
export function outcomeOfScore(score: number): 'CORRECT' | 'WRONG' | null {
  if (score === 0) return null;
  return score > 0 ? 'CORRECT' : 'WRONG';
}
