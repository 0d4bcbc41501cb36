import type { Tx } from '@switchyard/database/database';
import type { EpisodeId } from '@switchyard/kernel/ids';
import { isSmall, type RunPubSub } from '@switchyard/pubsub/pubsub';
import { packEvents, sessionChannel } from '../domain/event-run.ts';
import { appendedIn } from '../store/session-events.ts';

/** Hint: an episode may be claimed. */
export const EPISODES_CHANNEL = 'episodes';
/** Hint: this episode shall be cancelled. Payload: its id. */
export const CANCELS_CHANNEL = 'episodes.cancelled';

/**
 * Tells watchers, once the transaction has committed, what it appended to its session: the events themselves where they are small,
 * so that nobody has to read them, else that there are some. What gets lost is made up for by the watchers' next look.
 */
export function hintSession(tx: Tx, hints: RunPubSub): void {
  tx.afterCommit(() => {
    for (const { tenantId, sessionId, events } of appendedIn(tx)) {
      const [first, last] = [events[0]?.seq ?? 0, events.at(-1)?.seq ?? 0];
      const channel = sessionChannel(tenantId, sessionId);
      const payload = packEvents(events);
      const told = isSmall(payload) ? hints.publishRun(channel, { first, last, payload }) : hints.publish(channel, '');
      void told.catch(() => undefined);
    }
  });
}

export function hintEpisodes(tx: Tx, hints: RunPubSub): void {
  hintAfterCommit(tx, hints, EPISODES_CHANNEL, '');
}

export function hintCancel(tx: Tx, hints: RunPubSub, id: EpisodeId): void {
  hintAfterCommit(tx, hints, CANCELS_CHANNEL, id);
}

function hintAfterCommit(tx: Tx, hints: RunPubSub, channel: string, payload: string): void {
  tx.afterCommit(() => void hints.publish(channel, payload).catch(() => undefined));
}
