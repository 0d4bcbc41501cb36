import { DEFAULT_DELIVERY, type Delivery, DROP_POLICIES, type DropPolicy } from '@switchyard/kernel/drop-policy';
import { badInput } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';

/** What a tenant's clients may hold open, in each process of the gateway. */
export type ConnectionLimits = {
  /** Sockets and event streams. */
  readonly maxConnections: number;
  /** Operations that run on one socket at a time: subscriptions, queries and mutations. */
  readonly maxOperations: number;
  /** The largest `maxQueue` that a client may choose. */
  readonly maxQueue: number;
};

/** Those of the plan `pay-as-you-go`. */
export const DEFAULT_CONNECTION_LIMITS: ConnectionLimits = { maxConnections: 1_000, maxOperations: 100, maxQueue: 1_000 };

/**
 * How a client wants its events: what it says, and for what it leaves out, as before.
 * @throws PlatformError BAD_USER_INPUT for a policy that is none, or a queue out of the tenant's limits.
 */
export function readDelivery(
  wish: Readonly<Record<string, unknown>> | null | undefined,
  limits: ConnectionLimits,
  before: Delivery = DEFAULT_DELIVERY,
): Delivery {
  const { dropPolicy = before.dropPolicy, maxQueue = Math.min(before.maxQueue, limits.maxQueue) } = wish ?? {};
  if (!isDropPolicy(dropPolicy)) throw badInput(`\`dropPolicy\` must be one of ${DROP_POLICIES.join(', ')}.`, 'dropPolicy');
  if (typeof maxQueue !== 'number' || !Number.isInteger(maxQueue) || maxQueue < 1 || maxQueue > limits.maxQueue)
    throw badInput(`\`maxQueue\` must be a whole number from 1 to ${limits.maxQueue}.`, 'maxQueue');
  return { dropPolicy, maxQueue };
}

function isDropPolicy(value: unknown): value is DropPolicy {
  return (DROP_POLICIES as readonly unknown[]).includes(value);
}

/** Counts each tenant's open connections. */
export type ConnectionCount = {
  /** Takes a place until the returned function is called; null when there is none left. The operator's are not counted. */
  take(tenantId: TenantId | null, limits: ConnectionLimits): (() => void) | null;
};

export function countConnections(): ConnectionCount {
  const open = new Map<TenantId, number>();
  return {
    take: (tenantId, { maxConnections }) => {
      if (tenantId === null) return () => undefined;
      const count = open.get(tenantId) ?? 0;
      if (count >= maxConnections) return null;
      open.set(tenantId, count + 1);
      let taken = true;
      return () => {
        if (!taken) return;
        taken = false;
        const left = (open.get(tenantId) ?? 1) - 1;
        if (left === 0) open.delete(tenantId);
        else open.set(tenantId, left);
      };
    },
  };
}
