import type { Schema } from '@switchyard/database/schema';
import {
  ProjectionProgressEntity,
  ProjectionRebuildEntity,
  RollupEntity,
  SketchBucketEntity,
  SubjectFactsEntity,
  TenantWatermarkEntity,
} from './entities.ts';
import { Migration20261123022456 } from './migrations/Migration20261123022456.ts';
import { Migration20261123031000 } from './migrations/Migration20261123031000.ts';
import { Migration20261125024500 } from './migrations/Migration20261125024500.ts';
import { Migration20261125030500 } from './migrations/Migration20261125030500.ts';

/** Everything that the analytics subgraph keeps: all of it can be dropped and rebuilt from the log. */
export const SCHEMA: Schema = {
  name: 'analytics',
  entities: [
    SubjectFactsEntity,
    RollupEntity,
    SketchBucketEntity,
    TenantWatermarkEntity,
    ProjectionProgressEntity,
    ProjectionRebuildEntity,
  ],
  migrations: [
    { name: 'Migration20261123022456', class: Migration20261123022456 },
    { name: 'Migration20261123031000', class: Migration20261123031000 },
    { name: 'Migration20261125024500', class: Migration20261125024500 },
    { name: 'Migration20261125030500', class: Migration20261125030500 },
  ],
};
