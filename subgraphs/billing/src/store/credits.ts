import type { Tx } from '@switchyard/database/database';
import { Decimal, formatDecimal, sum } from '@switchyard/kernel/decimal';
import type { TenantId } from '@switchyard/kernel/ids';
import { type CreditGrant, type CreditUse, usable } from '../domain/pricing/adjustments.ts';

export type NewGrant = {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly amount: Decimal;
  readonly currency: string;
  readonly reason: string;
  readonly expiresAt: Date | null;
  readonly grantedAt: Date;
};

/** Credits in the currency, whatever is left of them, expired ones too. */
export async function grantsOf(tx: Tx, tenantId: TenantId, currency: string): Promise<readonly CreditGrant[]> {
  const rows = await tx.query<{ id: string; remaining: string; expiresMs: number | null; grantedMs: number }>(
    `select id, amount - coalesce((select sum(used.amount) from billing.credit_use as used
                                    where used.tenant_id = credit.tenant_id and used.grant_id = credit.id), 0) as remaining,
            (extract(epoch from expires_at) * 1000)::float8 as "expiresMs", (extract(epoch from granted_at) * 1000)::float8 as "grantedMs"
       from billing.credit_grant as credit where tenant_id = $1 and currency = $2`,
    [tenantId, currency],
  );
  return rows.map(({ id, remaining, expiresMs, grantedMs }) => ({
    id,
    remaining: new Decimal(remaining),
    expiresAt: expiresMs === null ? null : new Date(expiresMs),
    grantedAt: new Date(grantedMs),
  }));
}

/** What can be used at `at`. */
export async function creditBalance(tx: Tx, of: { tenantId: TenantId; currency: string; at: Date }): Promise<Decimal> {
  return sum(usable(await grantsOf(tx, of.tenantId, of.currency), of.at).map((grant) => grant.remaining));
}

export async function addGrant(tx: Tx, grant: NewGrant): Promise<void> {
  const { id, tenantId, amount, currency, reason, expiresAt, grantedAt } = grant;
  await tx.query(
    `insert into billing.credit_grant (id, tenant_id, amount, currency, reason, expires_at, granted_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, tenantId, formatDecimal(amount), currency, reason, expiresAt, grantedAt],
  );
}

export async function addUses(tx: Tx, of: { tenantId: TenantId; invoiceId: string; uses: readonly CreditUse[] }): Promise<void> {
  await tx.query(
    `insert into billing.credit_use (tenant_id, invoice_id, grant_id, amount)
     select $1, $2, * from unnest($3::uuid[], $4::numeric[])`,
    [of.tenantId, of.invoiceId, of.uses.map((use) => use.grantId), of.uses.map((use) => formatDecimal(use.amount))],
  );
}
