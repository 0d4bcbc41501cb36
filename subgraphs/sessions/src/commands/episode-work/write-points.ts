/**
 * Every write by which a worker moves an episode on, each one transaction: the points at which a crash can cut it. `claim` is
 * made for no episode yet; all others go under a lease, and name the point that they are.
 */
export const WRITE_POINTS = [
  'claim',
  'takeUp',
  'startModelCall',
  'showText',
  'finishModelCall',
  'startToolAttempt',
  'finishToolCall',
  'park',
  'complete',
] as const;
export type WritePoint = (typeof WRITE_POINTS)[number];
