import type { Database, Tx } from '@switchyard/database/database';
import { Decimal, formatDecimal, ZERO } from '@switchyard/kernel/decimal';
import type { TenantId } from '@switchyard/kernel/ids';
import {
  type EndedHold,
  type Hold,
  type QuotaChange,
  type QuotaQuestion,
  type QuotaStore,
  type QuotaView,
  windowKey,
} from './quota-store.ts';

/** Class of the advisory locks that put one tenant's changes in order. */
const LOCK_CLASS = 4_207_010;

/**
 * Reservations in PostgreSQL, beside the ledger. A tenant's changes wait for each other at an advisory lock, not at the
 * account's row: whoever records usage holds that one, and need not be waited for, because what was used and what is held are
 * read by one statement, which sees the recording of a usage and the end of its reservation both, or neither.
 */
export function createPostgresQuotaStore(database: Database): QuotaStore {
  return {
    change: async (question, expiresAt, decide) => {
      await database.tenant(question.tenantId, async (tx) => {
        await lockQuotas(tx, question.tenantId);
        const change = decide(await viewOf(tx, question));
        await removeLapsed(tx, question);
        await apply(tx, question.tenantId, expiresAt, change);
      });
    },
    end: endHolds,
  };
}

export async function lockQuotas(tx: Tx, tenantId: TenantId): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(${LOCK_CLASS}, hashtext($1))`, [tenantId]);
}

type Row = {
  kind: 'used' | 'held' | 'hold';
  nr: number | null;
  key: string | null;
  meter: string;
  subject: string | null;
  quantity: string;
  apiKeyId: string | null;
  endUserId: string | null;
};

/** A plan that changes within a period begins new counters (domain/stretch.ts): the period has all of them. */
const VIEW = `
with asked as (
       select * from unnest($2::text[], $3::text[], $4::timestamptz[], $5::text[], $8::timestamptz[])
                with ordinality as asked (meter, period, start, subject, until, nr)),
     live as (select * from billing.quota_hold where tenant_id = $1 and expires_at > $6)
select 'used' as kind, asked.nr::int, null as key, asked.meter, asked.subject,
       case meter.aggregation when 'MAX' then max(counter.quantity) else sum(counter.quantity) end as quantity,
       null as "apiKeyId", null as "endUserId"
  from asked
  join billing.usage_counter as counter
    on asked.period = 'BILLING_PERIOD' and asked.subject = '' and counter.tenant_id = $1
   and counter.meter = asked.meter and counter.period_start >= asked.start and counter.period_start < asked.until
  left join billing.meter as meter on meter.code = asked.meter
 group by asked.nr, asked.meter, asked.subject, meter.aggregation
 union all
select 'used', asked.nr::int, null, asked.meter, asked.subject, rollup.quantity, null, null
  from asked join billing.usage_rollup as rollup
    on asked.period <> 'BILLING_PERIOD' and asked.subject = '' and rollup.tenant_id = $1
   and rollup.meter = asked.meter and rollup.granularity = asked.period and rollup.at = asked.start
 union all
select 'used', asked.nr::int, null, asked.meter, asked.subject, used.quantity, null, null
  from asked join billing.quota_usage as used
    on asked.subject <> '' and used.tenant_id = $1 and used.subject = asked.subject
   and used.meter = asked.meter and used.period = asked.period and used.window_start = asked.start
 union all
select 'held', null, null, meter, '', sum(quantity), null, null from live group by meter
 union all
select 'held', null, null, live.meter, whose.subject, sum(live.quantity), null, null
  from (select distinct subject from asked where subject <> '') as whose
  join live on whose.subject = 'key:' || live.api_key_id or whose.subject = 'user:' || live.end_user_id
 group by live.meter, whose.subject
 union all
