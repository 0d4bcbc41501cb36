import type { Tx } from '@switchyard/database/database';
import type { TierHealth } from '../domain/tier-health.ts';

/** By tier; a tier that is not in it has never had an error. */
export async function readTierHealth(tx: Tx): Promise<ReadonlyMap<string, TierHealth>> {
  return await select(tx, '', []);
}

/** For a writer: the rows stay locked, in one order for everyone, until the transaction ends. */
export async function lockTierHealth(tx: Tx, tiers: readonly string[]): Promise<Map<string, TierHealth>> {
  await tx.query(
    `insert into router.tier_health (tier, consecutive_errors, updated_at)
     select tier, 0, now() from unnest($1::text[]) as t (tier) order by tier on conflict (tier) do nothing`,
    [tiers],
  );
  return await select(tx, 'where tier = any($1::text[]) order by tier for update', [tiers]);
}

export async function writeTierHealth(tx: Tx, health: ReadonlyMap<string, TierHealth>, at: Date): Promise<void> {
  const rows = [...health].map(([tier, { consecutiveErrors, restsUntil }]) => ({ tier, consecutiveErrors, restsUntil }));
  await tx.query(
    `update router.tier_health h
        set consecutive_errors = n."consecutiveErrors", rests_until = n."restsUntil", updated_at = $2
       from json_to_recordset($1::json) as n (tier text, "consecutiveErrors" int, "restsUntil" timestamptz)
      where h.tier = n.tier`,
    [JSON.stringify(rows), at.toISOString()],
  );
}

type Row = { readonly tier: string; readonly consecutive_errors: number; readonly rests_until_ms: number | null };

async function select(tx: Tx, clause: string, parameters: readonly unknown[]): Promise<Map<string, TierHealth>> {
  const rows = await tx.query<Row>(
    `select tier, consecutive_errors, (extract(epoch from rests_until) * 1000)::float8 as rests_until_ms
       from router.tier_health ${clause}`,
    parameters,
  );
  return new Map(
    rows.map((row) => [
      row.tier,
      {
        consecutiveErrors: row.consecutive_errors,
        restsUntil: row.rests_until_ms === null ? null : new Date(Math.round(row.rests_until_ms)),
      },
    ]),
  );
}
