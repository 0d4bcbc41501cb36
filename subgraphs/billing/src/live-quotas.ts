import type { Database } from '@switchyard/database/database';
import type { Clock } from '@switchyard/kernel/clock';
import type { TenantId } from '@switchyard/kernel/ids';
import type { PubSub } from '@switchyard/pubsub/pubsub';
import { quotaChannel } from './channels.ts';
import { quotaStatuses } from './commands/quota-statuses.ts';
import type { QuotaStatus } from './domain/quota.ts';
import { crossingsAfter, lastCrossing, statusOfCrossing } from './store/quota-crossings.ts';
import type { PlanVersions } from './store/quota-limits.ts';

export type LiveQuotasOptions = {
  readonly database: Database;
  readonly versions: PlanVersions;
  readonly pubsub: PubSub;
  readonly clock: Clock;
  readonly tenantId: TenantId;
  readonly apiKeyId: string | null;
};

/** Hints may get lost: it is looked without one too. */
const LOOK_EVERY_MS = 5_000;
/** Before the first UUIDv7. */
const NOTHING = '00000000-0000-0000-0000-000000000000';

/**
 * How the limits stand, then each share of one that is reached, in the order in which that happened. Written out rather than as
 * a generator, because a generator would hold `return` back until the crossing that it waits for has come.
 */
export function liveQuotas(options: LiveQuotasOptions): AsyncIterableIterator<QuotaStatus> {
  const { database, pubsub, tenantId } = options;
  let ready: QuotaStatus[] = [];
  let after: string | null = null;
  let ended = false;
  let unsubscribe: (() => Promise<void>) | null = null;
  let wake: () => void = () => {};
  let hinted = false;

  const hint = (): void => {
    hinted = true;
    wake();
  };
  const rest = async (): Promise<void> => {
    if (!hinted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK_EVERY_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    hinted = false;
  };
  const begin = async (): Promise<void> => {
    unsubscribe = await pubsub.subscribe(quotaChannel(tenantId), hint);
    // One snapshot: what is reached after it is told of as a crossing.
    const first = await database.tenant(tenantId, async (tx) => {
      return { last: await lastCrossing(tx), statuses: await quotaStatuses(tx, options) };
    });
    after = first.last ?? NOTHING;
    ready = [...first.statuses];
  };
  const look = async (): Promise<void> => {
    const rows = await database.tenant(tenantId, (tx) => crossingsAfter(tx, after ?? NOTHING));
    after = rows.at(-1)?.id ?? after;
    ready = rows.map(statusOfCrossing);
  };
  const end = async (): Promise<IteratorReturnResult<undefined>> => {
    ended = true;
    hint();
    const release = unsubscribe;
    unsubscribe = null;
    await release?.();
    return { value: undefined, done: true };
  };

  return {
    async next() {
      if (after === null && !ended) await begin();
      while (ready.length === 0 && !ended) {
        await look();
        if (ready.length === 0) await rest();
      }
      const status = ready.shift();
      return ended || status === undefined ? await end() : { value: status, done: false };
    },
    return: end,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
