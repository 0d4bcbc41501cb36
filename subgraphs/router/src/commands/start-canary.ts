import type { Tx } from '@switchyard/database/database';
import { once } from '@switchyard/database/idempotency';
import { appendEvents } from '@switchyard/event-log/outbox';
import { badInput, PlatformError } from '@switchyard/kernel/errors';
import { type CanaryId, newId, type TenantId } from '@switchyard/kernel/ids';
import { NOTHING_COMPARED } from '../domain/canary.ts';
import { canaryById, runningCanary } from '../store/canaries.ts';
import { CanaryEntity, type CanaryRow } from '../store/entities.ts';
import { insertPolicy, lockPolicies } from '../store/policies.ts';
import { ownerOf, type PolicyInput, type PolicyServices, proposed } from './update-policy.ts';

const [LEAST_SHARE, MOST_SHARE] = [0.05, 0.1];
const MOST_PLANNED = 1_000_000;

export type StartCanaryCommand = {
  readonly policy: PolicyInput;
  readonly share: number;
  /** Judged requests of the canary after which it is promoted when nothing speaks against it. */
  readonly plannedRequests: number;
  readonly idempotencyKey: string | null;
};

/** @throws PlatformError BAD_USER_INPUT; CONFLICT when the policy has moved on, or a canary is running. */
export async function startCanary(services: PolicyServices, tenantId: TenantId, command: StartCanaryCommand): Promise<CanaryRow> {
  const { idempotencyKey: key, ...input } = command;
  if (!(input.share >= LEAST_SHARE && input.share <= MOST_SHARE)) {
    throw badInput(`\`share\` must be from ${LEAST_SHARE} to ${MOST_SHARE}.`, 'share');
  }
  if (input.plannedRequests < 1 || input.plannedRequests > MOST_PLANNED) {
    throw badInput(`\`plannedRequests\` must be from 1 to ${MOST_PLANNED}.`, 'plannedRequests');
  }
  const canary = await services.database.tenant(tenantId, async (tx) => {
    const id = await once<CanaryId>(tx, { tenantId, operation: 'startCanary', key, input }, () =>
      start(services, tx, { tenantId, ...input }),
    );
    return (await canaryById(tx, id)) ?? (await tx.em.findOneOrFail(CanaryEntity, { id }));
  });
  services.states.forget(tenantId);
  services.hint('canary', tenantId);
  return canary;
}

type Start = Omit<StartCanaryCommand, 'idempotencyKey'> & { readonly tenantId: TenantId };

async function start(services: PolicyServices, tx: Tx, { tenantId, policy, share, plannedRequests }: Start): Promise<CanaryId> {
  const owner = ownerOf(services, tenantId);
  await lockPolicies(tx, owner);
  if ((await runningCanary(tx, tenantId)) !== null) throw running();
  const candidate = await proposed(tx, { owner, ladder: services.ladder, input: policy });
  await insertPolicy(tx, owner, { ...candidate, inForce: false });
  const id = newId<CanaryId>();
  const versions = { stableVersion: policy.expectedVersion, candidateVersion: candidate.version };
  await tx.query(
    `insert into router.canary (id, tenant_id, stable_version, candidate_version, share, planned_requests, status, comparison, started_at)
     values ($1, $2, $3, $4, $5, $6, 'RUNNING', $7, $8)`,
    [
      id,
      tenantId,
      versions.stableVersion,
      versions.candidateVersion,
      share,
      plannedRequests,
      JSON.stringify(NOTHING_COMPARED),
      owner.now.toISOString(),
    ],
  );
  await appendEvents(tx, 'switchyard/router', [
    {
      type: 'canary.started',
      tenantId,
      subject: tenantId,
      time: owner.now,
      data: { canaryId: id, ...versions, share, plannedRequests, startedAt: owner.now.toISOString() },
    },
  ]);
  return id;
}

function running(): PlatformError {
  return new PlatformError('CONFLICT', { publicMessage: 'A canary is running: promote it or roll it back first.' });
}
