import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '@switchyard/database/embedded';
import { ensureRoles } from '@switchyard/database/roles';
import { statementsOf } from '@switchyard/database/test-support/statements';
import type { TenantId } from '@switchyard/kernel/ids';
import { startToolServer } from '@switchyard/testing/tool-server';
import { createToolAdapter } from '@switchyard/tools/adapter';
import { createEgress } from '@switchyard/tools/egress';
import { mortal } from '@switchyard/worker-orchestrator/test-support/killer';
import { call, type Script, say, stop, toolResults } from '@switchyard/worker-orchestrator/test-support/scripted-provider';
import { openStage, type Stage } from '@switchyard/worker-orchestrator/test-support/stage';
import { machineLine, median } from './machine.ts';

/**
 * `npm run bench -- tools [running]`: what the tool path adds to a bare fetch, in µs and SQL statements a call; episodes a second
 * with a model of 200 ms and 1, 2 and 4 orchestrators; what a flood of one tenant's adds to the answer of another's; how long it takes until all `running` (1,000) episodes of a killed worker have
 * ended with another. PostgreSQL, tool server and orchestrators are on this machine; PostgreSQL does not sync.
 */
const RUNNING = Number(process.argv[2] ?? 1_000);
const CALLS = 16;
const ROUNDS = 40;
const FLOOD = 2_000;

console.log(machineLine());
const directory = await mkdtemp(path.join(tmpdir(), 'switchyard-bench-'));
await chmod(directory, 0o755);
const postgres = await startEmbeddedPostgres({ directory, dangerouslyFast: true, maxConnections: 300 });
await ensureRoles(postgres.adminUrl, { owner: 'owner', app: 'app' });
const server = await startToolServer({ idempotent: true });
const stage = await openStage(postgres.adminUrl);
try {
  const tenant = await stage.makeTenant();
  const { signingSecret } = await stage.giveTool(tenant, 'act', {
    sideEffect: true,
    idempotent: true,
    endpoint: `${server.origin}/act`,
  });
  server.trust(signingSecret);
  await overhead(stage, tenant);
  await throughput(stage, tenant);
  await fairness(stage, await stage.makeTenant(), await stage.makeTenant());
  await recovery(stage, tenant);
} finally {
  await stage.close();
  await server.stop();
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
}

function adapter() {
  return createToolAdapter({ egress: createEgress({ allowCidrs: ['127.0.0.0/8'] }) });
}

async function send(tenant: TenantId): Promise<string> {
  return await stage.send(tenant, await stage.startSession(tenant, 'ORDER'), 'Act.');
}

/** A call of an episode is what an episode with many takes longer than one with a single call, divided by how many more they are. */
async function overhead({ admin, work }: Stage, tenant: TenantId): Promise<void> {
  const bare: number[] = [];
  for (let n = 0; n < ROUNDS * CALLS; n++) {
    const began = performance.now();
    await (await fetch(`${server.origin}/act`, { method: 'POST', body: '{"id":"A-1"}' })).text();
    bare.push(performance.now() - began);
  }
  let calls = 1;
  const script: Script = (request) =>
    toolResults(request).length === 0
      ? [...Array.from({ length: calls }, (_, index) => call(String(index), 'act', { id: 'A-1' })), stop('tool-calls')]
      : say('Done.');
  const worker = await work({ models: { small: script }, more: { tools: adapter() } });
  const took = async (ofCalls: number): Promise<{ ms: number; statements: number }> => {
    calls = ofCalls;
    const all: number[] = [];
    for (let n = 0; n < ROUNDS; n++) {
      const id = await send(tenant);
      await stage.ended(tenant, id);
      const { rows } = await admin.query<{ ms: number }>(
        `select extract(epoch from finished_at - begun_at) * 1000 as ms from sessions.episode where id = $1`,
        [id],
      );
      all.push(Number(rows[0]?.ms));
    }
    return { ms: median(all), statements: await statementsOfOne(tenant) };
  };
  await took(CALLS);
  const one = await took(1);
  const many = await took(CALLS);
  const bareUs = median(bare) * 1000;
  const pathUs = ((many.ms - one.ms) / (CALLS - 1)) * 1000;
  console.log(`bare fetch                 ${bareUs.toFixed(0).padStart(7)} µs`);
  console.log(
    `a tool call of an episode  ${pathUs.toFixed(0).padStart(7)} µs, ${(pathUs - bareUs).toFixed(0)} µs more than the fetch`,
  );
  console.log(
    `SQL statements a call      ${((many.statements - one.statements) / (CALLS - 1)).toFixed(1).padStart(7)}, besides begin, settings and commit`,
  );
  await worker.stop(0);
}

