/** How often it is looked whether anything has been recorded: one reading by index for each watcher, however much there is. */
const LOOK_EVERY_MS = 1_000;

/**
 * A preview as it is now, then whenever it has become another one. It is looked for rather than told of, so that nothing can be
 * missed. Written out rather than as a generator, which would hold `return` back until the next change.
 * @param fingerprint the same for previews that say the same.
 */
export function livePreview<Preview>(options: {
  read(): Promise<Preview>;
  fingerprint(preview: Preview): string;
  /** Default 1,000 ms. */
  readonly everyMs?: number;
}): AsyncIterableIterator<Preview> {
  let shown: string | null = null;
  let ended = false;
  let wake = (): void => undefined;
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, options.everyMs ?? LOOK_EVERY_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const end = (): Promise<IteratorReturnResult<undefined>> => {
    ended = true;
    wake();
    return Promise.resolve({ value: undefined, done: true });
  };
  return {
    next: async () => {
      while (!ended) {
        const preview = await options.read();
        const print = options.fingerprint(preview);
        if (!ended && print !== shown) {
          shown = print;
          return { value: preview, done: false };
        }
        if (!ended) await pause();
      }
      return await end();
    },
    return: end,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
