/**
 * Whether the mean of a stream of differences is above 0, looked at after every one of them: a bettor starts with 1 and bets
 * on each next difference being positive; where the mean is 0 or less the wealth is expected never to grow, so that it gets
 * to 1/α with probability α at most, ever (Ville 1939; Waudby-Smith and Ramdas 2023, "Estimating means of bounded random
 * variables by betting"). Equally: the lower confidence bound, valid at any time, is above 0 once the wealth has been there.
 */
export type Evidence = { readonly seen: number; readonly sum: number; readonly squares: number; readonly logWealth: number };

export const NO_EVIDENCE: Evidence = { seen: 0, sum: 0, squares: 0, logWealth: 0 };

/** Share of the wealth that one difference may cost at most. */
const MOST_AT_STAKE = 0.5;

/** @param most how far below 0 the difference might have been; known before it. */
export function witnessed(evidence: Evidence, difference: number, most: number): Evidence {
  // Nearly the growth-optimal stake for a mean and a variance like those so far, which start as those of one loss of `most`.
  const mean = evidence.sum / (evidence.seen + 1);
  const square = (evidence.squares + most * most) / (evidence.seen + 1);
  const stake = Math.min(Math.max(0, mean / square), MOST_AT_STAKE / Math.max(most, Number.MIN_VALUE));
  return {
    seen: evidence.seen + 1,
    sum: evidence.sum + difference,
    squares: evidence.squares + difference * difference,
    logWealth: evidence.logWealth + Math.log1p(stake * difference),
  };
}

/** Whether it would have come this far by chance with probability `alpha` at most. */
export function shows(evidence: Evidence, alpha: number): boolean {
  return evidence.logWealth >= -Math.log(alpha);
}
