import type { Tx } from '@switchyard/database/database';
import { appendEvents, type NewEvent } from '@switchyard/event-log/outbox';
import { formatDecimal } from '@switchyard/kernel/decimal';
import type { TenantId } from '@switchyard/kernel/ids';
import type { PubSub } from '@switchyard/pubsub/pubsub';
import { quotaChannel } from '../channels.ts';
import type { UsageRecord } from '../domain/allocation.ts';
import { BUDGET, reached, statusesOf, windowsOf } from '../domain/quota.ts';
import { queueNotifications } from '../store/notifications.ts';
import { type Crossing, crossingOf, keepCrossings } from '../store/quota-crossings.ts';
import { type PlanVersions, tenantLimits } from '../store/quota-limits.ts';
import { viewOf } from '../store/quota-store/postgres.ts';

export type CrossingServices = { readonly versions: PlanVersions; readonly pubsub: PubSub };

/** Tells, once for each window, of the shares of its limits that a tenant's usage has reached: in the log, to watchers, and by webhook. */
export async function tellCrossings(
  { versions, pubsub }: CrossingServices,
  tx: Tx,
  tenantId: TenantId,
  { records, now }: { readonly records: readonly UsageRecord[]; readonly now: Date },
): Promise<void> {
  const limits = await tenantLimits(tx, versions, { tenantId, now });
  const meters = new Set(records.filter((record) => record.counted.gt(0)).map((record) => record.meter));
  const isMoved = (meter: string) =>
    meters.has(meter) || (meter === BUDGET && limits.pricedMeters.some((each) => meters.has(each)));
  if (!limits.rules.some((rule) => isMoved(rule.meter)) && limits.budget === null) return;
  const asked = { apiKeyId: null, now };
  const view = await viewOf(tx, { tenantId, now, windows: windowsOf(limits, asked), keys: [] });
  const statuses = statusesOf(limits, view, asked).filter(({ meter }) => isMoved(meter));
  const crossings = statuses.flatMap((status) =>
    reached(status.limit, status.used).map((percent) => crossingOf(status, percent, now)),
  );
  const news = await keepCrossings(tx, tenantId, crossings, now);
  if (news.length === 0) return;
  await queueNotifications(
    tx,
    tenantId,
    news.map((crossing) => ({ type: 'quota.crossed', at: now, data: dataOf(crossing) })),
  );
  await appendEvents(
    tx,
    'switchyard/billing',
    news.map((crossing): NewEvent<'quota.crossed'> => {
      return { type: 'quota.crossed', tenantId, subject: tenantId, time: now, data: dataOf(crossing) };
    }),
  );
  tx.afterCommit(() => void pubsub.publish(quotaChannel(tenantId), ''));
}

function dataOf({ status, percent, windowStart }: Crossing) {
  const { meter, period, enforcement, resetsAt } = status;
  return {
    meter,
    period,
    percent,
    limit: formatDecimal(status.limit),
    used: formatDecimal(status.used),
    enforcement,
    windowStart: windowStart.toISOString(),
    resetsAt: resetsAt.toISOString(),
  };
}
