import type { TenantId } from '@switchyard/kernel/ids';
import { createToolAdapter } from '@switchyard/tools/adapter';
import { createEgress } from '@switchyard/tools/egress';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { call, type Script, say, stop, toolResults } from './test-support/scripted-provider.ts';
import { openStage, type Stage } from './test-support/stage.ts';

const LOOK: Script = (request) =>
  toolResults(request).length === 0 ? [call('a', 'look', { id: 'A-1' }), stop('tool-calls')] : say('Looked.');

let stage: Stage;
let tenant: TenantId;

beforeAll(async () => {
  stage = await openStage(inject('adminUrl'));
  tenant = await stage.makeTenant();
  await stage.giveTool(tenant, 'look', { sideEffect: false });
  await stage.giveTool(tenant, 'other', { sideEffect: false });
});
afterAll(() => stage.close());

async function circuits(of = tenant): Promise<string[]> {
  const { tools } = await stage.ask<{ tools: { name: string; circuit: string }[] }>(of, '{ tools { name circuit } }');
  // Without the platform's own, which are in every list.
  return tools.filter(({ name }) => !name.startsWith('switchyard.')).map(({ name, circuit }) => `${name} ${circuit}`);
}

async function until(expected: string[]): Promise<void> {
  await expect.poll(() => circuits(), { timeout: 10_000, interval: 50 }).toEqual(expected);
}

describe('the circuit of a tool', () => {
  it('is told to all processes by the worker whose calls fail, and forgotten when that stops', async () => {
    // Nobody listens on port 1.
    await stage.admin.query(`update sessions.tool set endpoint = 'http://127.0.0.1:1/' where name = 'look'`);
    const registry = new Registry();
    const tools = createToolAdapter({
      egress: createEgress({ allowCidrs: ['127.0.0.0/8'] }),
      guards: { failuresToOpen: 1, openForMs: 2_000, firstDelayMs: 1 },
    });
    const worker = await stage.work({ models: { small: LOOK }, more: { tools, registry } });
    expect(await circuits()).toEqual(['look CLOSED', 'other CLOSED']);
    const id = await stage.send(tenant, await stage.startSession(tenant, 'ORDER'), 'Look.');
    expect((await stage.ended(tenant, id)).toolCalls[0]).toMatchObject({ status: 'FAILED' });
    await until(['look OPEN', 'other CLOSED']);
    expect(await registry.getSingleMetricAsString('tool_circuit_state')).toContain('{state="OPEN"} 1');
    // Nothing has tried since, but the next call will.
    await until(['look HALF_OPEN', 'other CLOSED']);
    await worker.stop(0);
    expect(await circuits()).toEqual(['look CLOSED', 'other CLOSED']);
  });

  it('no longer counts when the worker that told it has died', async () => {
    await stage.module.episodeWork.reportCircuit(tenant, { workerId: 'dead', tool: 'look', state: 'OPEN', openForMs: 60_000 });
    expect(await circuits()).toEqual(['look OPEN', 'other CLOSED']);
    await stage.admin.query(`update sessions.tool_circuit set renewed_at = now() - interval '31 seconds'`);
    expect(await circuits()).toEqual(['look CLOSED', 'other CLOSED']);
    await stage.module.episodeWork.renewCircuits('other');
    const { rows } = await stage.admin.query('select from sessions.tool_circuit');
    expect(rows).toEqual([]);
  });
});
