/** The time, handed in so that domain code and tests decide what "now" is. */
export type Clock = { now(): Date };

export const systemClock: Clock = { now: () => new Date() };
