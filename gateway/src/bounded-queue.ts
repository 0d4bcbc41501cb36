export type BoundedQueueOptions = {
  /** How many items may wait before the source is asked to hold on. */
  readonly max: number;
  /** True: hold on; what is already on its way still comes. False: go on. */
  readonly hold: (on: boolean) => void;
  /** Called once, when the reader leaves or has read the last item. */
  readonly onClosed: () => void;
};

/**
 * Between a source that pushes and a reader that pulls; the reader's pace reaches the source. States: open → ended (the reader still
 * gets what waits) → closed.
 */
export class BoundedQueue<T> implements AsyncIterableIterator<T> {
  readonly #options: BoundedQueueOptions;
  readonly #items: T[] = [];
  #waiting: PromiseWithResolvers<IteratorResult<T>> | null = null;
  #phase: 'open' | 'ended' | 'closed' = 'open';
  #held: boolean = false;

  constructor(options: BoundedQueueOptions) {
    this.#options = options;
  }

  push(item: T): void {
    if (this.#phase !== 'open') return;
    if (this.#waiting !== null) {
      this.#waiting.resolve({ value: item, done: false });
      this.#waiting = null;
      return;
    }
    this.#items.push(item);
    if (this.#items.length >= this.#options.max) this.#hold(true);
  }

  /** No more will come. */
  end(): void {
    if (this.#phase === 'open') this.#phase = 'ended';
    this.#waiting?.resolve({ value: undefined, done: true });
    this.#waiting = null;
    if (this.#items.length === 0) this.#close();
  }

  async next(): Promise<IteratorResult<T>> {
    const item = this.#items.shift();
    if (item !== undefined) {
      if (this.#items.length <= this.#options.max / 2) this.#hold(false);
      return { value: item, done: false };
    }
    if (this.#phase !== 'open') {
      this.#close();
      return { value: undefined, done: true };
    }
    this.#waiting ??= Promise.withResolvers();
    return await this.#waiting.promise;
  }

  async return(): Promise<IteratorResult<T>> {
    this.#items.length = 0;
    this.end();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #hold(on: boolean): void {
    if (this.#held === on || this.#phase === 'closed') return;
    this.#held = on;
    this.#options.hold(on);
  }

  #close(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#options.onClosed();
  }
}
