import type { Tx } from '@switchyard/database/database';
import type { Lease } from './lease.ts';

export type ClaimOptions = {
  /** Names the worker in its leases; unique among running processes. */
  readonly workerId: string;
  /** Episodes at most. */
  readonly limit: number;
  /** How long the leases last without being renewed. */
  readonly leaseMs: number;
};

/**
 * Picks without locks, then locks what is still free. A tenant's turn comes by how many of its episodes run already plus
 * how many it would get before this one, so that a flood of one tenant's delays nobody else's; then the oldest first.
 * What waits for a person runs nowhere. One step down the index for each waiting tenant, whatever the length of its queue. Episodes whose worker let its lease
 * lapse are taken over like waiting ones.
 */
const PICK = `
  with recursive waiting as (
    (select tenant_id from sessions.episode where status = 'QUEUED' and ready_at is not null order by tenant_id limit 1)
    union all
    select (select e.tenant_id from sessions.episode e
             where e.status = 'QUEUED' and e.ready_at is not null and e.tenant_id > w.tenant_id order by e.tenant_id limit 1)
      from waiting w where w.tenant_id is not null),
  running as (
    select tenant_id, count(*) as episodes from sessions.episode where status = 'RUNNING' and worker_id is not null and lease_until > now() group by tenant_id),
  free as (
    select e.* from waiting w, lateral (
      select id, tenant_id, ready_at as since from sessions.episode
       where tenant_id = w.tenant_id and status = 'QUEUED' and ready_at is not null order by ready_at limit $1) e
    union all
    (select id, tenant_id, ready_at from sessions.episode
      where status = 'RUNNING' and lease_until <= now() order by lease_until limit $1)),
  ranked as (
    select f.id, f.since, coalesce(r.episodes, 0) + row_number() over (partition by f.tenant_id order by f.since) as turn
      from free f left join running r using (tenant_id))
  select id from ranked order by turn, since limit $1`;

const TAKE = `
  with taken as (
    select id from sessions.episode
     where id = any($1) and (status = 'QUEUED' and ready_at is not null or status = 'RUNNING' and lease_until <= now())
       for update skip locked)
  update sessions.episode e
     set status = 'RUNNING', worker_id = $2, lease_until = now() + $3 * interval '1 millisecond', fence = fence + 1
    from taken where e.id = taken.id
  returning e.id, e.session_id, e.tenant_id, e.fence`;

type LeaseRow = { id: Lease['episodeId']; session_id: Lease['sessionId']; tenant_id: Lease['tenantId']; fence: string };

export async function claimEpisodes(tx: Tx, options: ClaimOptions): Promise<Lease[]> {
  const picked = await tx.query<{ id: string }>(PICK, [options.limit]);
  if (picked.length === 0) return [];
  const rows = await tx.query<LeaseRow>(TAKE, [picked.map(({ id }) => id), options.workerId, options.leaseMs]);
  return rows.map(leaseOf);
}

export type HeldLease = Lease & { readonly cancelRequested: boolean };

/** Renews all that the worker holds; a lease that is not among the result is lost. */
export async function renewLeases(tx: Tx, workerId: string, leaseMs: number): Promise<HeldLease[]> {
  const rows = await tx.query<LeaseRow & { cancel_requested: boolean }>(
    `update sessions.episode set lease_until = now() + $2 * interval '1 millisecond'
      where worker_id = $1 and status = 'RUNNING'
     returning id, session_id, tenant_id, fence, cancel_requested_at is not null as cancel_requested`,
    [workerId, leaseMs],
  );
  return rows.map((row) => ({ ...leaseOf(row), cancelRequested: row.cancel_requested }));
}

/** Lets go of all episodes that a worker held: the next claim takes them over at once. Those that wait for a person go on waiting. */
export async function releaseAllLeases(tx: Tx): Promise<number> {
  const rows = await tx.query(
    `update sessions.episode set lease_until = now(), worker_id = null where status = 'RUNNING' and worker_id is not null returning id`,
  );
  return rows.length;
}

/** Lets go of one episode, to be taken up again by anyone after `afterMs`. */
export async function releaseLease(tx: Tx, lease: Lease, afterMs: number): Promise<void> {
  await tx.query(
    `update sessions.episode set lease_until = now() + $3 * interval '1 millisecond', worker_id = null
      where id = $1 and fence = $2 and status = 'RUNNING'`,
    [lease.episodeId, lease.fence, afterMs],
  );
}

function leaseOf(row: LeaseRow): Lease {
  return { episodeId: row.id, sessionId: row.session_id, tenantId: row.tenant_id, fence: Number(row.fence) };
}