select 'hold', null, key, meter, null, quantity, api_key_id, end_user_id from live where key = any($7)`;

export async function viewOf(tx: Tx, { tenantId, now, windows, keys }: QuotaQuestion): Promise<QuotaView> {
  const rows = await tx.query<Row>(VIEW, [
    tenantId,
    windows.map((each) => each.meter),
    windows.map((each) => each.window.period),
    windows.map((each) => each.window.start),
    windows.map((each) => each.subject),
    now,
    [...keys],
    windows.map((each) => each.window.end),
  ]);
  const used = new Map<string, Decimal>();
  const held = new Map<string, Decimal>();
  const holds: Hold[] = [];
  for (const { kind, nr, key, meter, subject, quantity, apiKeyId, endUserId } of rows) {
    const asked = windows[(nr ?? 0) - 1];
    if (kind === 'used' && asked !== undefined)
      used.set(windowKey(asked.meter, asked.window, asked.subject), new Decimal(quantity));
    if (kind === 'held') held.set(`${meter} ${subject}`, new Decimal(quantity));
    if (kind === 'hold' && key !== null) holds.push({ key, meter, quantity: new Decimal(quantity), apiKeyId, endUserId });
  }
  const byKey = Map.groupBy(holds, (hold) => hold.key);
  return {
    used: (meter, window, subject) => used.get(windowKey(meter, window, subject)) ?? ZERO,
    held: (meter, subject) => held.get(`${meter} ${subject}`) ?? ZERO,
    holdsOf: (key) => byKey.get(key) ?? [],
  };
}

/** What has lapsed counts for nothing already; a key that was reserved again must not meet its own old row. */
async function removeLapsed(tx: Tx, { tenantId, now }: QuotaQuestion): Promise<void> {
  await tx.query('delete from billing.quota_hold where tenant_id = $1 and expires_at <= $2', [tenantId, now]);
}

async function apply(tx: Tx, tenantId: TenantId, expiresAt: Date, { add, remove }: QuotaChange): Promise<void> {
  if (remove.length > 0) {
    await tx.query(
      `delete from billing.quota_hold using unnest($2::text[], $3::text[]) as gone (key, meter)
        where tenant_id = $1 and quota_hold.key = gone.key and quota_hold.meter = gone.meter`,
      [tenantId, remove.map((each) => each.key), remove.map((each) => each.meter)],
    );
  }
  if (add.length === 0) return;
  await tx.query(
    `insert into billing.quota_hold (tenant_id, key, meter, quantity, api_key_id, end_user_id, expires_at)
     select $1, key, meter, quantity, api_key_id, end_user_id, $7
       from unnest($2::text[], $3::text[], $4::numeric[], $5::text[], $6::text[]) as new (key, meter, quantity, api_key_id, end_user_id)
         on conflict (tenant_id, key, meter) do update set quantity = excluded.quantity, expires_at = excluded.expires_at`,
    [
      tenantId,
      add.map((each) => each.key),
      add.map((each) => each.meter),
      add.map((each) => formatDecimal(each.quantity)),
      add.map((each) => each.apiKeyId),
      add.map((each) => each.endUserId),
      expiresAt,
    ],
  );
}

export async function endHolds(tx: Tx, ended: readonly EndedHold[]): Promise<(Hold & { tenantId: string })[]> {
  if (ended.length === 0) return [];
  const rows = await tx.query<Row & { tenantId: string; key: string }>(
    `delete from billing.quota_hold as hold using unnest($1::uuid[], $2::text[], $3::text[]) as gone (tenant_id, key, meter)
      where hold.tenant_id = gone.tenant_id and hold.key = gone.key and (gone.meter is null or hold.meter = gone.meter)
     returning hold.tenant_id as "tenantId", hold.key, hold.meter, hold.quantity, hold.api_key_id as "apiKeyId", hold.end_user_id as "endUserId"`,
    [ended.map((each) => each.tenantId), ended.map((each) => each.key), ended.map((each) => each.meter)],
  );
  return rows.map(({ tenantId, key, meter, quantity, apiKeyId, endUserId }) => {
    return { tenantId, key, meter, quantity: new Decimal(quantity), apiKeyId, endUserId };
  });
}
