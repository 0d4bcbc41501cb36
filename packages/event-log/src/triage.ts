import type { EventEnvelope } from '@switchyard/contracts/envelope';
import type { Topic } from '@switchyard/contracts/events';
import { readEvent } from '@switchyard/contracts/read-event';
import type { Tx } from '@switchyard/database/database';
import type { Logger } from 'pino';
import { bury, type Corpse } from './dead-letters.ts';
import { inDeliverySpan } from './delivery-span.ts';
import type { ConsumerOptions } from './event-log.ts';
import { HandlingError, isPermanent, isTransient } from './faults.ts';
import { countHandled, type LogMetrics } from './log-metrics.ts';

/** What a log brings, as it came. */
export type Incoming = {
  readonly topic: Topic;
  readonly partition: number;
  /** Its seq, or its offset. */
  readonly place: bigint;
  readonly message: Buffer | string;
  /** Why the adapter itself cannot take it for an event of ours. */
  readonly unreadable?: string;
};

/*
 * How one bad event is kept from holding up all that comes after it. States of a reader's batches:
 *
 *   whole ──fails twice──▶ halved ──fails──▶ halved again … ──▶ one event ──fails five times──▶ condemned
 *
 * A batch that is handled doubles the next one, up to the whole again. A condemned event is not handed to the handler any more
 * but written to the dead letters, in the transaction that moves the position past it. A fault that is not of the events
 * (`isTransient`) never halves and never condemns: it is waited out. A `PermanentFailure` skips the repetitions.
 */
const TRIES_OF_A_BATCH = 2;
const TRIES_OF_AN_EVENT = 5;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

export type Triage = {
  /** Events at most that the next delivery may bring. */
  limit(): number;
  /** Hands what can be read to the handler, and buries the rest. Returns the events that were handled. */
  deliver(incoming: readonly Incoming[], tx: Tx): Promise<readonly EventEnvelope[]>;
  /** That delivery's transaction has committed. */
  committed(): Promise<void>;
  /** It was rolled back; returns how long to wait before the next one, in milliseconds. */
  failed(error: unknown): number;
};

export type TriageOptions = Pick<ConsumerOptions, 'group' | 'handle' | 'committed'> & {
  readonly system: 'postgresql' | 'kafka';
  readonly batchSize: number;
  readonly logger: Logger;
  readonly metrics: LogMetrics;
};

export function createTriage(options: TriageOptions): Triage {
  const { group, batchSize, logger, metrics } = options;
  const condemned = new Map<string, string>();
  let [limit, tries, faults] = [batchSize, 0, 0];
  let last: Delivery = { incoming: [], handed: [], events: [], corpses: [] };

  function blame(cause: unknown): number {
    const [only, ...more] = last.handed;
    if (only === undefined) return pauseAfter(1);
    tries += 1;
    const isAlone = more.length === 0;
    if (!isPermanent(cause) && tries < (isAlone ? TRIES_OF_AN_EVENT : TRIES_OF_A_BATCH)) return pauseAfter(tries);
    tries = 0;
    if (isAlone) condemned.set(keyOf(only), saying(cause));
    else limit = Math.ceil(last.handed.length / 2);
    return 0;
  }

  return {
    limit: () => limit,
    async deliver(incoming, tx) {
      last = sort(incoming, condemned);
      if (last.events.length > 0) {
        const { events } = last;
        try {
          await inDeliverySpan({ system: options.system, group, events }, () => options.handle(events, tx));
        } catch (error) {
          throw new HandlingError(error);
        }
      }
      if (last.corpses.length > 0) await bury(tx, group, last.corpses);
      return last.events;
    },
    async committed() {
      const { incoming, events, corpses } = last;
      [limit, tries, faults] = [Math.min(limit * 2, batchSize), 0, 0];
      countHandled(metrics, group, incoming);
      for (const { incoming: at, reason, detail } of corpses) {
        condemned.delete(keyOf(at));
        metrics.deadLettered(group, reason);
        const { topic, partition, place } = at;
        logger.error({ group, topic, partition, place: String(place), reason, detail }, 'an event went to the dead letters');
      }
      if (events.length === 0) return;
      await options.committed?.(events).catch((error: unknown) => logger.warn({ err: error, group }, 'hints were not given'));
    },
    failed(error) {
      metrics.failed(group);
      const isOfEvents = error instanceof HandlingError && !isTransient(error.cause);
      faults = isOfEvents ? 0 : faults + 1;
      const pauseMs = isOfEvents ? blame(error.cause) : pauseAfter(faults);
      const err = error instanceof HandlingError ? error.cause : error;
      logger.error({ err, group, events: last.handed.length, pauseMs }, 'events were not handled; they come again');
      return pauseMs;
    },
  };
}

type Delivery = {
  readonly incoming: readonly Incoming[];
  /** Those that went to the handler, and what it got. */
  readonly handed: readonly Incoming[];
  readonly events: readonly EventEnvelope[];
  readonly corpses: readonly Corpse[];
};

function sort(incoming: readonly Incoming[], condemned: ReadonlyMap<string, string>): Delivery {
  const handed: Incoming[] = [];
  const events: EventEnvelope[] = [];
  const corpses: Corpse[] = [];
  for (const one of incoming) {
    const sentence = condemned.get(keyOf(one));
    const read =
      one.unreadable === undefined
        ? readEvent(String(one.message))
        : ({ kind: 'misfit', reason: 'UNREADABLE', detail: one.unreadable } as const);
    if (read.kind === 'misfit') corpses.push({ incoming: one, reason: read.reason, detail: read.detail });
    else if (sentence !== undefined) corpses.push({ incoming: one, reason: 'HANDLER_FAILED', detail: sentence });
    else {
      handed.push(one);
      events.push(read.event);
    }
  }
  return { incoming, handed, events, corpses };
}

/** Doubles up to 5 s, give or take a quarter, so that processes do not come back all at once. */
export function pauseAfter(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS) * (0.75 + Math.random() / 2);
}

function saying(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function keyOf({ topic, partition, place }: Incoming): string {
  return `${topic}/${partition}/${place}`;
}
