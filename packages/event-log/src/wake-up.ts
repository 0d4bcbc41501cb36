import { randomUUID } from 'node:crypto';
import type { Topic } from '@switchyard/contracts/events';
import pg from 'pg';
import type { Logger } from 'pino';
import { onAppended } from './append-signal.ts';

const CHANNEL = 'switchyard_log';
const LOOK_AFRESH_MS = 250;
/**
 * A NOTIFY in the writing transaction would queue all commits of the server behind one lock until each is on disk. So it is sent
 * after the commit, on a connection of its own, and for the commits of this many milliseconds together.
 */
const NOTIFY_EVERY_MS = 10;
const RECONNECT_MS = 1_000;

/** Wakes readers when there may be something new in their topics: at once in this process, by LISTEN/NOTIFY in others. */
export type WakeUp = {
  /** Resolves when one of the topics has news, or after a quarter of a second: a hint may be lost. */
  wait(topics: readonly Topic[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
};

type Waiter = { readonly topics: readonly Topic[]; readonly wake: () => void };

export async function openWakeUp(options: {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly logger: Logger;
}): Promise<WakeUp> {
  const waiters = new Set<Waiter>();
  const wake = (topics: readonly string[]) => {
    for (const waiter of waiters) if (waiter.topics.some((topic) => topics.includes(topic))) waiter.wake();
  };
  const notifier = createNotifier(options.pool, options.logger);
  const stopSignals = onAppended((appended) => {
    wake([...appended.keys()]);
    notifier.tell(appended.keys());
  });
  const stopListening = await listen(options, (payload) => {
    const [sender, topics = ''] = payload.split(' ');
    if (sender !== notifier.id) wake(topics.split(','));
  });
  return {
    wait: (topics, signal) => waitFor(waiters, topics, signal),
    close: async () => {
      stopSignals();
      await stopListening();
      await notifier.close();
      wake([...waiters].flatMap((waiter) => waiter.topics));
    },
  };
}

function waitFor(waiters: Set<Waiter>, topics: readonly Topic[], signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      waiters.delete(waiter);
      resolve();
    };
    const waiter = { topics, wake: done };
    const timer = setTimeout(done, LOOK_AFRESH_MS);
    signal.addEventListener('abort', done, { once: true });
    waiters.add(waiter);
  });
}

function createNotifier(pool: pg.Pool, logger: Logger) {
  const id = randomUUID();
  const pending = new Set<Topic>();
  let sending: Promise<void> | null = null;
  const send = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, NOTIFY_EVERY_MS));
    const topics = [...pending].join(',');
    pending.clear();
    await pool.query('select pg_notify($1, $2)', [CHANNEL, `${id} ${topics}`]).catch((error: unknown) => {
      logger.debug({ err: error }, 'other processes were not told of new events; they will look by themselves');
    });
    sending = pending.size > 0 ? send() : null;
  };
  return {
    id,
    tell(topics: Iterable<Topic>): void {
      for (const topic of topics) pending.add(topic);
      sending ??= send();
    },
    async close(): Promise<void> {
      while (sending !== null) await sending;
    },
  };
}

/** A LISTEN that comes back after the connection was lost. Readers look by themselves meanwhile. */
async function listen(at: { url: string; logger: Logger }, onPayload: (payload: string) => void): Promise<() => Promise<void>> {
  let client: pg.Client | null = null;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;
  const again = () => {
    client = null;
    if (!closed) retry ??= setTimeout(() => void connect().catch(again), RECONNECT_MS);
  };
  const connect = async (): Promise<void> => {
    retry = undefined;
    const fresh = new pg.Client({ connectionString: at.url, application_name: 'switchyard log listener' });
    fresh.on('notification', (message) => onPayload(message.payload ?? ''));
    fresh.on('error', (error) => at.logger.warn({ err: error }, 'the listening connection of the event log was lost'));
    await fresh.connect();
    await fresh.query(`listen ${CHANNEL}`);
    fresh.on('end', again);
    client = fresh;
  };
  await connect();
  return async () => {
    closed = true;
    clearTimeout(retry);
    await client?.end();
  };
}
