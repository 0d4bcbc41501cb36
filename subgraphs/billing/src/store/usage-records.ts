import type { FilterQuery } from '@mikro-orm/core';
import type { Tx } from '@switchyard/database/database';
import type { EpisodeId, TenantId, ToolCallId, UsageRecordId } from '@switchyard/kernel/ids';
import type { TimeRange } from '../domain/time-range.ts';
import type { UsageSnapshot } from '../domain/usage-snapshot.ts';
import { MeterEntity, UsageRecordEntity, type UsageRecordRow } from './entities.ts';

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

/** Which records of a stretch a line holds. */
export type LineSnapshot = Pick<UsageSnapshot, 'periodStart' | 'until' | 'upTo' | 'after'>;

type LinePage = { readonly meter: string; readonly before: number | null; readonly limit: number };

/**
 * The records behind a line, last recorded first: for SUM and COUNT all of one meter that a snapshot counts; for MAX the one
 * that set it; for UNIQUE the first of each value. @param page.before number of the record that the page goes on after.
 */
export async function recordsOfLine(tx: Tx, snapshot: LineSnapshot, page: LinePage): Promise<readonly UsageRecordRow[]> {
  const last = snapshot.upTo.get(page.meter) ?? 0;
  const meter = await tx.em.findOne(MeterEntity, { code: page.meter });
  if (meter?.aggregation === 'MAX' || meter?.aggregation === 'UNIQUE') {
    const numbers = await countedNumbers(tx, snapshot, { ...page, last, uniqueBy: meter.uniqueBy ?? null });
    return await tx.em.find(
      UsageRecordEntity,
      { meter: page.meter, periodStart: snapshot.periodStart, seq: { $in: numbers } },
      { orderBy: { seq: 'desc' } },
    );
  }
  const upTo = page.before === null ? last : Math.min(last, page.before - 1);
  return await tx.em.find(
    UsageRecordEntity,
    {
      meter: page.meter,
      periodStart: snapshot.periodStart,
      seq: { $gt: snapshot.after.get(page.meter) ?? 0, $lte: upTo },
      ...(snapshot.until === null ? {} : { occurredAt: { $lt: snapshot.until } }),
    },
    { orderBy: { seq: 'desc' }, limit: page.limit },
  );
}

/** Of MAX (no `uniqueBy`) the first of the largest, of UNIQUE the first of each value, as the snapshot had them. */
async function countedNumbers(
  tx: Tx,
  { periodStart, until, after }: LineSnapshot,
  page: LinePage & { readonly last: number; readonly uniqueBy: string | null },
): Promise<number[]> {
  const rows = await tx.query<{ seq: string }>(
    `select seq from (
       select distinct on (value) seq from (
         select record.seq, record.quantity, case when $4::text is null then '' else record.dimensions ->> $4 end as value
           from billing.usage_record as record
          where record.meter = $1 and record.period_start = $2 and record.seq <= $3 and record.reverses is null
            and ($5::timestamptz is null or record.occurred_at < $5)
            and not exists (select from billing.usage_record as reversal
                             where reversal.tenant_id = record.tenant_id and reversal.reverses = record.id and reversal.seq <= $3)) as counted
        order by value, case when $4::text is null then quantity else 0 end desc, seq) as first
      where seq > $8 and ($6::bigint is null or seq < $6)
      order by seq desc limit $7`,
    [page.meter, periodStart, page.last, page.uniqueBy, until, page.before, page.limit, after.get(page.meter) ?? 0],
  );
  return rows.map((row) => Number(row.seq));
}

export type Replaceable = UsageRecordRow & { readonly isReversed: boolean };

/** Records by what they are known by, and whether they were taken back already. */
export async function replaceableRecords(tx: Tx, sourceIds: readonly string[]): Promise<ReadonlyMap<string, Replaceable>> {
  if (sourceIds.length === 0) return new Map();
  const records = await tx.em.find(UsageRecordEntity, { sourceId: { $in: [...sourceIds] } });
  const reversals = await tx.em.find(UsageRecordEntity, { reverses: { $in: records.map((record) => record.id) } });
  const reversed = new Set(reversals.map((reversal) => reversal.reverses));
  return new Map(records.map((record) => [record.sourceId, { ...record, isReversed: reversed.has(record.id) }]));
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

/** What was estimated of one call to a model, whether it still stands or not. */
export async function estimatesOfCall(
  tx: Tx,
  call: { readonly tenantId: TenantId; readonly episodeId: EpisodeId; readonly modelCallId: string },
): Promise<readonly UsageRecordRow[]> {
  const { tenantId, episodeId, modelCallId } = call;
  const ofEpisode = await tx.em.find(UsageRecordEntity, { tenantId, episodeId, estimated: true, reverses: null });
  return ofEpisode.filter(({ dimensions }) => dimensions.modelCallId === modelCallId);
}
