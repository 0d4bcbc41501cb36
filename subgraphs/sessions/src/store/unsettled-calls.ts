import type { Tx } from '@switchyard/database/database';
import type { ToolCallId } from '@switchyard/kernel/ids';
import { UNSETTLED_STATUSES, type UnsettledStatus } from '../domain/tool-call.ts';
import { ToolCallEntity, type ToolCallRow } from './entities/tool-call.ts';

/** Effects that a person has to look after, oldest first. */
export async function listUnsettled(tx: Tx, limit: number, afterId: string | null): Promise<ToolCallRow[]> {
  return await tx.em.find(
    ToolCallEntity,
    {
      status: { $in: [...UNSETTLED_STATUSES] },
      sideEffect: true,
      compensates: null,
      settledAt: null,
      ...(afterId === null ? {} : { id: { $gt: afterId as ToolCallId } }),
    },
    { orderBy: { id: 'asc' }, limit },
  );
}

export async function countUnsettled(tx: Tx): Promise<ReadonlyMap<UnsettledStatus, number>> {
  const rows = await tx.query<{ status: UnsettledStatus; calls: string }>(
    `select status, count(*) as calls from sessions.tool_call
      where status in ('UNKNOWN', 'COMPENSATION_FAILED') and side_effect and compensates is null and settled_at is null
      group by status`,
  );
  const counted = new Map(rows.map(({ status, calls }) => [status, Number(calls)]));
  return new Map(UNSETTLED_STATUSES.map((status) => [status, counted.get(status) ?? 0]));
}
