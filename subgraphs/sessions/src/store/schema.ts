import { idempotencyEntity } from '@switchyard/database/idempotency';
import type { Schema } from '@switchyard/database/schema';
import { CONVERSATION } from './conversation-schema.ts';
import { ApiKeyEntity } from './entities/api-key.ts';
import { AssistantEntity } from './entities/assistant.ts';
import { KnowledgeDocumentEntity, KnowledgePassageEntity } from './entities/knowledge.ts';
import { TenantEntity } from './entities/tenant.ts';
import { ToolEntity } from './entities/tool.ts';
import { ToolCircuitEntity } from './entities/tool-circuit.ts';
import { Migration20261123022216 } from './migrations/Migration20261123022216.ts';
import { Migration20261123034303 } from './migrations/Migration20261123034303.ts';
import { Migration20261125023402 } from './migrations/Migration20261125023402.ts';

/** Everything that the sessions subgraph keeps. */
export const SCHEMA: Schema = {
  name: 'sessions',
  entities: [
    TenantEntity,
    ApiKeyEntity,
    AssistantEntity,
    ToolEntity,
    ToolCircuitEntity,
    KnowledgeDocumentEntity,
    KnowledgePassageEntity,
    idempotencyEntity(),
    ...CONVERSATION.entities,
  ],
  migrations: [
    { name: 'Migration20261123022216', class: Migration20261123022216 },
    ...CONVERSATION.migrations,
    { name: 'Migration20261123034303', class: Migration20261123034303 },
    { name: 'Migration20261125023402', class: Migration20261125023402 },
  ],
};
