import { ToolCallEntity } from '../../store/entities/tool-call.ts';
import type { Held } from './lease.ts';

/** Two clocks may differ: an approval that has just expired by the database's is looked at again this much later. */
const LEAST_WAIT_MS = 1_000;

/** Nobody holds the episode from now on, and nobody takes it up until the first of its approvals expires, or is decided. */
export async function park({ tx, episode }: Held, at: Date): Promise<boolean> {
  const waiting = await tx.em.find(ToolCallEntity, { episodeId: episode.id, status: 'AWAITING_APPROVAL' });
  if (waiting.length === 0) return false;
  const first = Math.min(...waiting.map(({ approvalExpiresAt }) => (approvalExpiresAt ?? at).getTime()));
  episode.workerId = null;
  episode.leaseUntil = new Date(Math.max(first, at.getTime() + LEAST_WAIT_MS));
  return true;
}
