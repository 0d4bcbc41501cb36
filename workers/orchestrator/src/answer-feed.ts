/**
 * Gathers pieces of an answer and shows them every few milliseconds, one write at a time: a fast model costs a write per
 * interval, not per token, and a slow database makes the pieces longer, not the queue.
 */
export class AnswerFeed {
  readonly #everyMs: number;
  readonly #show: (text: string) => Promise<void>;
  readonly #onFailure: () => void;
  #waiting = '';
  #handedOver = 0;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;
  #closed: boolean = false;

  /** @param onFailure is called once, when a write failed: nothing more will be shown. */
  constructor(everyMs: number, show: (text: string) => Promise<void>, onFailure: () => void) {
    this.#everyMs = everyMs;
    this.#show = show;
    this.#onFailure = onFailure;
  }

  push(text: string): void {
    this.#waiting += text;
    this.#schedule();
  }

  /** Stops. @returns how many characters have been shown. @throws what a write threw. */
  async close(): Promise<number> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#writing;
    if (this.#failure !== null) throw this.#failure.error;
    return this.#handedOver;
  }

  #schedule(): void {
    if (this.#closed || this.#waiting === '' || this.#timer !== null || this.#writing !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#writing = this.#write().finally(() => {
        this.#writing = null;
        this.#schedule();
      });
    }, this.#everyMs);
  }

  async #write(): Promise<void> {
    const text = this.#waiting;
    this.#waiting = '';
    this.#handedOver += text.length;
    try {
      await this.#show(text);
    } catch (error) {
      this.#closed = true;
      this.#failure = { error };
      this.#onFailure();
    }
  }
}
