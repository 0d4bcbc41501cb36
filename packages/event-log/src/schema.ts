import type { Schema } from '@switchyard/database/schema';
import { Migration20261123030000 } from './migrations/Migration20261123030000.ts';
import { Migration20261123040000 } from './migrations/Migration20261123040000.ts';

/**
 * The log's tables, and the positions of consumers. It has no entities: everything here is hot, partitioned, or both.
 * A database that only consumes has this schema too, for its positions and dead letters; its `log.event` stays empty.
 */
export const LOG_SCHEMA: Schema = {
  name: 'log',
  entities: [],
  migrations: [
    { name: 'Migration20261123030000', class: Migration20261123030000 },
    { name: 'Migration20261123040000', class: Migration20261123040000 },
  ],
};
