import { ModelError } from './model.ts';

export type ProviderStream<Chunk> = {
  /** Sends the request. */
  open(signal: AbortSignal): Promise<AsyncIterable<Chunk>>;
  readonly signal: AbortSignal;
  readonly idleTimeoutMs: number;
};

/**
 * The chunks of one call. The socket is closed as soon as the signal fires, the provider is silent for too long, or the
 * reader stops reading; only time spent waiting for the provider counts as silence.
 * @throws ModelError `cancelled` or `network` for the first two; what `open` and its stream throw comes through as it is.
 */
export async function* readProviderStream<Chunk>(stream: ProviderStream<Chunk>): AsyncGenerator<Chunk, void, undefined> {
  const socket = new AbortController();
  let complete = false;
  try {
    const chunks = (await awaited(stream, () => stream.open(socket.signal)))[Symbol.asyncIterator]();
    for (;;) {
      const next = await awaited(stream, () => chunks.next());
      if (next.done === true) break;
      yield next.value;
    }
    complete = true;
  } finally {
    if (!complete) socket.abort();
  }
}

/** Resolves with the step, or rejects at once when the signal fires or the time is over; the step's own end is then of no interest. */
async function awaited<Value>(stream: Omit<ProviderStream<unknown>, 'open'>, step: () => Promise<Value>): Promise<Value> {
  const { signal, idleTimeoutMs } = stream;
  if (signal.aborted) throw new ModelError('cancelled', 'the call was cancelled');
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const cancel = (): void => reject(new ModelError('cancelled', 'the call was cancelled'));
  const timer = setTimeout(
    () => reject(new ModelError('network', `the provider sent nothing for ${idleTimeoutMs} ms`)),
    idleTimeoutMs,
  );
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const work = step();
    work.catch(() => undefined);
    return await Promise.race([work, ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  }
}
