export const USE_CASES = ['FAQ', 'ORDER', 'LEAD', 'GENERAL'] as const;
/** What a session is about; each has its own assistant. */
export type UseCase = (typeof USE_CASES)[number];
