/** What a tenant may ask of the gateway at most, whatever it is for. */
export type PlanLimits = {
  readonly requestsPerMinute: number;
  readonly connections: number;
  readonly subscriptionsPerConnection: number;
};

export const DEFAULT_LIMITS: PlanLimits = { requestsPerMinute: 6_000, connections: 1_000, subscriptionsPerConnection: 100 };
