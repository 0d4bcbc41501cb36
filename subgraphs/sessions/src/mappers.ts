import type { Connection } from '@switchyard/runtime/connection';
import type { SessionEvent } from './domain/session-event.ts';
import type { OfferedTool } from './store/built-in-tools.ts';
import type { ApiKeyRow } from './store/entities/api-key.ts';
import type { AssistantRow } from './store/entities/assistant.ts';
import type { EpisodeRow } from './store/entities/episode.ts';
import type { KnowledgeDocumentRow } from './store/entities/knowledge.ts';
import type { MessageRow } from './store/entities/message.ts';
import type { SessionRow } from './store/entities/session.ts';
import type { TenantRow } from './store/entities/tenant.ts';
import type { ToolCallRow } from './store/entities/tool-call.ts';

/** What stands behind each type of the graph while a query runs: `<Type>Mapper`, read by codegen.ts. */
export type TenantMapper = TenantRow;
export type TenantConnectionMapper = Connection<TenantRow>;
export type ApiKeyMapper = ApiKeyRow;
export type AssistantMapper = AssistantRow;
export type ToolMapper = OfferedTool;
export type KnowledgeDocumentMapper = KnowledgeDocumentRow;
export type KnowledgeConnectionMapper = Connection<KnowledgeDocumentRow>;
export type SessionMapper = SessionRow;
export type MessageMapper = MessageRow;
export type EpisodeMapper = EpisodeRow;
export type ToolCallMapper = ToolCallRow;
export type ToolCallConnectionMapper = Connection<ToolCallRow>;
export type SessionEventMapper = SessionEvent;
export type EpisodeChangedMapper = SessionEvent;
export type AnswerDeltaMapper = SessionEvent;
export type ToolCallChangedMapper = SessionEvent;
