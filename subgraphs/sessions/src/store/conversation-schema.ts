import type { Schema } from '@switchyard/database/schema';
import { EpisodeEntity } from './entities/episode.ts';
import { FeedbackEntity } from './entities/feedback.ts';
import { MessageEntity } from './entities/message.ts';
import { ModelCallEntity } from './entities/model-call.ts';
import { SessionEntity } from './entities/session.ts';
import { SessionEventEntity } from './entities/session-event.ts';
import { ToolCallEntity } from './entities/tool-call.ts';
import { Migration20261123022304 } from './migrations/Migration20261123022304.ts';
import { Migration20261123032602 } from './migrations/Migration20261123032602.ts';
import { Migration20261123033353 } from './migrations/Migration20261123033353.ts';

/** The tables of conversations: what was said, what was done about it, and what its watchers are told. */
export const CONVERSATION: Pick<Schema, 'entities' | 'migrations'> = {
  entities: [SessionEntity, MessageEntity, EpisodeEntity, ModelCallEntity, ToolCallEntity, SessionEventEntity, FeedbackEntity],
  migrations: [
    { name: 'Migration20261123022304', class: Migration20261123022304 },
    { name: 'Migration20261123032602', class: Migration20261123032602 },
    { name: 'Migration20261123033353', class: Migration20261123033353 },
  ],
};
