import type { FilterQuery } from '@mikro-orm/core';
import type { Tx } from '@switchyard/database/database';
import type { EpisodeId, ToolCallId, UsageRecordId } from '@switchyard/kernel/ids';
import type { TimeRange } from '../domain/time-range.ts';
import type { UsageSnapshot } from '../domain/usage-snapshot.ts';
import { UsageRecordEntity, type UsageRecordRow } from './entities.ts';

export type UsageRecordFilter = {
  readonly meter: string | null;
  readonly range: TimeRange | null;
};

/** Where a page goes on, in the order that {@link newestRecords} has. */
export type RecordPosition = { readonly occurredAt: Date; readonly id: UsageRecordId };

/** Newest first by occurrence. */
export async function newestRecords(
  tx: Tx,
  asked: UsageRecordFilter & { readonly after: RecordPosition | null; readonly limit: number },
): Promise<readonly UsageRecordRow[]> {
  const { meter, range, after, limit } = asked;
  const where: FilterQuery<UsageRecordRow>[] = [];
  if (meter !== null) where.push({ meter });
  if (range !== null) where.push({ occurredAt: { $gte: range.from, $lt: range.to } });
  if (after !== null) {
    const { occurredAt, id } = after;
    // The first half is implied by the second; it lets the index begin at the page.
    where.push({ occurredAt: { $lte: occurredAt } }, { $or: [{ occurredAt: { $lt: occurredAt } }, { id: { $lt: id } }] });
  }
  return await tx.em.find(UsageRecordEntity, { $and: where }, { orderBy: { occurredAt: 'desc', id: 'desc' }, limit });
}

/** The records of one meter that a snapshot counts, last recorded first. @param before number of the record that the page goes on after. */
export async function recordsOfLine(
  tx: Tx,
  snapshot: UsageSnapshot,
  page: { readonly meter: string; readonly before: number | null; readonly limit: number },
): Promise<readonly UsageRecordRow[]> {
  const last = snapshot.upTo.get(page.meter) ?? 0;
  const upTo = page.before === null ? last : Math.min(last, page.before - 1);
  return await tx.em.find(
    UsageRecordEntity,
    {
      meter: page.meter,
      periodStart: snapshot.periodStart,
      seq: { $lte: upTo },
      ...(snapshot.until === null ? {} : { occurredAt: { $lt: snapshot.until } }),
    },
    { orderBy: { seq: 'desc' }, limit: page.limit },
  );
}

export async function recordsById(tx: Tx, ids: readonly UsageRecordId[]): Promise<readonly UsageRecordRow[]> {
  return await tx.em.find(UsageRecordEntity, { id: { $in: [...ids] } });
}

export async function recordsOfEpisodes(tx: Tx, ids: readonly EpisodeId[]): Promise<readonly UsageRecordRow[]> {
  return await tx.em.find(UsageRecordEntity, { episodeId: { $in: [...ids] } }, { orderBy: { occurredAt: 'asc', id: 'asc' } });
}

export async function recordsOfToolCalls(tx: Tx, ids: readonly ToolCallId[]): Promise<readonly UsageRecordRow[]> {
  return await tx.em.find(UsageRecordEntity, { toolCallId: { $in: [...ids] } }, { orderBy: { occurredAt: 'asc', id: 'asc' } });
}
