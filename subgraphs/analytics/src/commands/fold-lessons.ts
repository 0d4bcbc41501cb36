import type { EventEnvelope } from '@switchyard/contracts/envelope';
import type { Tx } from '@switchyard/database/database';
import { contributions } from '../domain/contributions.ts';
import { type Closed, createTally } from '../domain/tally.ts';
import { closedBefore } from '../domain/time-range.ts';
import { lockTenants } from '../store/facts-store.ts';
import { insertFacts, joinDoubledRows, mergedLessons, stageLessons } from '../store/lesson-store.ts';
import { insertBuckets, insertRollups } from '../store/rollup-store.ts';
import { lessonsOf, newestEvents } from './project-events.ts';

/** Memory is bounded by it: about two kilobytes a subject. */
const SUBJECTS_A_PAGE = 10_000;

/** The first part of a rebuild: what these events say is put aside. */
export async function gatherLessons(tx: Tx, events: readonly EventEnvelope[]): Promise<void> {
  const lessons = lessonsOf(events);
  await lockTenants(tx, 'analytics_rebuild', newestEvents(events));
  await stageLessons(tx, lessons);
}

/**
 * The second part: facts and figures of minutes, from all that was put aside. A subject counts once, as it is known in the end,
 * and every row is written once. The next page is read, in a transaction of its own, while this one is written.
 */
export async function foldLessons(from: Tx, to: Tx, goOn: () => void): Promise<void> {
  for await (const page of mergedLessons(from, SUBJECTS_A_PAGE)) {
    goOn();
    if (page.length === 0) continue;
    const tally = createTally();
    for (const { tenantId, facts } of page) {
      for (const contribution of contributions(facts)) tally.add(tenantId, contribution, 1);
    }
    await insertFacts(to, page);
    await insertRollups(to, tally.rollups(minutesAlone));
    await insertBuckets(to, tally.buckets(minutesAlone));
  }
  await joinDoubledRows(to);
}

const minutesAlone: Closed = (_tenantId, granularity) => closedBefore(granularity, null);
