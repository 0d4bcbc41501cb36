import type { Delivery } from '@switchyard/kernel/drop-policy';
import { condense, dropped, type SessionEvent } from './session-event.ts';

/** Characters of one piece of an answer that was merged from several: what bounds the queue's bytes. */
const MAX_MERGED_TEXT = 8_192;

/**
 * The events that wait for one reader, never more than `maxQueue`. When there is no room for one more:
 * - INTERMEDIATE merges and leaves out what a later state replaced; where that makes no room, it refuses the event, and the reader
 *   has to take it from the log when it gets there. It loses no text, no end of an episode and no state of a tool call.
 * - OLDEST drops from the front, NEWEST drops what comes.
 * Whatever was dropped is told by one EventsDropped in its place.
 */
export class OutboundQueue {
  readonly #delivery: Delivery;
  #events: SessionEvent[] = [];
  /** NEWEST: the last event that was dropped since the one before it was taken in. */
  #tail: { last: SessionEvent; count: number } | null = null;

  constructor(delivery: Delivery) {
    this.#delivery = delivery;
  }

  get length(): number {
    return this.#events.length;
  }

  /** Takes the event in, by the policy. False: there is no room, and it was not taken in. */
  offer(event: SessionEvent): boolean {
    const { dropPolicy } = this.#delivery;
    if (dropPolicy === 'NEWEST') this.#offerNewest(event);
    else if (this.#hasRoom()) this.#events.push(event);
    else if (dropPolicy === 'OLDEST') this.#offerOldest(event);
    else return this.#offerIntermediate(event);
    return true;
  }

  take(): SessionEvent | undefined {
    return this.#events.shift() ?? this.#takeTail();
  }

  clear(): void {
    this.#events = [];
    this.#tail = null;
  }

  #hasRoom(): boolean {
    return this.#events.length < this.#delivery.maxQueue;
  }

  #offerIntermediate(event: SessionEvent): boolean {
    const fewer = condense([...this.#events, event], { tell: true, maxText: MAX_MERGED_TEXT });
    if (fewer.length > this.#delivery.maxQueue) return false;
    this.#events = fewer;
    return true;
  }

  /** The mark of what was dropped takes a place of its own, so that two go for the first that is dropped. */
  #offerOldest(event: SessionEvent): void {
    const all = [...this.#events, event];
    const gone = all.splice(0, all.length - this.#delivery.maxQueue + 1);
    const count = gone.reduce((sum, one) => sum + (one.kind === 'EventsDropped' ? one.count : 1), 0);
    const last = gone.at(-1);
    this.#events = last === undefined ? all : [dropped(last, count, 'OLDEST'), ...all];
  }

  #offerNewest(event: SessionEvent): void {
    const tail = this.#tail;
    if (this.#events.length + (tail === null ? 1 : 2) <= this.#delivery.maxQueue) {
      const mark = this.#takeTail();
      if (mark !== undefined) this.#events.push(mark);
      this.#events.push(event);
    } else {
      this.#tail = { last: event, count: (tail?.count ?? 0) + 1 };
    }
  }

  #takeTail(): SessionEvent | undefined {
    const tail = this.#tail;
    this.#tail = null;
    return tail === null ? undefined : dropped(tail.last, tail.count, 'NEWEST');
  }
}
