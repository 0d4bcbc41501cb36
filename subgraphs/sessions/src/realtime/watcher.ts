import type { SessionEvent } from '../domain/session-event.ts';

/** Events that wait for a reader at most; one that falls further behind reads on from the database, at its own pace. */
const MAX_WAITING = 256;

/** Where a watcher's events come from. */
export type Source = {
  /** Events after the one that the reader has, a page of them, oldest first; empty when there are no more. */
  readPage(afterSeq: number): Promise<SessionEvent[]>;
  /** Whether a reader that has all up to this one may be handed what follows: true when all of that will be. */
  mayGoLive(seq: number): boolean;
  closed(): void;
};

/**
 * One reader of one session's events. It is behind (reads pages itself) or live (is handed what is new); it goes from the
 * one to the other without a gap, because both go by the number of the last event it has, and without a repeat, because
 * neither gives it an event twice.
 */
export class Watcher implements AsyncIterableIterator<SessionEvent> {
  readonly #source: Source;
  readonly #waiting: SessionEvent[] = [];
  /** Number of the last event that waits or was given out. */
  #seq: number;
  #live: boolean = false;
  #closed: boolean = false;
  #wake: (() => void) | null = null;

  constructor(afterSeq: number, source: Source) {
    this.#seq = afterSeq;
    this.#source = source;
  }

  /** Whether it is handed what is new. */
  get live(): boolean {
    return this.#live && !this.#closed;
  }

  /** Hands over what is new, in order. A reader that is behind takes it from the database later. */
  offer(events: readonly SessionEvent[]): void {
    if (!this.#live) return;
    for (const event of events) {
      if (event.seq <= this.#seq) continue;
      if (this.#waiting.length >= MAX_WAITING) {
        this.#live = false;
        return;
      }
      this.#waiting.push(event);
      this.#seq = event.seq;
    }
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<SessionEvent>> {
    for (;;) {
      if (this.#closed) return { done: true, value: undefined };
      const event = this.#waiting.shift();
      if (event !== undefined) return { done: false, value: event };
      if (this.#live) await this.#sleep();
      else await this.#catchUp();
    }
  }

  async return(): Promise<IteratorResult<SessionEvent>> {
    if (!this.#closed) {
      this.#closed = true;
      this.#waiting.length = 0;
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
    const page = await this.#source.readPage(this.#seq);
    const last = page.at(-1);
    if (last === undefined) {
      this.#live = this.#source.mayGoLive(this.#seq);
      return;
    }
    this.#waiting.push(...page);
    this.#seq = Math.max(this.#seq, last.seq);
  }
}
