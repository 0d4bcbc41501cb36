import type { Tx } from '@switchyard/database/database';
import type { EpisodeId, SessionId } from '@switchyard/kernel/ids';
import type { PubSub } from '@switchyard/pubsub/pubsub';

/** Hint: an episode may be claimed. */
export const EPISODES_CHANNEL = 'episodes';
/** Hint: this episode shall be cancelled. Payload: its id. */
export const CANCELS_CHANNEL = 'episodes.cancelled';

/** Hint: the session has new events. */
export function sessionChannel(id: SessionId): string {
  return `session:${id}`;
}

/** Tells other processes, once the transaction has committed. A hint that gets lost is made up for by their next look. */
export function hintSession(tx: Tx, hints: PubSub, id: SessionId): void {
  hintAfterCommit(tx, hints, sessionChannel(id), '');
}

export function hintEpisodes(tx: Tx, hints: PubSub): void {
  hintAfterCommit(tx, hints, EPISODES_CHANNEL, '');
}

export function hintCancel(tx: Tx, hints: PubSub, id: EpisodeId): void {
  hintAfterCommit(tx, hints, CANCELS_CHANNEL, id);
}

function hintAfterCommit(tx: Tx, hints: PubSub, channel: string, payload: string): void {
  tx.afterCommit(() => void hints.publish(channel, payload).catch(() => undefined));
}
