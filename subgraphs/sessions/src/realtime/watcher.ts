import type { Delivery } from '@switchyard/kernel/drop-policy';
import { describeEvent } from '@switchyard/runtime/subscription-event';
import { OutboundQueue } from '../domain/outbound-queue.ts';
import type { SessionEvent } from '../domain/session-event.ts';

/** Where a watcher's events come from. */
export type Source = {
  /**
   * Events after the one that the reader has, a page of them, oldest first and condensed; empty when there are no more.
   * `tell`: what was left out is told.
   */
  readPage(afterSeq: number, tell: boolean): Promise<SessionEvent[]>;
  /** Whether a reader that has all up to this one may be handed what follows: true when all of that will be. */
  mayGoLive(seq: number): boolean;
  closed(): void;
};

/**
 * One reader of one session's events. It is behind (reads pages itself) or live (is handed what is new, through a queue of its own
 * with its drop policy); it goes from the one to the other without a gap, because both go by the number of the last event it has,
 * and without a repeat, because neither gives it an event twice.
 */
export class Watcher implements AsyncIterableIterator<SessionEvent> {
  readonly #source: Source;
  readonly #queue: OutboundQueue;
  /** What a page brought, before what waits in the queue. */
  #page: SessionEvent[] = [];
  /** Number of the last event that waits or was given out. */
  #seq: number;
  #live: boolean = false;
  /** It was live once, and could not keep up: from then on it is told what it does not get. */
  #slow: boolean = false;
  #closed: boolean = false;
  #wake: (() => void) | null = null;

  constructor(afterSeq: number, delivery: Delivery, source: Source) {
    this.#seq = afterSeq;
    this.#source = source;
    this.#queue = new OutboundQueue(delivery);
  }

  /** Whether it is handed what is new. */
  get live(): boolean {
    return this.#live && !this.#closed;
  }

  /** Events that wait for the reader. */
  get waiting(): number {
    return this.#page.length + this.#queue.length;
  }

  /** Hands over what is new, in order. A reader whose queue refuses an event is behind, and takes it from the log later. */
  offer(events: readonly SessionEvent[]): void {
    if (!this.#live) return;
    for (const event of events) {
      if (event.seq <= this.#seq) continue;
      if (!this.#queue.offer(event)) {
        this.#live = false;
        this.#slow = true;
        break;
      }
      this.#seq = event.seq;
    }
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<SessionEvent>> {
    for (;;) {
      if (this.#closed) return { done: true, value: undefined };
      const event = this.#page.shift() ?? this.#queue.take();
      if (event !== undefined) return { done: false, value: describeEvent(event, noteFor(event)) };
      if (this.#live) await this.#sleep();
      else await this.#catchUp();
    }
  }

  async return(): Promise<IteratorResult<SessionEvent>> {
    if (!this.#closed) {
      this.#closed = true;
      this.#page = [];
      this.#queue.clear();
      this.#source.closed();
      this.#wake?.();
    }
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<SessionEvent>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #sleep(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }

  async #catchUp(): Promise<void> {
    const page = await this.#source.readPage(this.#seq, this.#slow);
    const last = page.at(-1);
    if (last === undefined) {
      this.#live = this.#source.mayGoLive(this.#seq);
      return;
    }
    this.#page = page;
    this.#seq = Math.max(this.#seq, last.seq);
  }
}

function noteFor(event: SessionEvent) {
  const note = { resumeAfter: event.id, atMs: event.at.getTime() };
  return event.kind === 'EventsDropped' ? { ...note, dropped: { count: event.count, policy: event.policy } } : note;
}
