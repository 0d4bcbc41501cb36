import type { Tx } from '@switchyard/database/database';
import { badInput } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import { type InvoiceAmounts, invoiceOf } from '../domain/invoice.ts';
import type { StretchUsage } from '../domain/invoice-lines.ts';
import { type BillingPeriod, billingPeriod, periodEndingAt } from '../domain/period.ts';
import type { Plan } from '../domain/plan.ts';
import { shareOf } from '../domain/pricing/proration.ts';
import { type PlanSchedule, type Stretch, stretchAt, stretchesOf } from '../domain/stretch.ts';
import type { CountedStretch, InvoiceSnapshot } from '../domain/usage-snapshot.ts';
import { accountsOf } from '../store/accounts.ts';
import { type MeterPosition, meterPositions, movedBy } from '../store/counted-usage.ts';
import { creditBalance } from '../store/credits.ts';
import { findInvoice, type IssuedInvoice } from '../store/invoices.ts';
import { discountsOf, invoicingOf } from '../store/invoicing.ts';
import { scheduleOf } from '../store/plan-changes.ts';
import { allMeters, plansById } from '../store/plans.ts';

const BEFORE_ALL = new Date(0);

/** An invoice as it would be: what it counts, and what follows from that. */
export type InvoicePreview = {
  readonly snapshot: InvoiceSnapshot;
  readonly period: BillingPeriod;
  readonly currency: string;
  readonly amounts: InvoiceAmounts;
};

/**
 * What the invoice would be if the period ended at `at`; null: now, with all that was recorded in the current period. The
 * end of a period that has been closed gives the invoice itself.
 * @throws PlatformError BAD_USER_INPUT for an `at` beyond the current period.
 */
export async function previewInvoice(
  tx: Tx,
  asked: { readonly tenantId: TenantId; readonly at: Date | null; readonly now: Date },
): Promise<InvoicePreview | IssuedInvoice> {
  const { tenantId, at, now } = asked;
  if (at !== null && at > billingPeriod(now).end) {
    throw badInput(`\`at\` must not lie beyond the current period, which ends at ${billingPeriod(now).end.toISOString()}.`, 'at');
  }
  const period = at === null ? billingPeriod(now) : periodEndingAt(at);
  const isWhole = at === null || at.getTime() === period.end.getTime();
  const issued = isWhole ? await findInvoice(tx, tenantId, { periodEnd: period.end }) : null;
  if (issued !== null) return issued;
  return await computeInvoice(tx, await takeSnapshot(tx, { tenantId, period, until: isWhole ? null : at, creditsAt: now }));
}

/**
 * What is to be invoiced for a period: its own stretches and, where all of it counts (`until` is null), what came late to
 * earlier ones.
 */
export async function takeSnapshot(
  tx: Tx,
  of: { readonly tenantId: TenantId; readonly period: BillingPeriod; readonly until: Date | null; readonly creditsAt: Date },
): Promise<InvoiceSnapshot> {
  const { tenantId, period, until } = of;
  const schedule = await scheduleOf(tx, tenantId);
  const positions = await meterPositions(tx, { tenantId, from: period.start, end: period.end });
  const own = stretchesOf(schedule, period).filter(({ start }) => until === null || start < until);
  const { closedUntil, taxPercent } = await invoicingOf(tx, tenantId);
  const closed = positions.filter(({ stretchStart }) => closedUntil !== null && stretchStart < closedUntil);
  const late = until === null ? lateStretches(schedule, closed, period) : [];
  const feeFrom = await feeStarts(tx, tenantId, schedule);
  const counted = [...late, ...own].map((stretch): CountedStretch => {
    const isLate = stretch.start < period.start;
    const here = positions.filter(({ stretchStart }) => stretchStart.getTime() === stretch.start.getTime());
    const invoiced = here.filter((position) => isLate && position.invoiced > 0);
    return {
      tenantId,
      planId: stretch.planId,
      periodStart: stretch.start,
      end: stretch.end,
      feeFrom: feeFrom(stretch),
      isLate,
      until: until !== null && until < stretch.end ? until : null,
      upTo: new Map(here.map(({ meter, records }) => [meter, records])),
      after: new Map(invoiced.map((position) => [position.meter, position.invoiced])),
    };
  });
  const currency = await currencyOf(tx, own);
  const terms = {
    taxPercent,
    discounts: await discountsOf(tx, tenantId, period.start),
    creditBalance: await creditBalance(tx, { tenantId, currency, at: of.creditsAt }),
  };
  return { tenantId, periodStart: period.start, stretches: counted, terms };
}

