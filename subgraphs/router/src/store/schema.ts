import { idempotencyEntity } from '@switchyard/database/idempotency';
import type { Schema } from '@switchyard/database/schema';
import {
  CanaryEntity,
  DecisionCallEntity,
  LearningEntity,
  RouteDecisionEntity,
  RoutingPolicyEntity,
  TierHealthEntity,
} from './entities.ts';
import { Migration20261123023126 } from './migrations/Migration20261123023126.ts';
import { Migration20261125023214 } from './migrations/Migration20261125023214.ts';
import { Migration20261125025751 } from './migrations/Migration20261125025751.ts';

/** Everything that the router subgraph keeps. */
export const SCHEMA: Schema = {
  name: 'router',
  entities: [
    RouteDecisionEntity,
    DecisionCallEntity,
    RoutingPolicyEntity,
    LearningEntity,
    CanaryEntity,
    TierHealthEntity,
    idempotencyEntity(),
  ],
  migrations: [
    { name: 'Migration20261123023126', class: Migration20261123023126 },
    { name: 'Migration20261125023214', class: Migration20261125023214 },
    { name: 'Migration20261125025751', class: Migration20261125025751 },
  ],
};
