import type { EventEnvelope } from '@switchyard/contracts/envelope';
import type { Tx } from '@switchyard/database/database';
import { PermanentFailure } from '@switchyard/event-log/faults';
import type { TenantId } from '@switchyard/kernel/ids';
import { contributions } from '../domain/contributions.ts';
import { type Facts, factsOf, learn, type SubjectFact } from '../domain/facts.ts';
import { type Closed, createTally } from '../domain/tally.ts';
import { closedBefore } from '../domain/time-range.ts';
import { closeBuckets } from '../store/closing-store.ts';
import { loadFacts, lockTenants, type SubjectKey, saveFacts, type Watermark } from '../store/facts-store.ts';
import type { ReadModel } from '../store/read-model.ts';
import { applyBuckets, applyRollups } from '../store/rollup-store.ts';

/** A subject of which more is known than before. */
type Learned = SubjectKey & { readonly before: Facts; readonly facts: Facts };

type Lesson = { readonly learned: readonly Learned[]; readonly watermarks: ReadonlyMap<TenantId, Watermark> };

/**
 * Brings the read model from the facts it knows to those and what these events say. Whatever the order, the batches and the
 * repetitions in which events arrive, the tables end up the same: facts are, and the figures are their fold. Eight statements,
 * however many events, and six more when an hour of a tenant is over.
 */
export async function projectEvents(tx: Tx, model: ReadModel, events: readonly EventEnvelope[]): Promise<void> {
  const tally = createTally();
  const { learned, watermarks } = await learnEvents(tx, model, events);
  for (const { tenantId, before, facts } of learned) {
    for (const contribution of contributions(before)) tally.add(tenantId, contribution, -1);
    for (const contribution of contributions(facts)) tally.add(tenantId, contribution, 1);
  }
  const closed: Closed = (tenantId, granularity) => closedBefore(granularity, watermarks.get(tenantId)?.before ?? null);
  await applyRollups(tx, model, tally.rollups(closed));
  await applyBuckets(tx, model, tally.buckets(closed));
  await closeBuckets(tx, model, watermarks);
}

/** The part of it that concerns facts alone. */
async function learnEvents(tx: Tx, model: ReadModel, events: readonly EventEnvelope[]): Promise<Lesson> {
  if (events.length === 0) return { learned: [], watermarks: new Map() };
  // What a crash takes back of the effects, it takes back of the position too: nothing need wait for the disk.
  await tx.query('set local synchronous_commit to off');
  const news = newsBySubject(events);
  const watermarks = await lockTenants(tx, model, newestEvents(events));
  const known = new Map((await loadFacts(tx, model, [...news.values()])).map((row) => [keyOf(row), row.facts]));
  const learned: Learned[] = [];
  for (const [key, { tenantId, subject, said }] of news) {
    const before = known.get(key) ?? {};
    const facts = learn(before, said);
    if (said.some(({ key: fact }) => facts[fact] !== before[fact])) learned.push({ tenantId, subject, before, facts });
  }
  await saveFacts(tx, model, learned);
  return { learned, watermarks };
}

/** What these events say by themselves, subject by subject. */
export function lessonsOf(events: readonly EventEnvelope[]): (SubjectKey & { readonly facts: Facts })[] {
  return [...newsBySubject(events).values()].map(({ tenantId, subject, said }) => ({
    tenantId,
    subject,
    facts: learn({}, said),
  }));
}

type News = SubjectKey & { readonly said: SubjectFact[] };

function newsBySubject(events: readonly EventEnvelope[]): Map<string, News> {
  const news = new Map<string, News>();
  for (const event of events) {
    for (const fact of factsFrom(event)) {
      const subject = { tenantId: event.tenantid, subject: fact.subject };
      const known = news.get(keyOf(subject));
      if (known === undefined) news.set(keyOf(subject), { ...subject, said: [fact] });
      else known.said.push(fact);
    }
  }
  return news;
}

/** What can never be counted goes to the dead letters at once. */
function factsFrom(event: EventEnvelope): readonly SubjectFact[] {
  try {
    return factsOf(event);
  } catch (error) {
    if (error instanceof RangeError) throw new PermanentFailure(error.message, { cause: error });
    throw error;
  }
}

export function newestEvents(events: readonly EventEnvelope[]): Map<TenantId, Date> {
  const newest = new Map<TenantId, Date>();
  for (const { tenantid, time } of events) {
    const at = new Date(time);
    const known = newest.get(tenantid);
    if (known === undefined || known < at) newest.set(tenantid, at);
  }
  return newest;
}

function keyOf({ tenantId, subject }: SubjectKey): string {
  return `${tenantId} ${subject}`;
}
