import { newId, type TenantId } from '@switchyard/kernel/ids';
import { type EpisodeWork, LeaseLost } from '@switchyard/sessions/module';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Orchestrator } from './orchestrator.ts';
import { mortal } from './test-support/killer.ts';
import { call, say, stop, toolResults } from './test-support/scripted-provider.ts';
import { openStage, type Stage } from './test-support/stage.ts';

let stage: Stage;
let work: EpisodeWork;
const workers: Orchestrator[] = [];

beforeAll(async () => {
  stage = await openStage(inject('adminUrl'));
  work = stage.module.episodeWork;
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop(0)));
  // What a test left unanswered is nobody else's business.
  await stage.admin.query(`update sessions.episode set status = 'CANCELLED' where status in ('QUEUED', 'RUNNING')`);
  stage.tools.reset();
});
afterAll(() => stage.close());

async function ask(tenant: TenantId, times: number): Promise<string[]> {
  const ids = [];
  for (let n = 0; n < times; n++) ids.push(await stage.send(tenant, await stage.startSession(tenant), `Question ${n}?`));
  return ids;
}

describe('a claim', () => {
  it('gives an episode to one worker only, however many ask at once', async () => {
    const ids = await ask(await stage.makeTenant(), 6);
    const claims = await Promise.all(
      Array.from({ length: 8 }, () => work.claim({ workerId: newId(), limit: 6, leaseMs: 10_000 })),
    );
    const leases = [...claims.flat(), ...(await work.claim({ workerId: newId(), limit: 6, leaseMs: 10_000 }))];
    expect(leases).toHaveLength(ids.length);
    expect(new Set<string>(leases.map(({ episodeId }) => episodeId))).toEqual(new Set(ids));
  });

  it('takes a tenant’s first episode before the rest of another’s flood', async () => {
    const [flooding, quiet] = [await stage.makeTenant(), await stage.makeTenant()];
    const flood = await ask(flooding, 8);
    await work.claim({ workerId: 'a', limit: 4, leaseMs: 10_000 });
    const [one] = await ask(quiet, 1);
    const [next] = await work.claim({ workerId: 'a', limit: 1, leaseMs: 10_000 });
    expect(next?.episodeId).toBe(one);
    const rest = await work.claim({ workerId: 'a', limit: 10, leaseMs: 10_000 });
    expect(rest.map(({ episodeId }) => episodeId)).toEqual(expect.arrayContaining(flood.slice(4)));
  });

  it('shares what is free among waiting tenants, one each in turn', async () => {
    const tenants = [await stage.makeTenant(), await stage.makeTenant(), await stage.makeTenant()];
    for (const tenant of tenants) await ask(tenant, 3);
    const leases = await work.claim({ workerId: 'a', limit: 3, leaseMs: 10_000 });
    expect(new Set(leases.map(({ tenantId }) => tenantId))).toEqual(new Set(tenants));
  });

  it('leaves a session’s next episode until the one before has ended', async () => {
    const tenant = await stage.makeTenant();
    const session = await stage.startSession(tenant);
    const [first, second] = [await stage.send(tenant, session, 'One?'), await stage.send(tenant, session, 'Two?')];
    const [lease, ...more] = await work.claim({ workerId: 'a', limit: 5, leaseMs: 10_000 });
    expect([lease?.episodeId, more]).toEqual([first, []]);
    if (lease === undefined) throw new Error('nothing was claimed');
    await work.complete(lease, { status: 'FAILED', failure: 'No.' });
    expect(await work.claim({ workerId: 'a', limit: 5, leaseMs: 10_000 })).toMatchObject([{ episodeId: second }]);
  });
});

describe('a lease', () => {
  it('that lapsed is taken over, and its late owner can write nothing', async () => {
    await ask(await stage.makeTenant(), 1);
    const [old] = await work.claim({ workerId: 'paused', limit: 1, leaseMs: 1 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const [current] = await work.claim({ workerId: 'successor', limit: 1, leaseMs: 10_000 });
    if (old === undefined || current === undefined) throw new Error('nothing was claimed');
    expect(current.episodeId).toBe(old.episodeId);
    const late = [
      () => work.takeUp(old),
      () => work.showText(old, newId(), 'late'),
      () => work.startToolAttempt(old, newId()),
      () => work.complete(old, { status: 'FAILED', failure: 'late' }),
    ];
    for (const write of late) await expect(write()).rejects.toBeInstanceOf(LeaseLost);
    expect((await work.takeUp(current)).episode.status).toBe('RUNNING');
  });

  it('is renewed as long as the worker lives, and given back when it stops', async () => {
    const [id = ''] = await ask(await stage.makeTenant(), 1);
    const slow = await stage.work({ models: { small: () => say('one two three', 5_000) }, more: { leaseMs: 300 } });
    workers.push(slow);
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(await work.claim({ workerId: 'thief', limit: 1, leaseMs: 1_000 })).toEqual([]);
    await slow.stop(0);
    expect(await work.claim({ workerId: 'successor', limit: 1, leaseMs: 1_000 })).toMatchObject([{ episodeId: id }]);
    const [ended] = (await stage.logOf(id)).filter(({ type }) => type === 'model_call.finished');
    expect(ended?.data).toMatchObject({ status: 'CANCELLED', billable: false });
  });

  it('of a worker that died lapses by itself, and another brings the episode to its end', async () => {
    const tenant = await stage.makeTenant();
    await stage.giveTool(tenant, 'book', { sideEffect: true, idempotent: true });
    const models = {
      small: (request: Parameters<typeof toolResults>[0]) =>
        toolResults(request).length > 0 ? say('Booked.') : [call('a', 'book', { id: '1' }), stop('tool-calls')],
    };
    const victim = mortal(work, { point: 'finishToolCall', nth: 1, when: 'before' });
    workers.push(await stage.work({ models, more: { work: victim.work, leaseMs: 400 } }));
    const id = await stage.send(tenant, await stage.startSession(tenant, 'ORDER'), 'Book it.');
    await victim.dead;
    workers.push(await stage.work({ models }));
    expect(await stage.ended(tenant, id)).toMatchObject({ status: 'SUCCEEDED', answer: { content: 'Booked.' } });
    expect(stage.tools.effects).toHaveLength(1);
    expect(stage.tools.requests).toHaveLength(2);
  });
});
