export const SESSION_STATUSES = ['ACTIVE', 'ENDED'] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];
