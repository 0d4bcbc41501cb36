import type { Database, Tx } from '@switchyard/database/database';
import type { TenantId } from '@switchyard/kernel/ids';
import type { PreparedDecision } from './decide.ts';

/** Decisions of one transaction at most. */
const MAX_BATCH = 256;

type Waiting = { readonly decision: PreparedDecision; readonly kept: () => void; readonly failed: (error: unknown) => void };

/** Resolves once the decision is durable. */
export type KeepTogether = (tenantId: TenantId, decision: PreparedDecision) => Promise<void>;

/**
 * Group commit: while a transaction of a tenant is under way, its next decisions gather, and then share one transaction. A
 * decision that comes alone is written at once; nobody waits for a timer. What fails, fails for all that shared it.
 * @param keepAll writes decisions that are new, with their events.
 */
export function createKeepTogether(
  database: Database,
  keepAll: (tx: Tx, decisions: readonly PreparedDecision[]) => Promise<void>,
): KeepTogether {
  const gathering = new Map<TenantId, Waiting[]>();

  const write = async (tenantId: TenantId, waiting: Waiting[]): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MAX_BATCH);
      try {
        await database.tenant(tenantId, (tx) =>
          keepAll(
            tx,
            batch.map(({ decision }) => decision),
          ),
        );
        for (const { kept } of batch) kept();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    gathering.delete(tenantId);
  };

  return async (tenantId, decision) =>
    await new Promise<void>((kept, failed) => {
      const waiting = gathering.get(tenantId);
      if (waiting !== undefined) {
        waiting.push({ decision, kept, failed });
        return;
      }
      const first = [{ decision, kept, failed }];
      gathering.set(tenantId, first);
      void write(tenantId, first);
    });
}
