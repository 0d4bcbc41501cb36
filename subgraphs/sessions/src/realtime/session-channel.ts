import type { Delivery } from '@switchyard/kernel/drop-policy';
import type { SessionId, TenantId } from '@switchyard/kernel/ids';
import type { LoggedEvent, SessionEvent } from '../domain/session-event.ts';
import { Watcher } from './watcher.ts';

export type ChannelSource = {
  /** A page of events after a number, as they are. */
  read(afterSeq: number): Promise<LoggedEvent[]>;
  /** Events that a page holds at most. */
  readonly pageSize: number;
  /** The same for a reader that was away: condensed; `tell`: with a word of what was left out. */
  missed(afterSeq: number, tell: boolean): Promise<SessionEvent[]>;
  /** Calls the listener with new events, or with null where the hint does not hold them. */
  subscribe(listener: (events: readonly LoggedEvent[] | null) => void): Promise<() => Promise<void>>;
  /** Nobody watches any more. */
  unused(): void;
};

/**
 * One session's watchers in this process. A hint that holds the very next events is handed to all of them; any other leads to one
 * read, whose events go to all of them.
 */
export class SessionChannel {
  readonly tenantId: TenantId;
  readonly sessionId: SessionId;
  readonly #source: ChannelSource;
  readonly #watchers = new Set<Watcher>();
  #subscription: Promise<() => Promise<void>> | null = null;
  /** Number of the last event that was handed to the live watchers. */
  #head = 0;
  #reading: boolean = false;
  /** A hint that has not led to a read yet. */
  #hinted: boolean = false;

  constructor(tenantId: TenantId, sessionId: SessionId, source: ChannelSource) {
    this.tenantId = tenantId;
    this.sessionId = sessionId;
    this.#source = source;
  }

  /** Watches from the event after this number on. Hints are listened to before the first read, so that none falls between. */
  async watch(afterSeq: number, delivery: Delivery): Promise<Watcher> {
    const watcher: Watcher = new Watcher(afterSeq, delivery, {
      readPage: (seq, tell) => this.#source.missed(seq, tell),
      mayGoLive: (seq) => this.#mayGoLive(seq),
      closed: () => this.#leave(watcher),
    });
    this.#watchers.add(watcher);
    this.#subscription ??= this.#source.subscribe((events) => this.#heard(events));
    await this.#subscription.catch((error: unknown) => {
      this.#leave(watcher);
      throw error;
    });
    return watcher;
  }

  /** The session may have events up to this number. */
  hint(newest: number): void {
    if (newest <= this.#head) return;
    this.#hinted = true;
    if (!this.#reading && this.#hasLiveWatcher()) void this.#readAll();
  }

  /** Events that wait for their readers. */
  get waiting(): number {
    let waiting = 0;
    for (const watcher of this.#watchers) waiting += watcher.waiting;
    return waiting;
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#watchers].map((watcher) => watcher.return()));
  }

  #heard(events: readonly LoggedEvent[] | null): void {
    const follows = events?.[0]?.seq === this.#head + 1 && !this.#reading && this.#hasLiveWatcher();
    if (events !== null && follows) this.#handOut(events);
    else this.hint(events?.at(-1)?.seq ?? Number.POSITIVE_INFINITY);
  }

  #handOut(events: readonly LoggedEvent[]): void {
    this.#head = events.at(-1)?.seq ?? this.#head;
    for (const watcher of this.#watchers) watcher.offer(events);
  }

  /**
   * A reader that has all up to `seq` joins the live ones when what follows will be handed out: when no less has been handed
   * out before, also to those that have left meanwhile. With no live one and no read under way, handing out begins anew from
   * where this reader stands.
   */
  #mayGoLive(seq: number): boolean {
    if (seq < this.#head) return false;
    if (!this.#reading && !this.#hasLiveWatcher()) this.#head = seq;
    // After the watcher has become a live one.
    if (this.#hinted) queueMicrotask(() => this.hint(Number.POSITIVE_INFINITY));
    return true;
  }

  async #readAll(): Promise<void> {
    this.#reading = true;
    try {
      while (this.#hinted && this.#hasLiveWatcher()) {
        this.#hinted = false;
        const events = await this.#source.read(this.#head);
        if (events.length > 0) this.#handOut(events);
        if (events.length >= this.#source.pageSize) this.#hinted = true;
      }
    } catch {
      // The next hint or the next look reads again: nothing was handed out, so nothing is missed.
      this.#hinted = true;
    } finally {
      this.#reading = false;
    }
  }

  #hasLiveWatcher(): boolean {
    for (const watcher of this.#watchers) if (watcher.live) return true;
    return false;
  }

  #leave(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    if (this.#watchers.size > 0) return;
    this.#source.unused();
    void this.#subscription?.then((unsubscribe) => unsubscribe()).catch(() => undefined);
    this.#subscription = null;
  }
}
