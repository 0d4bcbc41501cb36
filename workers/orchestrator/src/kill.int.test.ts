import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { TenantId } from '@switchyard/kernel/ids';
import { startToolServer, type ToolServer } from '@switchyard/testing/tool-server';
import { createToolAdapter } from '@switchyard/tools/adapter';
import { createEgress } from '@switchyard/tools/egress';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Death } from './test-support/killer.ts';
import { openStage, type Stage } from './test-support/stage.ts';
import { TOOLS, UNDONE } from './test-support/stories.ts';
import { deathsIn } from './test-support/survivor.ts';

let stage: Stage;
let tenant: TenantId;
let server: ToolServer;

beforeAll(async () => {
  stage = await openStage(inject('adminUrl'));
  tenant = await stage.makeTenant();
  server = await startToolServer({ idempotent: true });
  for (const name of TOOLS) {
    for (const [tool, compensation] of [[`undo_${name}`], [name, `undo_${name}`]] as const) {
      const { signingSecret } = await stage.giveTool(tenant, tool, {
        sideEffect: true,
        idempotent: true,
        endpoint: `${server.origin}/${tool}`,
        ...(compensation === undefined ? {} : { compensation }),
      });
      server.trust(signingSecret);
    }
  }
});
afterAll(async () => {
  await server.stop();
  await stage.close();
});

/** A worker process that kills itself at this write; resolves to the signal that ended it. */
async function dieAt(death: Death): Promise<string | null> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'test-support/mortal-process.ts'), stage.appUrl], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { PATH: process.env.PATH, DEATH: JSON.stringify(death) },
  });
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal;
}

describe('an order whose worker process is killed with kill -9, against a tool server with a ledger of its own', () => {
  it.each(deathsIn(UNDONE))('$when $point $nth leaves the ledger as it was, and the log says the same', async (death) => {
    const before = server.ledger.length;
    const id = await stage.send(tenant, await stage.startSession(tenant, 'ORDER'), 'Cancel A-1 and refund it.');
    expect(await dieAt(death)).toBe('SIGKILL');
    await stage.module.episodeWork.releaseAll();
    const tools = createToolAdapter({ egress: createEgress({ allowCidrs: ['127.0.0.0/8'] }) });
    const worker = await stage.work({ models: { small: UNDONE.script }, more: { tools, pollMs: 20 } });
    const episode = await stage.ended(tenant, id);
    await worker.stop(0);
    expect(episode.status).toBe('COMPENSATED');
    const effects = server.ledger.slice(before).map((effect) => effect.path.slice(1));
    expect(effects).toEqual([...TOOLS, ...TOOLS.toReversed().map((tool) => `undo_${tool}`)]);
    const log = await stage.logOf(id);
    const finished = log.filter(({ type, data }) => type === 'tool_call.finished' && data.status === 'SUCCEEDED');
    expect(finished.map(({ data }) => data.tool)).toEqual(effects);
    expect(log.filter(({ type }) => type === 'episode.completed')).toHaveLength(1);
  });
});
