import { badInput } from '@switchyard/kernel/errors';
import { requireTenant } from '@switchyard/kernel/request-context';
import { kpiChannel } from '../channels.ts';
import type { Context } from '../context.ts';
import type { SubscriptionResolvers } from '../generated/resolvers.ts';
import { liveKpis } from '../live-kpis.ts';
import { type KpiFigures, loadKpis } from '../store/kpi-store.ts';

/** A month at most: more is what `kpis` is for. */
const MAX_WINDOW_MINUTES = 44_640;

export const subscriptionResolvers: SubscriptionResolvers = {
  kpisChanged: {
    subscribe: (_root, { windowMinutes }, context) => subscribeToKpis(windowMinutes ?? 60, context),
    resolve: (figures: KpiFigures) => figures,
  },
};

function subscribeToKpis(
  windowMinutes: number,
  { request, database, pubsub, clock }: Context,
): AsyncIterableIterator<KpiFigures> {
  const tenantId = requireTenant(request, 'ANALYTICS_READ');
  if (windowMinutes < 1 || windowMinutes > MAX_WINDOW_MINUTES) {
    throw badInput(`\`windowMinutes\` must be from 1 to ${MAX_WINDOW_MINUTES}.`, 'windowMinutes');
  }
  const load = (range: KpiFigures['range']) => database.tenant(tenantId, (tx) => loadKpis(tx, range));
  return liveKpis({ pubsub, channel: kpiChannel(tenantId), clock, windowMinutes, load });
}
