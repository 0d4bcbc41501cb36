import { setTimeout as pause } from 'node:timers/promises';
import type { TenantId } from '@switchyard/kernel/ids';
import { startToolServer, type ToolFault, type ToolServer } from '@switchyard/testing/tool-server';
import { createToolAdapter } from '@switchyard/tools/adapter';
import { createEgress } from '@switchyard/tools/egress';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Orchestrator } from './orchestrator.ts';
import { type MortalWork, mortal } from './test-support/killer.ts';
import { call, type Script, say, stop, toolResults } from './test-support/scripted-provider.ts';
import { type EpisodeSeen, openStage, type Stage } from './test-support/stage.ts';

/** Episodes; 2,000 is the full size. */
const EPISODES = Number(process.env.RANDOM_FAULT_EPISODES ?? 120);
const TIMEOUT_MS = 300;
const FAULTS: readonly ToolFault[] = [
  { kind: 'status', status: 500 },
  { kind: 'late', afterMs: TIMEOUT_MS + 200 },
  { kind: 'hang', acts: true },
  { kind: 'hang', acts: false },
  { kind: 'cut', acts: true },
  { kind: 'cut-body' },
  { kind: 'twice' },
  { kind: 'garbage' },
  { kind: 'not-http' },
];

/** Numbers below `below`, the same in each run. */
function randomly(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const random = randomly(7);
const faultOf = (): ToolFault | null => (random(100) < 20 ? (FAULTS[random(FAULTS.length)] ?? null) : null);

/** Three side effects; where one went wrong the order is given up, and undone. */
const ORDER: Script = (request) => {
  const results = toolResults(request);
  if (results.length === 0)
    return [call('a', 'reserve', { id: '1' }), call('b', 'book', { id: '1' }), call('c', 'pay', { id: '1' }), stop('tool-calls')];
  return results.some((result) => !result.startsWith('{')) ? [stop('abstained')] : say('Done.');
};

let stage: Stage;
let tenant: TenantId;
let idempotent: ToolServer;
let careless: ToolServer;
let life: { readonly mortal: MortalWork; readonly worker: Orchestrator };

beforeAll(async () => {
  stage = await openStage(inject('adminUrl'));
  tenant = await stage.makeTenant();
  idempotent = await startToolServer({ idempotent: true, faultOf });
  careless = await startToolServer({ idempotent: false, faultOf });
  for (const [name, server] of [
    ['reserve', idempotent],
    ['book', careless],
    ['pay', idempotent],
  ] as const) {
    for (const tool of [`undo_${name}`, name]) {
      const isIdempotent = server === idempotent;
      const { signingSecret } = await stage.giveTool(tenant, tool, {
        sideEffect: true,
        idempotent: isIdempotent,
        endpoint: `${server.origin}/${tool}`,
        ...(tool === name ? { compensation: `undo_${name}` } : {}),
      });
      server.trust(signingSecret);
    }
  }
  await stage.admin.query('update sessions.tool set timeout_ms = $1', [TIMEOUT_MS]);
});
afterAll(async () => {
  await idempotent.stop();
  await careless.stop();
  await stage.close();
});

async function live(): Promise<void> {
  const mortalWork = mortal(stage.module.episodeWork, null);
  const guards = { failuresToOpen: 1_000, firstDelayMs: 5 };
  const tools = createToolAdapter({ egress: createEgress({ allowCidrs: ['127.0.0.0/8'] }), guards });
  const more = { work: mortalWork.work, tools, leaseMs: 1_500 };
  const limits = { claims: 200 };
  life = { mortal: mortalWork, worker: await stage.work({ models: { small: ORDER }, local: ['small'], limits, more }) };
}

/** From now on nothing that the worker does has any effect; its leases lapse. */
async function dieAndLive(): Promise<void> {
  const { mortal: dying, worker } = life;
  dying.kill();
  await live();
  void worker.stop(0);
}

describe(`${EPISODES} episodes with a tool server of which every fifth answer goes wrong, and workers that die every two seconds`, () => {
  it('end, and what is said of each call is what the ledger holds', { timeout: 600_000 }, async () => {
    await live();
    const ids: string[] = [];
    for (let n = 0; n < EPISODES; n++)
      ids.push(await stage.send(tenant, await stage.startSession(tenant, 'ORDER'), `Order ${n}`));
    const began = Date.now();
    for (let open = EPISODES; open > 0; ) {
      await pause(2_000);
      await dieAndLive();
      const { rows } = await stage.admin.query<{ open: string }>(
        `select count(*) as open from sessions.episode where status in ('QUEUED', 'RUNNING')`,
      );
      open = Number(rows[0]?.open);
      expect(Date.now() - began, `${open} episodes are stuck`).toBeLessThan(60_000 + EPISODES * 300);
    }
    await life.worker.stop();
    // What was under way at a tool when its time was over has acted by then.
    await pause(TIMEOUT_MS + 500);
    const statuses: Record<string, number> = {};
    for (const id of ids) {
      const episode = await stage.episode(tenant, id);
      statuses[episode.status] = (statuses[episode.status] ?? 0) + 1;
      for (const made of episode.toolCalls) expectInLedger(made);
      const left = episode.toolCalls.map(({ status }) => status);
      if (episode.status === 'COMPENSATED') expect(left).not.toContain('SUCCEEDED');
      if (episode.status === 'SUCCEEDED') expect(new Set(left)).toEqual(new Set(['SUCCEEDED']));
    }
    expect(statuses.SUCCEEDED).toBeGreaterThan(0);
    expect(Object.keys(statuses)).toContain('COMPENSATED');
    const { rows } = await stage.admin.query(
      `select envelope -> 'data' ->> 'episodeId' from log.event where envelope ->> 'type' = 'episode.completed' group by 1 having count(*) <> 1`,
    );
    expect(rows).toEqual([]);
  });
});

function effectsOf(key: string): number {
  return [...idempotent.ledger, ...careless.ledger].filter((effect) => effect.key === key).length;
}

function expectInLedger({ status, idempotencyKey, compensatedBy, tool }: EpisodeSeen['toolCalls'][number]): void {
  const effects = effectsOf(idempotencyKey);
  const said = `${tool} ${status}`;
  expect(effects, said).toBeLessThanOrEqual(1);
  if (status === 'SUCCEEDED' || status === 'COMPENSATED' || status === 'COMPENSATION_FAILED') expect(effects, said).toBe(1);
  if (status === 'FAILED') expect(effects, said).toBe(0);
  const undone = compensatedBy === null ? 0 : effectsOf(compensatedBy.idempotencyKey);
  expect(undone, `undoing ${said}`).toBeLessThanOrEqual(1);
  if (status === 'COMPENSATED') expect(undone, said).toBe(1);
}
