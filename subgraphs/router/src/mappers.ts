import type { EpisodeId, TenantId } from '@switchyard/kernel/ids';
import type { Connection } from '@switchyard/runtime/connection';
import type { Tier } from './domain/tiers.ts';
import type { SideStats } from './store/canaries.ts';
import type { CanaryRow, RouteDecisionRow, StoredCandidate } from './store/entities.ts';
import type { KeptPolicy } from './store/policies.ts';

/** What stands behind each type of the graph while a query runs: `<Type>Mapper`, read by codegen.ts. */
export type TierMapper = Tier & { readonly healthy: boolean };
export type RouteDecisionMapper = RouteDecisionRow;
export type RouteDecisionConnectionMapper = Connection<RouteDecisionRow>;
export type RouteCandidateMapper = StoredCandidate & { readonly currency: string };
/** Another subgraph's; null for an id that cannot be one. */
export type EpisodeMapper = { readonly id: EpisodeId | string };
export type TenantMapper = { readonly id: TenantId };
export type RoutingPolicyMapper = KeptPolicy;
export type CanaryMapper = CanaryRow;
export type CanaryStatsMapper = SideStats & { readonly currency: string };
