import type { Schema } from '@switchyard/database/schema';
import {
  BillingAccountEntity,
  MeterEntity,
  PlanEntity,
  UsageCounterEntity,
  UsageRecordEntity,
  UsageRollupEntity,
} from './entities.ts';
import { Migration20261123023440 } from './migrations/Migration20261123023440.ts';
import { Migration20261123040000 } from './migrations/Migration20261123040000.ts';

/** Everything that the billing subgraph keeps. */
export const SCHEMA: Schema = {
  name: 'billing',
  entities: [MeterEntity, PlanEntity, BillingAccountEntity, UsageRecordEntity, UsageCounterEntity, UsageRollupEntity],
  migrations: [
    { name: 'Migration20261123023440', class: Migration20261123023440 },
    { name: 'Migration20261123040000', class: Migration20261123040000 },
  ],
};
