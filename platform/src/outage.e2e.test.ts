import { startTopology, type Topology } from '@switchyard/testing/topology';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BreakablePostgres, startBreakablePostgres } from './test-support/breakable-postgres.ts';
import {
  ask,
  makeScriptedTenant,
  type ScriptedTenant,
  type ScriptedWorld,
  startScriptedWorld,
} from './test-support/scripted-tenant.ts';

/** The database is killed under a platform that runs. */
let world: ScriptedWorld;
let postgres: BreakablePostgres;
let platform: Topology;
let tenant: ScriptedTenant;

beforeAll(async () => {
  [world, postgres] = [await startScriptedWorld(), await startBreakablePostgres()];
  platform = await startTopology('all', { ...world.env, DATABASE_URL: postgres.adminUrl });
  tenant = await makeScriptedTenant(platform, world.tools);
});
afterAll(async () => {
  await platform.stop();
  await postgres.close();
  await world.close();
});

const health = async (which: 'ready' | 'live') => await fetch(new URL(`/health/${which}`, platform.url));
const statusOf = async (which: 'ready' | 'live') => (await health(which)).status;

it('says that it cannot work, refuses requests as unavailable, and goes on where it was', async () => {
  expect(await statusOf('ready')).toBe(200);
  await ask(tenant.caller, 'Hello');
  const reading = () => tenant.caller.ask('{ sessions { edges { node { id } } } }');
  const writing = () => tenant.caller.ask('mutation { startSession(input: { useCase: GENERAL }) { id } }');
  expect((await reading()).status).toBe(200);

  postgres.kill();
  // The first ones meet connections that are breaking, the later ones find none; the key is at first still known.
  const reached = new Set<string>();
  for (const end = Date.now() + 3_000; Date.now() < end; ) {
    for (const answer of await Promise.all([reading(), writing()])) {
      expect(answer.errors[0]?.extensions.code).toBe('UPSTREAM_UNAVAILABLE');
      expect(answer.status).toBe(503);
      reached.add(answer.errors[0]?.path === undefined ? 'the door' : 'a subgraph');
    }
  }
  expect(reached).toEqual(new Set(['the door', 'a subgraph']));
  const ready = await health('ready');
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ checks: { database: 'failed' } });
  expect(await statusOf('live')).toBe(200);

  postgres.mend();
  await expect.poll(() => statusOf('ready'), { timeout: 20_000 }).toBe(200);
  expect(await ask(tenant.caller, 'Hello again')).toMatchObject({ status: 'SUCCEEDED' });
});
