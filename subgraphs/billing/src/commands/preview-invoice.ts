import type { Tx } from '@switchyard/database/database';
import { badInput } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import { type InvoiceLine, invoiceLines } from '../domain/invoice.ts';
import { type BillingPeriod, billingPeriod, periodEndingAt } from '../domain/period.ts';
import type { Plan } from '../domain/plan.ts';
import type { UsageSnapshot } from '../domain/usage-snapshot.ts';
import { accountOf } from '../store/accounts.ts';
import { allMeters, plansById } from '../store/plans.ts';
import { lastRecords, quantitiesOf } from '../store/usage-totals.ts';

/** An invoice as it would be: the records it counts, the plan it is made by, and the lines that follow. */
export type InvoicePreview = {
  readonly snapshot: UsageSnapshot;
  readonly period: BillingPeriod;
  readonly plan: Plan;
  readonly lines: readonly InvoiceLine[];
};

/**
 * What the invoice would be if the period ended at `at`; null: now, with all that was recorded in the current period.
 * @throws PlatformError BAD_USER_INPUT for an `at` beyond the current period.
 */
export async function previewInvoice(
  tx: Tx,
  asked: { readonly tenantId: TenantId; readonly at: Date | null; readonly now: Date },
): Promise<InvoicePreview> {
  const { tenantId, at, now } = asked;
  if (at !== null && at > billingPeriod(now).end) {
    throw badInput(`\`at\` must not lie beyond the current period, which ends at ${billingPeriod(now).end.toISOString()}.`, 'at');
  }
  const period = at === null ? billingPeriod(now) : periodEndingAt(at);
  const { planId } = await accountOf(tx, tenantId);
  const upTo = await lastRecords(tx, period.start);
  const until = at === null || at.getTime() === period.end.getTime() ? null : at;
  const invoice = await invoiceOf(tx, { tenantId, planId, periodStart: period.start, until, upTo });
  if (invoice === null) throw new Error(`account ${tenantId} is on a plan that is not there: ${planId}`);
  return invoice;
}

/** The invoice that a snapshot of the ledger gives: the computation that closing a period makes too. Null when it names no plan. */
export async function invoiceOf(tx: Tx, snapshot: UsageSnapshot): Promise<InvoicePreview | null> {
  const [plan] = await plansById(tx, [snapshot.planId]);
  if (plan === undefined) return null;
  const usage = await quantitiesOf(tx, snapshot);
  const lines = invoiceLines({ plan, meters: await allMeters(tx), usage });
  return { snapshot, period: billingPeriod(snapshot.periodStart), plan, lines };
}
