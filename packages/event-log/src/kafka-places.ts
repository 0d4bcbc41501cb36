import { setTimeout as sleep } from 'node:timers/promises';
import type { Topic } from '@switchyard/contracts/events';
import type { Database } from '@switchyard/database/database';
import type { Logger } from 'pino';
import { loadPlaces } from './broker-positions.ts';
import { keyOf } from './positions.ts';

export type Place = { readonly topic: Topic; readonly partition: number };

/** The next offset of each partition that a member was given, as it left it with the last transaction that it committed. */
export type Places = Map<string, bigint>;

const RETRY_MS = 500;
/** So long may a group stand still after its last positions were taken back, while nothing new comes. */
const CHECK_MS = 5_000;

export type PlacesOptions = {
  readonly group: string;
  readonly database: Database;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
  seek(at: Place, offset: bigint): void;
};

/**
 * Keeps a member of a Kafka group at the group's own positions. Kafka's committed offsets are not asked: they are written after
 * the positions and outlive them, where a crash of PostgreSQL takes back what was committed without waiting for the disk, or a
 * standby takes over that had not got all. A member that went on from there would leave out what lies between; and where
 * nothing new comes, nothing would ever tell. So it starts at the positions, and looks at them again every few seconds.
 */
export function trackPlaces({ group, database, logger, stopping, seek }: PlacesOptions) {
  let places: Places = new Map();
  let known: Promise<unknown> = Promise.resolve();

  function goTo(at: Place, offset: bigint, of: Places): void {
    of.set(keyOf(at), offset);
    seek(at, offset);
  }

  async function lookUp(given: readonly Place[], own: Places): Promise<void> {
    const topics = [...new Set(given.map(({ topic }) => topic))];
    while (places === own && !stopping.aborted) {
      try {
        const positions = await loadPlaces(database, group, topics);
        if (places === own) for (const at of given) goTo(at, positions.get(keyOf(at)) ?? 0n, own);
        return;
      } catch (error) {
        logger.warn({ err: error, group }, 'positions could not be read; it is tried again');
        await sleep(RETRY_MS, undefined, { signal: stopping }).catch(() => undefined);
      }
    }
  }

  async function check(given: readonly Place[], own: Places): Promise<void> {
    await known;
    while (places === own && !stopping.aborted) {
      await sleep(CHECK_MS, undefined, { signal: stopping, ref: false }).catch(() => undefined);
      if (places !== own || stopping.aborted) return;
      const topics = [...new Set(given.map(({ topic }) => topic))];
      const positions = await loadPlaces(database, group, topics).catch(() => null);
      for (const at of positions === null ? [] : given) {
        const position = positions?.get(keyOf(at)) ?? 0n;
        if (position < (own.get(keyOf(at)) ?? 0n)) goTo(at, position, own);
      }
    }
  }

  return {
    /** The member was given these partitions, and no others. */
    joined(given: readonly Place[]): void {
      const own: Places = new Map();
      places = own;
      known = lookUp(given, own);
      void check(given, own);
    },
    /** Where it is in the partitions of the present, once that is known. */
    async current(): Promise<Places> {
      await known;
      return places;
    },
    goTo,
  };
}
