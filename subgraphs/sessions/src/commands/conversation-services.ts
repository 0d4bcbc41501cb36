import type { Database } from '@switchyard/database/database';
import type { Clock } from '@switchyard/kernel/clock';
import type { RunPubSub } from '@switchyard/pubsub/pubsub';

/** What the commands of a conversation work with. */
export type ConversationServices = {
  readonly database: Database;
  readonly clock: Clock;
  readonly hints: RunPubSub;
  /** Names of the tiers that a message may be pinned to. */
  readonly tierNames: readonly string[];
};
