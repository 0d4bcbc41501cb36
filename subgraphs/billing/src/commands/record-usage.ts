import type { Tx } from '@switchyard/database/database';
import { appendEvents, type NewEvent } from '@switchyard/event-log/outbox';
import { formatDecimal } from '@switchyard/kernel/decimal';
import { newId, type UsageRecordId } from '@switchyard/kernel/ids';
import { allocate, type UsageRecord } from '../domain/allocation.ts';
import type { Usage } from '../domain/usage.ts';
import { openAccounts } from '../store/accounts.ts';
import { addToRollups, countersFor, insertRecords, lockAccounts, moveCounters, onlyNew } from '../store/usage-ledger.ts';

export type Recorded = {
  readonly records: readonly UsageRecord[];
  /** How many of the usages had a record already, or came twice in this batch. */
  readonly duplicates: number;
};

/** Records what is new of a batch of usage, of one tenant or several, and says so in the log. The one way in which usage gets into the ledger. */
export async function recordUsage(tx: Tx, usage: readonly Usage[], now: Date): Promise<Recorded> {
  if (usage.length === 0) return { records: [], duplicates: 0 };
  const tenantIds = usage.map((each) => each.tenantId);
  await openAccounts(tx, tenantIds, now);
  await lockAccounts(tx, tenantIds);
  const fresh = await onlyNew(tx, usage);
  if (fresh.length > 0) {
    const placed = allocate(await countersFor(tx, fresh), fresh, { recordedAt: now, newId: () => newId<UsageRecordId>() });
    await insertRecords(tx, placed.records);
    await moveCounters(tx, placed.counters);
    await addToRollups(tx, placed.records);
    await appendEvents(tx, 'switchyard/billing', placed.records.map(usageRecorded));
    return { records: placed.records, duplicates: usage.length - fresh.length };
  }
  return { records: [], duplicates: usage.length };
}

function usageRecorded(record: UsageRecord): NewEvent<'usage.recorded'> {
  const { traceparent, correlationid } = record.cause;
  return {
    type: 'usage.recorded',
    tenantId: record.tenantId,
    subject: record.sessionId ?? record.tenantId,
    time: record.occurredAt,
    causationId: record.cause.id,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(correlationid === undefined ? {} : { correlationId: correlationid }),
    data: {
      usageRecordId: record.id,
      meter: record.meter,
      quantity: formatDecimal(record.quantity),
      occurredAt: record.occurredAt.toISOString(),
      source: record.source,
      estimated: record.estimated,
      episodeId: record.episodeId,
      toolCallId: record.toolCallId,
    },
  };
}
