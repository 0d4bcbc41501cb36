import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Tx } from '@switchyard/database/database';
import type { Consumer, ConsumerOptions, EventLog } from '@switchyard/event-log/event-log';
import { forgetGroups, handOver, hasReached, holdGroup } from '@switchyard/event-log/hand-over';
import type { Clock } from '@switchyard/kernel/clock';
import { newId } from '@switchyard/kernel/ids';
import { foldLessons, gatherLessons } from './commands/fold-lessons.ts';
import { projectEvents } from './commands/project-events.ts';
import { ANALYTICS_GROUP, ANALYTICS_TOPICS } from './consumers.ts';
import { PROJECTION, REBUILT_WITHIN_MS } from './domain/projections.ts';
import { closeAllBuckets } from './store/closing-store.ts';
import {
  beginRebuild,
  discardRebuild,
  loadRebuilds,
  noteRebuild,
  ownsTables,
  settleRebuild,
  swapRebuild,
} from './store/rebuild-store.ts';

export type RebuildOptions = {
  /** Where the read models live; the new one is built there too. */
  readonly database: Database;
  readonly eventLog: Pick<EventLog, 'consume' | 'lag'>;
  readonly clock: Clock;
  /** Swap even though the log no longer holds all that the live one was built from: what is missing leaves the figures. */
  readonly acceptLoss?: boolean;
  /** Stops the rebuild, and drops what it has made. */
  readonly signal?: AbortSignal;
  /** Events at most in one transaction; memory is bounded by it. */
  readonly batchSize?: number;
  onProgress?(progress: { readonly handled: number; readonly total: number }): void;
};

/** Why the live read model is still the old one, in a sentence for the terminal. */
export class RebuildError extends Error {
  override readonly name = 'RebuildError';
  /** Where a handler throws it: it is no event's fault. */
  readonly retriable = true;
}

const GROUP_PREFIX = 'analytics.rebuild.';
const LOOK_EVERY_MS = 100;
const HEARTBEAT_MS = 1_000;
/** As near to the log's end as a rebuild must be before the live consumer is held. */
const NEAR_EVENTS = 2_000;
/** For so long the live consumer is held, at most, until the rebuild has come as far as it. */
const HOLD_MS = 5_000;
const ATTEMPTS = 20;
const PAUSE_MS = 500;

/**
 * Builds the read model anew from the log's beginning, beside the live one, which goes on, and puts it in its place. A rebuild
 * that is interrupted has changed nothing; the next one starts anew.
 * @returns how many events went into it.
 * @throws RebuildError
 */
export async function rebuildKpis(options: RebuildOptions): Promise<number> {
  const rebuild = createRebuild(options, newId());
  await rebuild.begin();
  try {
    await rebuild.read();
    await rebuild.untilNear();
    await rebuild.fold();
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      await rebuild.untilNear();
      if (await rebuild.swap()) return rebuild.handled();
      await sleep(PAUSE_MS);
    }
    throw new RebuildError('The rebuild could not catch up with the live projection, which stays: try again at a quieter time.');
  } finally {
    await rebuild.end();
  }
}

