import type { TenantId } from '@switchyard/kernel/ids';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Orchestrator } from './orchestrator.ts';
import { say } from './test-support/scripted-provider.ts';
import { openStage, type Stage } from './test-support/stage.ts';

const QUEUED = 10_000;
const PLACES = 8;

let stage: Stage;
let worker: Orchestrator;

beforeAll(async () => {
  stage = await openStage(inject('adminUrl'));
  worker = await stage.work({ models: { small: () => say('Yes.', 200) }, more: { concurrency: PLACES } });
});
afterAll(async () => {
  await worker.stop(0);
  await stage.close();
});

/** Episodes that wait, each in a session of its own, as `sendMessage` leaves them. */
async function flood(tenant: TenantId): Promise<void> {
  await stage.admin.query(
    `with given as materialized (select gen_random_uuid() as session, gen_random_uuid() as message, gen_random_uuid() as episode
                                   from generate_series(1, ${QUEUED})),
     sessions as (
       insert into sessions.session (id, tenant_id, use_case, status, started_at, metadata, last_message_seq)
       select session, $1, 'FAQ', 'ACTIVE', now(), '{}', 1 from given),
     messages as (
       insert into sessions.message (id, tenant_id, session_id, seq, role, content, created_at)
       select message, $1, session, 1, 'USER', 'Why?', now() from given)
     insert into sessions.episode (id, tenant_id, session_id, seq, use_case, status, request_id, citations, requested_at, ready_at)
     select episode, $1, session, 1, 'FAQ', 'QUEUED', message, '[]', now(), now() from given`,
    [tenant],
  );
}

/** How many episodes of `loud` began between the message and the beginning of the episode that answers it. */
async function overtakenBy(loud: TenantId, quiet: TenantId): Promise<number> {
  const id = await stage.send(quiet, await stage.startSession(quiet), 'Why?');
  expect((await stage.ended(quiet, id)).status).toBe('SUCCEEDED');
  const { rows } = await stage.admin.query<{ before: string }>(
    `select count(*) as before from sessions.episode e, sessions.episode asked
      where asked.id = $1 and e.tenant_id = $2 and e.begun_at > asked.requested_at and e.begun_at < asked.begun_at`,
    [id, loud],
  );
  return Number(rows[0]?.before);
}

describe(`a tenant with ${QUEUED} queued episodes`, () => {
  it('has no more than what it was given already answered before the message of another', { timeout: 120_000 }, async () => {
    const [loud, quiet] = [await stage.makeTenant(), await stage.makeTenant()];
    await flood(loud);
    // All places are taken by the loud tenant's.
    await expect.poll(() => running(loud), { interval: 20, timeout: 20_000 }).toBeGreaterThanOrEqual(PLACES);
    for (let n = 0; n < 5; n++) expect(await overtakenBy(loud, quiet)).toBeLessThanOrEqual(PLACES);
    expect(await stage.module.episodeWork.queueLength()).toBeGreaterThan(QUEUED / 2);
  });
});

async function running(tenant: TenantId): Promise<number> {
  const { rows } = await stage.admin.query<{ running: string }>(
    `select count(*) as running from sessions.episode where tenant_id = $1 and status = 'RUNNING'`,
    [tenant],
  );
  return Number(rows[0]?.running);
}
