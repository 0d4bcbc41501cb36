import type { Database } from '@switchyard/database/database';
import type { Clock } from '@switchyard/kernel/clock';
import { decrypt } from '@switchyard/kernel/secrets';
import type { Logger } from 'pino';
import { Webhook } from 'standardwebhooks';
import { type DueNotification, noteAttempt, takeDue } from '../store/notifications.ts';

/** Brings a message to an endpoint: null when it was taken, else why not. Never rejects; obeys the rules of egress. */
export type Deliver = (message: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}) => Promise<string | null>;

export type NotificationOptions = {
  readonly database: Database;
  readonly clock: Clock;
  readonly secretsKey: Buffer;
  readonly deliver: Deliver;
  readonly logger: Logger;
  /** How often it looks for what is due. Default 1,000. */
  readonly pollMs?: number;
};

/** Seconds before each further attempt, as Standard Webhooks recommends: three days in all. */
export const RETRY_AFTER_S = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400] as const;

const TIMEOUT_MS = 15_000;
/** Longer than an attempt takes: what is not noted by then was left by a process that is gone. */
const LEASE_MS = 60_000;
const AT_ONCE = 16;

export type NotificationSender = { stop(): Promise<void> };

/** Sends what is queued, again and again until it is taken or given up; any number of processes share the work. */
export function startNotifications(options: NotificationOptions): NotificationSender {
  let stopped = false;
  let running: Promise<void> | null = null;
  const look = (): void => {
    if (running !== null || stopped) return;
    running = sendDue(options)
      .then((sent) => {
        running = null;
        if (sent === AT_ONCE) look();
      })
      .catch((error: unknown) => {
        running = null;
        options.logger.error({ err: error }, 'notifications could not be sent');
      });
  };
  const timer = setInterval(look, options.pollMs ?? 1_000);
  return {
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}

/** One round; returns how many were sent. */
export async function sendDue(options: NotificationOptions): Promise<number> {
  const { database, clock } = options;
  const now = clock.now();
  const due = await database.crossTenant('maintenance', (tx) =>
    takeDue(tx, { now, leaseUntil: new Date(now.getTime() + LEASE_MS), limit: AT_ONCE }),
  );
  await Promise.all(due.map((notification) => attempt(options, notification)));
  return due.length;
}

async function attempt(options: NotificationOptions, { id, body, attempt: nr, endpoint }: DueNotification): Promise<void> {
  const { database, clock, secretsKey, deliver } = options;
  const at = clock.now();
  const signature = new Webhook(decrypt(secretsKey, Buffer.from(endpoint.secret))).sign(id, at, body);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'switchyard',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signature,
  };
  const error = await deliver({ url: endpoint.url, headers, body, timeoutMs: TIMEOUT_MS });
  const after = error === null ? undefined : RETRY_AFTER_S[nr - 1];
  const ended = clock.now();
  const next = after === undefined ? null : new Date(ended.getTime() + after * 1000);
  await database.crossTenant('maintenance', (tx) => noteAttempt(tx, id, { at: ended, error, next }));
}