/** The invoice that a snapshot of the ledger gives: the computation that closing a period makes too. */
export async function computeInvoice(tx: Tx, snapshot: InvoiceSnapshot): Promise<InvoicePreview> {
  const plans = new Map(
    (
      await plansById(
        tx,
        snapshot.stretches.map((stretch) => stretch.planId),
      )
    ).map((plan) => [plan.id, plan]),
  );
  const period = billingPeriod(snapshot.periodStart);
  const stretches: StretchUsage[] = [];
  for (const stretch of snapshot.stretches) stretches.push(await stretchUsage(tx, stretch, planFrom(plans, stretch.planId)));
  const currency = planFrom(plans, snapshot.stretches.at(-1)?.planId ?? '').currency;
  const meters = await allMeters(tx);
  return { snapshot, period, currency, amounts: invoiceOf({ period, currency, stretches, meters, terms: snapshot.terms }) };
}

async function stretchUsage(tx: Tx, counted: CountedStretch, plan: Plan): Promise<StretchUsage> {
  const { periodStart: start, end, isLate, feeFrom } = counted;
  const period = billingPeriod(start);
  const share = shareOf({ start, end }, period, plan.prorationUnit);
  const feeShare = shareOf({ start: earlier(feeFrom, end), end }, period, plan.prorationUnit);
  return { start, end, plan, share, feeShare, isLate, usage: await movedBy(tx, counted) };
}

function earlier(a: Date, b: Date): Date {
  return new Date(Math.min(a.getTime(), b.getTime()));
}

function later(a: Date, b: Date): Date {
  return new Date(Math.max(a.getTime(), b.getTime()));
}

function planFrom(plans: ReadonlyMap<string, Plan>, id: string): Plan {
  const plan = plans.get(id);
  if (plan === undefined) throw badInput('There is no such plan.');
  return plan;
}

function lateStretches(schedule: PlanSchedule, positions: readonly MeterPosition[], period: BillingPeriod): Stretch[] {
  const starts = new Set(
    positions.map(({ stretchStart }) => stretchStart.getTime()).filter((start) => start < period.start.getTime()),
  );
  return [...starts].sort((a, b) => a - b).map((start) => stretchAt(schedule, new Date(start)));
}

/**
 * When base fees begin: not before the account did, and not before a plan's trial is over, so many days after the tenant first
 * came to the plan, in any version.
 */
async function feeStarts(tx: Tx, tenantId: TenantId, schedule: PlanSchedule): Promise<(stretch: Stretch) => Date> {
  const [account] = await accountsOf(tx, [tenantId]);
  const arrivals = [{ startsAt: account?.createdAt ?? BEFORE_ALL, planId: schedule.firstPlanId }, ...schedule.changes];
  const plans = new Map(
    (
      await plansById(
        tx,
        arrivals.map((each) => each.planId),
      )
    ).map((plan) => [plan.id, plan]),
  );
  return ({ planId, start }) => {
    const plan = plans.get(planId);
    const first = arrivals.find((each) => plans.get(each.planId)?.code === plan?.code);
    const trialMs = (plan?.trialDays ?? 0) * 86_400_000;
    return later(start, new Date((first?.startsAt ?? start).getTime() + trialMs));
  };
}

async function currencyOf(tx: Tx, stretches: readonly Stretch[]): Promise<string> {
  const last = stretches.at(-1);
  const [plan] = last === undefined ? [] : await plansById(tx, [last.planId]);
  if (plan === undefined) throw new Error('a stretch is on a plan that is not there');
  return plan.currency;
}
