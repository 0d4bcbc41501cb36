import type { Tx } from '@switchyard/database/database';
import { Decimal, formatDecimal } from '@switchyard/kernel/decimal';
import type { TenantId } from '@switchyard/kernel/ids';
import { type Counter, countersMoved, type PlacedUsage, type UsageRecord } from '../domain/allocation.ts';
import type { Usage } from '../domain/usage.ts';

/**
 * Writes of usage, in SQL over arrays: a batch of any size is six statements. All of it happens under the lock of the
 * tenants' accounts, so that of two writers of the same tenant one waits: whether a usage is new, its number, and the total
 * that it brings its meter to, are then read and written as if alone.
 */

/** Waits for, and keeps until the transaction ends, the right to write these tenants' usage. In one order, so that two never wait for each other. */
export async function lockAccounts(tx: Tx, tenantIds: readonly TenantId[]): Promise<void> {
  await tx.query(`select from billing.billing_account where tenant_id = any($1::uuid[]) order by tenant_id for no key update`, [
    [...new Set(tenantIds)],
  ]);
}

/** Usage that has no record yet, each once. Needs the accounts' lock. */
export async function onlyNew(tx: Tx, usage: readonly Usage[]): Promise<readonly Usage[]> {
  const once = new Map<string, Usage>();
  for (const each of usage) {
    const key = sourceKey(each.tenantId, each.sourceId);
    if (!once.has(key)) once.set(key, each);
  }
  const told = [...once.values()];
  const known = await tx.query<{ tenantId: string; sourceId: string }>(
    `select tenant_id as "tenantId", source_id as "sourceId"
       from billing.usage_record
       join unnest($1::uuid[], $2::text[]) as told (tenant_id, source_id) using (tenant_id, source_id)`,
    [told.map((each) => each.tenantId), told.map((each) => each.sourceId)],
  );
  for (const { tenantId, sourceId } of known) once.delete(sourceKey(tenantId, sourceId));
  return [...once.values()];
}

function sourceKey(tenantId: string, sourceId: string): string {
  return `${tenantId} ${sourceId}`;
}

/** The counters that this usage will move, as far as they stand already. Needs the accounts' lock. */
export async function countersFor(tx: Tx, usage: readonly PlacedUsage[]): Promise<readonly Counter[]> {
  const wanted = countersMoved(usage);
  const rows = await tx.query<{ nr: number; quantity: string; records: string }>(
    `select wanted.nr::int, counter.quantity, counter.records
       from unnest($1::uuid[], $2::text[], $3::timestamptz[]) with ordinality as wanted (tenant_id, meter, period_start, nr)
       join billing.usage_counter as counter using (tenant_id, meter, period_start)`,
    [wanted.map((each) => each.tenantId), wanted.map((each) => each.meter), wanted.map((each) => each.periodStart)],
  );
  return rows.flatMap(({ nr, quantity, records }) => {
    const counter = wanted[nr - 1];
    return counter === undefined ? [] : [{ ...counter, quantity: new Decimal(quantity), records: Number(records) }];
  });
}

/** @throws on a usage that has a record already, which the accounts' lock rules out: nothing of the batch is then kept. */
export async function insertRecords(tx: Tx, records: readonly UsageRecord[]): Promise<void> {
  const column = <T>(of: (record: UsageRecord) => T): T[] => records.map(of);
  await tx.query(
    `insert into billing.usage_record
            (id, tenant_id, meter, quantity, occurred_at, recorded_at, source, source_id, dimensions, estimated,
             session_id, episode_id, tool_call_id, period_start, seq, running_total, reverses, counted)
     select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::numeric[], $5::timestamptz[], $6::timestamptz[], $7::text[],
                          $8::text[], $9::jsonb[], $10::boolean[], $11::uuid[], $12::uuid[], $13::uuid[], $14::timestamptz[],
                          $15::bigint[], $16::numeric[], $17::uuid[], $18::numeric[])`,
    [
      column((record) => record.id),
      column((record) => record.tenantId),
      column((record) => record.meter),
      column((record) => formatDecimal(record.quantity)),
      column((record) => record.occurredAt),
      column((record) => record.recordedAt),
      column((record) => record.source),
      column((record) => record.sourceId),
      column((record) => JSON.stringify(record.dimensions)),
      column((record) => record.estimated),
      column((record) => record.sessionId),
      column((record) => record.episodeId),
      column((record) => record.toolCallId),
      column((record) => record.periodStart),
      column((record) => record.seq),
      column((record) => formatDecimal(record.runningTotal)),
      column((record) => record.reverses),
      column((record) => formatDecimal(record.counted)),
    ],
  );
}

export async function moveCounters(tx: Tx, counters: readonly Counter[]): Promise<void> {
  await tx.query(
    `insert into billing.usage_counter (tenant_id, meter, period_start, quantity, records)
     select * from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::numeric[], $5::bigint[])
         on conflict (tenant_id, meter, period_start)
         do update set quantity = excluded.quantity, records = excluded.records`,
    [
      counters.map((counter) => counter.tenantId),
      counters.map((counter) => counter.meter),
      counters.map((counter) => counter.periodStart),
      counters.map((counter) => formatDecimal(counter.quantity)),
      counters.map((counter) => counter.records),
    ],
  );
}
