import type { Tx } from '@switchyard/database/database';
import { appendEvents, type NewEvent } from '@switchyard/event-log/outbox';
import { formatDecimal } from '@switchyard/kernel/decimal';
import { newId, type TenantId, type UsageRecordId } from '@switchyard/kernel/ids';
import { allocate, placed, type UsageRecord } from '../domain/allocation.ts';
import type { Usage } from '../domain/usage.ts';
import { openAccounts } from '../store/accounts.ts';
import { schedulesOf } from '../store/plan-changes.ts';
import { meterMap } from '../store/plans.ts';
import { countersFor, insertRecords, lockAccounts, moveCounters, onlyNew } from '../store/usage-ledger.ts';
import { addToRollups } from '../store/usage-rollups.ts';
import { standingsFor } from '../store/usage-standings.ts';

export type Recorded = {
  readonly records: readonly UsageRecord[];
  /** How many of the usages had a record already, or came twice in this batch. */
  readonly duplicates: number;
};

/** Records what is new of a batch of usage, of one tenant or several, and says so in the log. */
export async function recordUsage(tx: Tx, usage: readonly Usage[], now: Date): Promise<Recorded> {
  if (usage.length === 0) return { records: [], duplicates: 0 };
  await takeLedger(
    tx,
    usage.map((each) => each.tenantId),
    now,
  );
  const fresh = await onlyNew(tx, usage);
  return { records: await addRecords(tx, fresh, now), duplicates: usage.length - fresh.length };
}

/** The sole right, until the transaction ends, to write these tenants' usage; makes the accounts that are missing. */
export async function takeLedger(tx: Tx, tenantIds: readonly TenantId[], now: Date): Promise<void> {
  await openAccounts(tx, tenantIds, now);
  await lockAccounts(tx, tenantIds);
}

/** The one way in which usage gets into the ledger. @param fresh usage without a record; its tenants' ledger is taken. */
export async function addRecords(tx: Tx, fresh: readonly Usage[], now: Date): Promise<readonly UsageRecord[]> {
  if (fresh.length === 0) return [];
  const schedules = await schedulesOf(
    tx,
    fresh.map((each) => each.tenantId),
  );
  const usage = placed(fresh, schedules);
  const meters = await meterMap(tx);
  const { standings, values } = await standingsFor(tx, usage, meters);
  const recording = { recordedAt: now, newId: () => newId<UsageRecordId>(), meters, standings };
  const { records, counters } = allocate(await countersFor(tx, usage), usage, recording);
  await insertRecords(tx, records);
  await moveCounters(tx, counters);
  await addToRollups(tx, records, meters, values);
  await appendEvents(tx, 'switchyard/billing', records.map(usageRecorded));
  return records;
}

function usageRecorded(record: UsageRecord): NewEvent<'usage.recorded'> {
  const { id = null, traceparent = null, correlationid = null } = record.cause ?? {};
  return {
    type: 'usage.recorded',
    tenantId: record.tenantId,
    subject: record.sessionId ?? record.tenantId,
    time: record.occurredAt,
    ...(id === null ? {} : { causationId: id }),
    ...(traceparent === null ? {} : { traceparent }),
    ...(correlationid === null ? {} : { correlationId: correlationid }),
    data: {
      usageRecordId: record.id,
      meter: record.meter,
      quantity: formatDecimal(record.quantity),
      occurredAt: record.occurredAt.toISOString(),
      source: record.source,
      estimated: record.estimated,
      episodeId: record.episodeId,
      toolCallId: record.toolCallId,
      ...(record.reverses === null ? {} : { reverses: record.reverses }),
    },
  };
}
