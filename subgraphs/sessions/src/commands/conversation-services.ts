import type { Database } from '@switchyard/database/database';
import type { Clock } from '@switchyard/kernel/clock';
import type { Quotas } from '@switchyard/kernel/quotas';
import type { RunPubSub } from '@switchyard/pubsub/pubsub';

export type FirstCall = { readonly inputTokens: number; readonly outputTokens: number };

/** What the commands of a conversation work with. */
export type ConversationServices = {
  readonly database: Database;
  readonly clock: Clock;
  readonly hints: RunPubSub;
  /** Names of the tiers that a message may be pinned to. */
  readonly tierNames: readonly string[];
  /** Asked before anything is spent. */
  readonly quotas: Quotas;
  /** At most how many tokens the first call to a model for this message reads and writes. */
  readonly firstCall: (content: string) => FirstCall;
};
