/** The reader stayed behind for longer than there was room for; what waited has been dropped. */
export class SlowReaderError extends Error {
  override readonly name = 'SlowReaderError';
}

export type BoundedQueueOptions = {
  /** How many items may wait. */
  readonly max: number;
  /** Told how many items were dropped when one more came than there was room for. */
  readonly onOverflow: (dropped: number) => void;
  /** Called once, when the reader leaves or has been cut off. */
  readonly onClosed: () => void;
};

/**
 * Between a source that pushes and a reader that pulls. States: open → ended (the reader still gets what waits) → closed;
 * open → overflown (what waits is dropped, the reader gets a SlowReaderError) → closed.
 */
export class BoundedQueue<T> implements AsyncIterableIterator<T> {
  readonly #options: BoundedQueueOptions;
  readonly #items: T[] = [];
  #waiting: PromiseWithResolvers<IteratorResult<T>> | null = null;
  #phase: 'open' | 'ended' | 'closed' = 'open';
  #failure: Error | null = null;

  constructor(options: BoundedQueueOptions) {
    this.#options = options;
  }

  push(item: T): void {
    if (this.#phase !== 'open') return;
    if (this.#waiting !== null) {
      this.#waiting.resolve({ value: item, done: false });
      this.#waiting = null;
    } else if (this.#items.length < this.#options.max) {
      this.#items.push(item);
    } else {
      this.#overflow();
    }
  }

  /** No more will come. */
  end(): void {
    if (this.#phase === 'open') this.#phase = 'ended';
    this.#waiting?.resolve({ value: undefined, done: true });
    this.#waiting = null;
  }

  async next(): Promise<IteratorResult<T>> {
    if (this.#items.length > 0) return { value: this.#items.shift() as T, done: false };
    if (this.#failure !== null) {
      const failure = this.#failure;
      this.#failure = null;
      throw failure;
    }
    if (this.#phase !== 'open') return { value: undefined, done: true };
    this.#waiting ??= Promise.withResolvers();
    return await this.#waiting.promise;
  }

  async return(): Promise<IteratorResult<T>> {
    this.#items.length = 0;
    this.end();
    this.#close();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #overflow(): void {
    this.#options.onOverflow(this.#items.length + 1);
    this.#items.length = 0;
    this.#failure = new SlowReaderError('Events came faster than they were read.');
    this.end();
    this.#close();
  }

  #close(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#options.onClosed();
  }
}
