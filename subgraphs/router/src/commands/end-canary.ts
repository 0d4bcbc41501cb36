import type { Tx } from '@switchyard/database/database';
import { appendEvents, type NewEvent } from '@switchyard/event-log/outbox';
import { notFound, PlatformError } from '@switchyard/kernel/errors';
import type { TenantId } from '@switchyard/kernel/ids';
import { type Sides, verdictByHand } from '../domain/canary-verdict.ts';
import { canaryById, canaryStats, endRunningCanary, type LockedCanary, sidesOf } from '../store/canaries.ts';
import type { CanaryRow } from '../store/entities.ts';
import { putInForce } from '../store/policies.ts';
import type { DecideServices } from './decide.ts';
import { ownerOf } from './update-policy.ts';

export type CanaryServices = Pick<DecideServices, 'clock' | 'ladder' | 'states' | 'metrics' | 'hint'>;

export type End = { readonly status: 'PROMOTED' | 'ROLLED_BACK'; verdict(sides: Sides): string };

/** Ends it in the caller's transaction; the event that says so, none when it had ended before. */
export async function endCanary(
  services: CanaryServices,
  tx: Tx,
  canary: Pick<LockedCanary, 'id' | 'tenantId' | 'stableVersion' | 'candidateVersion'> & { readonly startedAt?: Date },
  end: End,
): Promise<NewEvent<'canary.promoted' | 'canary.rolled_back'>[]> {
  const owner = ownerOf(services, canary.tenantId);
  const row = await canaryById(tx, canary.id);
  if (row?.status !== 'RUNNING') return [];
  const verdict = end.verdict(sidesOf(await canaryStats(tx, row), owner.currency));
  if (!(await endRunningCanary(tx, canary.id, { status: end.status, verdict, at: owner.now }))) return [];
  if (end.status === 'PROMOTED') await putInForce(tx, owner, canary.candidateVersion);
  tx.afterCommit(() => {
    services.states.forget(canary.tenantId);
    services.metrics.canaryEnded(end.status);
    services.hint('canary', canary.tenantId);
  });
  return [
    {
      type: end.status === 'PROMOTED' ? 'canary.promoted' : 'canary.rolled_back',
      tenantId: canary.tenantId,
      subject: canary.tenantId,
      time: owner.now,
      data: { canaryId: canary.id, candidateVersion: canary.candidateVersion, verdict, endedAt: owner.now.toISOString() },
    },
  ];
}

/** Ended already in the same way, it stays as it is. @throws PlatformError NOT_FOUND; CONFLICT when it has ended in the other way. */
export async function endCanaryByHand(
  services: CanaryServices & Pick<DecideServices, 'database'>,
  tenantId: TenantId,
  { id, status }: { readonly id: string; readonly status: End['status'] },
): Promise<CanaryRow> {
  return await services.database.tenant(tenantId, async (tx) => {
    const canary = await canaryById(tx, id);
    if (canary === null) throw notFound('canary', id);
    const end = { status, verdict: (sides: Sides) => verdictByHand(status, canary.comparison, sides) };
    const events = await endCanary(services, tx, canary, end);
    await appendEvents(tx, 'switchyard/router', events);
    const ended = (await canaryById(tx, id)) ?? canary;
    if (ended.status === status) return ended;
    const how = ended.status === 'PROMOTED' ? 'promoted' : 'rolled back';
    throw new PlatformError('CONFLICT', { publicMessage: `The canary was ${how} already.`, details: { status: ended.status } });
  });
}
