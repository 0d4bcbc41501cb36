/**
 * Where a read model's tables are: `analytics` is the live one, which the graph reads; in `analytics_rebuild` one is built
 * anew from the log, until it takes the live one's place.
 */
export type ReadModel = 'analytics' | 'analytics_rebuild';
