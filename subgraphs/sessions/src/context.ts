import type { Database } from '@switchyard/database/database';
import type { Clock } from '@switchyard/kernel/clock';
import type { Quotas } from '@switchyard/kernel/quotas';
import type { RequestContext } from '@switchyard/kernel/request-context';
import type { RunPubSub } from '@switchyard/pubsub/pubsub';
import type { McpCatalog } from '@switchyard/tools/mcp-catalog';
import type { FirstCall } from './commands/conversation-services.ts';
import type { SessionFeed } from './realtime/session-feed.ts';
import { createLoaders, type Loaders, type Read } from './store/loaders.ts';

/** What commands and resolvers are given to work with, the same for every request. */
export type Services = {
  readonly database: Database;
  readonly clock: Clock;
  /** 32 bytes: encrypts what is kept secret (deriveKey(…, 'stored-secrets')). */
  readonly secretsKey: Buffer;
  /** Tells other processes that something new can be read. */
  readonly hints: RunPubSub;
  /** Names of the tiers that a message may be pinned to. */
  readonly tierNames: readonly string[];
  /** Where tools of MCP servers are looked up. */
  readonly mcp: McpCatalog;
  /** Asked before anything is spent. */
  readonly quotas: Quotas;
  /** At most how many tokens the first call to a model for this message reads and writes. */
  readonly firstCall: (content: string) => FirstCall;
};

/** What a resolver gets as its third argument. */
export type Context = Services & {
  /** Who asks. */
  readonly request: RequestContext;
  /** Sees the caller's own tenant; for the operator, every one. */
  readonly read: Read;
  readonly loaders: Loaders;
  readonly feed: SessionFeed;
};

export function createContext(services: Services, feed: SessionFeed, request: RequestContext): Context {
  const { tenantId } = request;
  const read: Read = (work) =>
    tenantId === null ? services.database.crossTenant('operator', work) : services.database.tenant(tenantId, work);
  return { ...services, feed, request, read, loaders: createLoaders(read) };
}
