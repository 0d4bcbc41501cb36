import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Logger } from 'pino';
import { assertSmall, type RunPubSub } from './pubsub.ts';
import { createSubscriptions } from './subscriptions.ts';

export type PostgresPubSubOptions = {
  readonly url: string;
  readonly logger: Logger;
};

const RECONNECT_MS = 500;
/** Hints that wait to be sent; more than these, and the oldest are dropped, as hints may be. */
const MOST_WAITING = 10_000;
const SENT_AT_ONCE = 500;

/**
 * Hints through PostgreSQL's NOTIFY, for several processes without Redis. One connection listens, one sends: what is published
 * while a send is on its way goes with the next one, so that a commit is paid per batch, not per hint.
 * @throws Error when the server cannot be reached at the start.
 */
export async function openPostgresPubSub(options: PostgresPubSubOptions): Promise<RunPubSub> {
  const subscriptions = createSubscriptions();
  const sender = new pg.Pool({ connectionString: options.url, max: 1, application_name: 'switchyard hints' });
  sender.on('error', (error) => options.logger.warn({ err: error }, 'hints are lost until PostgreSQL is back'));
  const listener = await openListener(options, subscriptions);
  const waiting: { channel: string; payload: string }[] = [];
  let sending: Promise<void> | null = null;

  const send = async (): Promise<void> => {
    while (waiting.length > 0) {
      const hints = waiting.splice(0, SENT_AT_ONCE);
      // NOTIFY drops duplicates of one transaction; the number keeps each.
      const payloads = hints.map((hint, nr) => `${nr} ${hint.channel}\n${hint.payload}`);
      const names = hints.map((hint) => nameOf(hint.channel));
      await sender
        .query('select pg_notify(name, payload) from unnest($1::text[], $2::text[]) as hint (name, payload)', [names, payloads])
        .catch((error: unknown) => options.logger.debug({ err: error }, 'hints were lost'));
    }
    sending = null;
  };

  const publish = async (channel: string, payload: string): Promise<void> => {
    assertSmall(payload);
    if (waiting.length >= MOST_WAITING) waiting.shift();
    waiting.push({ channel, payload });
    sending ??= send();
    await sending;
  };

  return {
    publish,
    publishRun: (channel, run) => publish(channel, run.payload),
    // The log itself is where this would be kept.
    recentRuns: async () => [],
    async subscribe(channel, listen) {
      const { first, remove } = subscriptions.add(channel, listen);
      if (first) await listener.run(`listen ${nameOf(channel)}`);
      return async () => {
        if (remove().last) await listener.run(`unlisten ${nameOf(channel)}`);
      };
    },
    async close() {
      subscriptions.clear();
      await listener.close();
      await sending;
      await sender.end();
    },
  };
}

/** A channel of ours as a name of PostgreSQL's, which has 63 bytes at most; the true name stands in the payload. */
function nameOf(channel: string): string {
  return `switchyard_${createHash('sha256').update(channel).digest('hex').slice(0, 32)}`;
}

/** The listening connection: after a loss it comes back and listens to all that is subscribed by then. */
async function openListener(options: PostgresPubSubOptions, subscriptions: ReturnType<typeof createSubscriptions>) {
  let client: pg.Client | null = null;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;
  // pg wants one query at a time on a connection.
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  };
  const connect = async (): Promise<void> => {
    const fresh = new pg.Client({ connectionString: options.url, application_name: 'switchyard hints listener' });
    fresh.on('notification', ({ payload = '' }) => {
      const end = payload.indexOf('\n');
      const channel = payload.slice(payload.indexOf(' ') + 1, end);
      subscriptions.deliver(channel, payload.slice(end + 1));
    });
    fresh.on('error', (error) => options.logger.warn({ err: error }, 'hints are not heard until PostgreSQL is back'));
    await fresh.connect();
    fresh.on('end', again);
    client = fresh;
    for (const channel of subscriptions.channels()) await fresh.query(`listen ${nameOf(channel)}`);
  };
  const again = (): void => {
    client = null;
    if (!closed) retry = setTimeout(() => void inTurn(connect).catch(again), RECONNECT_MS);
  };
  await connect();
  return {
    /** While the connection is lost there is nothing to do: the next one listens to all that is subscribed. */
    run: (statement: string) => inTurn(async () => void (await client?.query(statement).catch(() => undefined))),
    async close(): Promise<void> {
      closed = true;
      clearTimeout(retry);
      await inTurn(async () => void (await client?.end()));
    },
  };
}
