/** Every opener hands back its closer; stop is the reverse of start. A closer that fails does not keep the others from closing. */
export class Closers {
  readonly #closers: { readonly name: string; readonly close: () => Promise<unknown> }[] = [];

  add(name: string, close: () => Promise<unknown>): void {
    this.#closers.push({ name, close });
  }

  /** Closes all, the newest first. `failed` is told of each that could not. Calling it again does nothing more. */
  async close(failed: (name: string, error: unknown) => void): Promise<void> {
    for (let closer = this.#closers.pop(); closer !== undefined; closer = this.#closers.pop()) {
      try {
        await closer.close();
      } catch (error) {
        failed(closer.name, error);
      }
    }
  }
}