/** Statements of one episode, without those by which it is watched here. */
async function statementsOfOne(tenant: TenantId): Promise<number> {
  const seen = await statementsOf(async () => allEnded(stage.admin, [await send(tenant)]));
  return [...seen.values()].reduce((sum, count) => sum + count, 0);
}

async function throughput({ admin, work }: Stage, tenant: TenantId): Promise<void> {
  for (const orchestrators of [1, 2, 4]) {
    const ids = await Promise.all(Array.from({ length: 200 }, () => send(tenant)));
    const began = performance.now();
    const script: Script = () => [200, ...say('Done.')];
    const workers = await Promise.all(
      Array.from({ length: orchestrators }, () => work({ models: { small: script }, more: { concurrency: 8 } })),
    );
    await allEnded(admin, ids);
    const seconds = (performance.now() - began) / 1000;
    console.log(
      `${orchestrators} orchestrators of 8 places, a model of 200 ms: ${(ids.length / seconds).toFixed(1)} episodes/s of ${(orchestrators * 8 * 5).toFixed(0)} that the model allows`,
    );
    await Promise.all(workers.map((worker) => worker.stop(0)));
  }
}

/** What 2,000 queued episodes of one tenant, for 8 places, add to the time in which another tenant's message is answered. */
async function fairness({ work, ended, send: sendTo, startSession }: Stage, loud: TenantId, quiet: TenantId): Promise<void> {
  const worker = await work({ models: { small: () => [200, ...say('Done.')] }, more: { concurrency: 8 } });
  const answerMs = async (): Promise<number> => {
    const session = await startSession(quiet);
    const began = performance.now();
    await ended(quiet, await sendTo(quiet, session, 'Why?'));
    return performance.now() - began;
  };
  await answerMs();
  const alone = [];
  for (let n = 0; n < 5; n++) alone.push(await answerMs());
  for (let n = 0; n < FLOOD; n += 50)
    await Promise.all(Array.from({ length: 50 }, async () => sendTo(loud, await startSession(loud), 'Act.')));
  const beside = [];
  for (let n = 0; n < 10; n++) beside.push(await answerMs());
  console.log(
    `beside ${FLOOD} queued episodes of another tenant a message is answered ${(median(beside) - median(alone)).toFixed(0)} ms later (alone: ${median(alone).toFixed(0)} ms), at most ${(Math.max(...beside) - median(alone)).toFixed(0)} ms`,
  );
  await worker.stop(0);
  await stage.admin.query(
    `update sessions.episode set status = 'CANCELLED', finished_at = now(), ready_at = null where tenant_id = $1`,
    [loud],
  );
}

async function recovery({ admin, work, module }: Stage, tenant: TenantId): Promise<void> {
  const ids = [];
  for (let n = 0; n < RUNNING; n += 50)
    ids.push(...(await Promise.all(Array.from({ length: Math.min(50, RUNNING - n) }, () => send(tenant)))));
  const life = mortal(module.episodeWork, null);
  const first = await work({
    models: { small: () => [3_600_000, ...say('Never.')] },
    more: { work: life.work, concurrency: RUNNING },
  });
  for (;;) {
    const { rows } = await admin.query<{ running: string }>(
      `select count(*) as running from sessions.model_call where status = 'STARTED'`,
    );
    if (Number(rows[0]?.running) >= RUNNING) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  life.kill();
  const began = performance.now();
  await module.episodeWork.releaseAll();
  const second = await work({ models: { small: () => say('Done.') }, more: { concurrency: 64 } });
  await allEnded(admin, ids);
  console.log(
    `${RUNNING} running episodes of a killed worker have ended ${((performance.now() - began) / 1000).toFixed(1)} s after its restart`,
  );
  await Promise.all([first.stop(0), second.stop(0)]);
}

async function allEnded(admin: Stage['admin'], ids: readonly string[]): Promise<void> {
  for (;;) {
    const { rows } = await admin.query<{ ended: string }>(
      `select count(*) as ended from sessions.episode where id = any($1) and finished_at is not null`,
      [ids],
    );
    if (Number(rows[0]?.ended) === ids.length) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
