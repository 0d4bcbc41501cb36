/**
 * What is dropped for a reader that is slower than the events it asked for. INTERMEDIATE merges pieces of an answer and leaves
 * out states that a later one replaced; OLDEST and NEWEST drop whatever is first or last in line.
 */
export const DROP_POLICIES = ['INTERMEDIATE', 'OLDEST', 'NEWEST'] as const;
export type DropPolicy = (typeof DROP_POLICIES)[number];

/** How a client wants its events, within its tenant's limits. */
export type Delivery = {
  readonly dropPolicy: DropPolicy;
  /** Events that may wait for it, per subscription. */
  readonly maxQueue: number;
};

export const DEFAULT_DELIVERY: Delivery = { dropPolicy: 'INTERMEDIATE', maxQueue: 256 };
