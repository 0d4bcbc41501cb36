import { requireTenant } from '@switchyard/kernel/request-context';
import type { Context } from '../context.ts';
import type { SubscriptionResolvers } from '../generated/resolvers.ts';
import { follow } from '../live.ts';
import { canaryStats, newestCanary } from '../store/canaries.ts';
import { decisionsSince, newestDecision } from '../store/decisions.ts';
import type { CanaryRow, RouteDecisionRow } from '../store/entities.ts';

export const Subscription: SubscriptionResolvers = {
  routeDecided: {
    subscribe: (_root, _args, context) => decisions(context),
    resolve: (decision: RouteDecisionRow) => decision,
  },
  canaryChanged: {
    subscribe: (_root, _args, context) => canaries(context),
    resolve: (canary: CanaryRow) => canary,
  },
};

/** Ids that are remembered as shown: more than are decided within the time that a commit may be late. */
const MOST_SHOWN = 10_000;

/** The last one that there is, and then each, in the order of their ids as far as commits keep it; none is left out. */
function decisions({ request, database, pubsub }: Context): AsyncIterableIterator<RouteDecisionRow> {
  const tenantId = requireTenant(request, 'ROUTER_READ');
  const shown = new Set<string>();
  let began = false;
  let last: RouteDecisionRow | null = null;
  const read = async (): Promise<readonly RouteDecisionRow[]> => {
    const after = last;
    const rows = await database.tenant(tenantId, async (tx) => {
      if (began) return await decisionsSince(tx, after?.id ?? null, shown);
      const newest = await newestDecision(tx);
      for (const id of newest?.recent ?? []) shown.add(id);
      return newest === null ? [] : [newest.decision];
    });
    began = true;
    for (const row of rows) {
      shown.add(row.id);
      if (last === null || row.id > last.id) last = row;
    }
    for (const id of shown) {
      if (shown.size <= MOST_SHOWN) break;
      shown.delete(id);
    }
    return rows;
  };
  return follow({ pubsub, topic: 'decisions', tenantId, read });
}

/** The newest one as it is now, and then whenever its state or its figures have changed. */
function canaries({ request, database, pubsub }: Context): AsyncIterableIterator<CanaryRow> {
  const tenantId = requireTenant(request, 'ROUTER_READ');
  let shown = '';
  const read = async (): Promise<readonly CanaryRow[]> =>
    await database.tenant(tenantId, async (tx) => {
      const canary = await newestCanary(tx, tenantId);
      if (canary === null) return [];
      const now = JSON.stringify([canary.id, canary.status, await canaryStats(tx, canary)]);
      if (now === shown) return [];
      shown = now;
      return [canary];
    });
  return follow({ pubsub, topic: 'canary', tenantId, read });
}