function createRebuild(options: RebuildOptions, runId: string) {
  const { database, eventLog, clock } = options;
  const group = `${GROUP_PREFIX}${runId}`;
  const inTransaction = <T>(work: (tx: Tx) => Promise<T>) => database.crossTenant('maintenance', work);
  const count = { handled: 0, total: 0 };
  const heart = createHeartbeat(() => inTransaction((tx) => stillOurs(tx, { runId, movedAt: clock.now() })));
  let consumer: Consumer | undefined;
  let isFolded = false;

  const shadow: ConsumerOptions = {
    group,
    topics: ANALYTICS_TOPICS,
    database,
    batchSize: options.batchSize ?? 10_000,
    async handle(events, tx) {
      if (!(await ownsTables(tx, runId))) throw new RebuildError(OVERTAKEN);
      await (isFolded ? projectEvents(tx, 'analytics_rebuild', events) : gatherLessons(tx, events));
      tx.afterCommit(() => {
        count.handled += events.length;
      });
    },
  };
  const lag = async () => (await eventLog.lag(shadow)).reduce((sum, { events }) => sum + events, 0);
  const read = async () => {
    consumer = await eventLog.consume(shadow);
  };
  const rest = async () => {
    await consumer?.stop();
    consumer = undefined;
  };
  const goOn = () => {
    if (options.signal?.aborted === true) throw new RebuildError('The rebuild was stopped; the live projection is as it was.');
    heart.check();
    options.onProgress?.(count);
  };

  return {
    read,
    handled: () => count.handled,
    async begin(): Promise<void> {
      await inTransaction(async (tx) => {
        const other = (await loadRebuilds(tx)).get(PROJECTION);
        if (other !== undefined && clock.now().getTime() - other.movedAt.getTime() < REBUILT_WITHIN_MS) {
          throw new RebuildError(`${PROJECTION} is being rebuilt already: wait for that, or stop it first.`);
        }
        await forgetGroups(tx, GROUP_PREFIX);
        await beginRebuild(tx, PROJECTION, { runId, movedAt: clock.now() });
      });
      heart.start();
      count.total = await lag();
    },
    async untilNear(): Promise<void> {
      for (;;) {
        goOn();
        if (count.handled >= count.total - NEAR_EVENTS) {
          const waiting = await lag();
          count.total = count.handled + waiting;
          if (waiting <= NEAR_EVENTS) return;
        }
        await sleep(LOOK_EVERY_MS);
      }
    },
    /** Up to here it was only put aside what events say; from here on figures are kept as the live consumer keeps them. */
    async fold(): Promise<void> {
      await rest();
      await inTransaction((from) => inTransaction((to) => foldLessons(from, to, goOn)));
      await inTransaction(async (tx) => {
        await settleRebuild(tx);
        await closeAllBuckets(tx, 'analytics_rebuild');
      });
      isFolded = true;
      await read();
    },
    /** False: not this time. */
    async swap(): Promise<boolean> {
      const swapped = await inTransaction(async (tx) => {
        await holdGroup(tx, ANALYTICS_GROUP);
        if (!(await untilReached(tx))) return false;
        // Only now: what the live consumer has handled, and no more, must be in the new tables before they are the live ones.
        await rest();
        if (!(await ownsTables(tx, runId))) throw new RebuildError(OVERTAKEN);
        await swapRebuild(tx, runId);
        await handOver(tx, { from: group, to: ANALYTICS_GROUP });
        return true;
      }).catch((error: unknown) => {
        if (isLockTimeout(error)) return false;
        throw error;
      });
      if (!swapped && consumer === undefined) await read();
      return swapped;
    },
    async end(): Promise<void> {
      await heart.stop();
      await rest();
      await inTransaction(async (tx) => {
        await discardRebuild(tx, runId);
        await forgetGroups(tx, group);
      });
    },
  };

  async function untilReached(tx: Tx): Promise<boolean> {
    for (const end = Date.now() + HOLD_MS; Date.now() < end; await sleep(LOOK_EVERY_MS / 5)) {
      goOn();
      if (options.acceptLoss === true ? (await lag()) === 0 : await hasReached(tx, { behind: group, ahead: ANALYTICS_GROUP }))
        return true;
    }
    if (options.acceptLoss !== true && (await lag()) === 0) throw new RebuildError(LOSS);
    return false;
  }
}

const OVERTAKEN =
  'The rebuild lost its tables, because another one was begun or PostgreSQL crashed; the live projection is as it was. Start it again.';
const LOSS =
  'The log no longer holds every event that the live projection was built from, so it stays. With --accept-loss what is missing leaves the figures.';

async function stillOurs(tx: Tx, run: { runId: string; movedAt: Date }): Promise<void> {
  if (!(await noteRebuild(tx, run)) || !(await ownsTables(tx, run.runId))) throw new RebuildError(OVERTAKEN);
}

/** Says every second that the work goes on, and remembers when it may not. A database that is away for a moment ends nothing. */
function createHeartbeat(beat: () => Promise<void>) {
  let failure: RebuildError | undefined;
  let timer: NodeJS.Timeout | undefined;
  let beating: Promise<void> = Promise.resolve();
  return {
    start() {
      timer = setInterval(() => {
        beating = beat().catch((error: unknown) => {
          if (error instanceof RebuildError) failure = error;
        });
      }, HEARTBEAT_MS);
    },
    check() {
      if (failure !== undefined) throw failure;
    },
    async stop() {
      clearInterval(timer);
      await beating;
    },
  };
}

/** PostgreSQL's lock_not_available, however the driver's error is wrapped. */
function isLockTimeout(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return code === '55P03' || (cause !== undefined && isLockTimeout(cause));
}
