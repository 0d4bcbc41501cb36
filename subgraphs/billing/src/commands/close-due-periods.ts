import type { Database } from '@switchyard/database/database';
import type { TenantId } from '@switchyard/kernel/ids';
import { billingPeriod } from '../domain/period.ts';
import { accountsDue } from '../store/accounts.ts';
import { invoicingOf } from '../store/invoicing.ts';
import { closePeriod, openSince } from './close-period.ts';

/** How long after its end a period is closed by itself: what was used in its last minutes is on its way. */
export const CLOSE_AFTER_MS = 3_600_000;

const AT_ONCE = 200;

export type Closed = { readonly invoices: number; readonly faults: number };

/**
 * Closes every period of every tenant that has been over for an hour, each in a transaction of its own: killed at any point, the
 * next run goes on; run by two at once, each period is closed once; a tenant whose period cannot be closed is told of and tried
 * again next time, while all others go on.
 */
export async function closeDuePeriods(
  of: { readonly database: Database; readonly onFault: (error: unknown, tenantId: TenantId) => void },
  now: Date,
): Promise<Closed> {
  const { database, onFault } = of;
  const current = billingPeriod(new Date(now.getTime() - CLOSE_AFTER_MS)).start;
  let [invoices, faults] = [0, 0];
  for (let after: TenantId | null = null; ; ) {
    const from: TenantId | null = after;
    const due: readonly TenantId[] = await database.crossTenant('maintenance', (tx) =>
      accountsDue(tx, { current, after: from, limit: AT_ONCE }),
    );
    for (const tenantId of due) {
      try {
        invoices += await closeUntil(database, { tenantId, current, now });
      } catch (error) {
        faults += 1;
        onFault(error, tenantId);
      }
    }
    after = due.at(-1) ?? null;
    if (after === null) return { invoices, faults };
  }
}

/** One period after the other, until the one that is running. */
async function closeUntil(
  database: Database,
  of: { readonly tenantId: TenantId; readonly current: Date; readonly now: Date },
): Promise<number> {
  const { tenantId, current, now } = of;
  let closed = 0;
  for (;;) {
    const more = await database.tenant(tenantId, async (tx) => {
      const open = await openSince(tx, tenantId, await invoicingOf(tx, tenantId));
      if (open >= current) return false;
      await closePeriod(tx, { tenantId, periodEnd: billingPeriod(open).end, now });
      return true;
    });
    if (!more) return closed;
    closed += 1;
  }
}
