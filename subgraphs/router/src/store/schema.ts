import { idempotencyEntity } from '@switchyard/database/idempotency';
import type { Schema } from '@switchyard/database/schema';
import { DecisionCallEntity, RouteDecisionEntity, RoutingPolicyEntity, TierHealthEntity } from './entities.ts';
import { Migration20261123023126 } from './migrations/Migration20261123023126.ts';

/** Everything that the router subgraph keeps. */
export const SCHEMA: Schema = {
  name: 'router',
  entities: [RouteDecisionEntity, DecisionCallEntity, RoutingPolicyEntity, TierHealthEntity, idempotencyEntity()],
  migrations: [{ name: 'Migration20261123023126', class: Migration20261123023126 }],
};
