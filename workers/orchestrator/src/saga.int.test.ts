import { systemClock } from '@switchyard/kernel/clock';
import type { TenantId } from '@switchyard/kernel/ids';
import { ModelError } from '@switchyard/models/model';
import { createSagaDesk, type SagaDesk } from '@switchyard/sessions/module';
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Orchestrator } from './orchestrator.ts';
import { call, type Script, stop, toolResults } from './test-support/scripted-provider.ts';
import { openStage, type Stage } from './test-support/stage.ts';

/** Three side effects, and then no model is left to answer. */
const ORDER: Script = (request) =>
  toolResults(request).length === 0
    ? [
        call('a', 'cancel_order', { id: 'A-1' }),
        call('b', 'refund', { id: 'A-1' }),
        call('c', 'note', { id: 'A-1' }),
        stop('tool-calls'),
      ]
    : [new ModelError('refused', 'no')];

let stage: Stage;
let desk: SagaDesk;
let tenant: TenantId;
let worker: Orchestrator | null = null;

beforeAll(async () => {
  stage = await openStage(inject('adminUrl'));
  desk = createSagaDesk({ database: stage.database, clock: systemClock });
});
afterEach(async () => {
  await worker?.stop(0);
  stage.tools.reset();
});
afterAll(() => stage.close());

/** A tenant whose three tools each have one that undoes them. */
async function giveTools(): Promise<void> {
  tenant = await stage.makeTenant();
  for (const name of ['cancel_order', 'refund', 'note']) {
    await stage.giveTool(tenant, `undo_${name}`, { sideEffect: true, idempotent: true });
    await stage.giveTool(tenant, name, { sideEffect: true, idempotent: true, compensation: `undo_${name}` });
  }
}

async function runOrder(registry = new Registry()): Promise<string> {
  worker = await stage.work({ models: { small: ORDER }, more: { registry } });
  return await stage.send(tenant, await stage.startSession(tenant, 'ORDER'), 'Cancel A-1.');
}

const failing = (tool: string) => async (asked: { readonly tool: string; readonly arguments: unknown }) =>
  asked.tool === tool
    ? { status: 'FAILED' as const, result: null, error: '409: too late' }
    : { status: 'SUCCEEDED' as const, result: { of: asked.tool }, error: null };

describe('an episode that fails after side effects', () => {
  it('undoes them in reverse order with their arguments and results, and ends as COMPENSATED', async () => {
    await giveTools();
    const episode = await stage.ended(tenant, await runOrder());
    expect(episode).toMatchObject({
      status: 'COMPENSATED',
      failure: 'The models refused to answer this. What had been done was undone.',
    });
    expect(stage.tools.requests.map(({ tool }) => tool)).toEqual([
      'cancel_order',
      'refund',
      'note',
      'undo_note',
      'undo_refund',
      'undo_cancel_order',
    ]);
    expect(stage.tools.requests.at(-1)?.arguments).toEqual({ arguments: { id: 'A-1' }, result: { done: { id: 'A-1' } } });
    expect(episode.toolCalls).toMatchObject(
      ['cancel_order', 'refund', 'note'].map((tool) => ({
        tool,
        status: 'COMPENSATED',
        compensatedBy: { tool: `undo_${tool}`, status: 'SUCCEEDED' },
      })),
    );
    const log = await stage.logOf(episode.id);
    const undone = log.filter(({ type }) => type === 'tool_call.compensated').map(({ data }) => data);
    expect(undone.map(({ tool, status }) => [tool, status])).toEqual([
      ['note', 'COMPENSATED'],
      ['refund', 'COMPENSATED'],
      ['cancel_order', 'COMPENSATED'],
    ]);
    expect(undone.map(({ by }) => by)).toEqual(episode.toolCalls.map((made) => made.compensatedBy?.id).toReversed());
    expect(log.filter(({ type }) => type === 'tool_call.finished').map(({ data }) => data.compensates)).toEqual([
      null,
      null,
      null,
      ...episode.toolCalls.map(({ id }) => id).toReversed(),
    ]);
    expect(log.at(-1)).toMatchObject({ type: 'episode.completed', data: { status: 'COMPENSATED' } });
  });

  it('tries a compensation again as long as that is safe', async () => {
    await giveTools();
    let refusals = 2;
    stage.tools.answer = async ({ tool }) =>
      tool === 'undo_refund' && refusals-- > 0
        ? { status: 'FAILED', result: null, error: 'not reached', mayRepeat: true }
        : { status: 'SUCCEEDED', result: null, error: null };
    const episode = await stage.ended(tenant, await runOrder());
    expect(episode.status).toBe('COMPENSATED');
    const keys = stage.tools.requests.filter(({ tool }) => tool === 'undo_refund').map(({ idempotencyKey }) => idempotencyKey);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });
});

describe('an effect that cannot be undone', () => {
  it('is COMPENSATION_FAILED, is listed for its tenant and the operator, counted, and undone by a later retry', async () => {
    await giveTools();
    stage.tools.answer = failing('undo_refund');
    const registry = new Registry();
    const id = await runOrder(registry);
    const episode = await stage.ended(tenant, id);
    expect(episode).toMatchObject({ status: 'FAILED', failure: expect.stringContaining('Not all') });
    expect(episode.toolCalls.map(({ status }) => status)).toEqual(['COMPENSATED', 'COMPENSATION_FAILED', 'COMPENSATED']);
    const refund = episode.toolCalls[1]?.id ?? '';
    expect(await unsettled(tenant)).toEqual([refund]);
    expect(await unsettled(null)).toContain(refund);
    expect(await unsettled(await stage.makeTenant())).toEqual([]);
    expect(await registry.getSingleMetricAsString('tool_calls_unsettled')).toContain('{status="COMPENSATION_FAILED"} 1');

    stage.tools.answer = failing('nothing');
    await desk.retry(refund);
    const again = await stage.ended(tenant, id);
    expect(again).toMatchObject({
      status: 'COMPENSATED',
      failure: 'The models refused to answer this. What had been done was undone.',
    });
    expect(await unsettled(tenant)).toEqual([]);
    const ends = (await stage.logOf(id)).filter(({ type }) => type === 'episode.completed').map(({ data }) => data.status);
    expect(ends).toEqual(['FAILED', 'COMPENSATED']);
  });

  it('can be settled by a person, who says why', async () => {
    await giveTools();
    stage.tools.answer = failing('undo_refund');
    const id = await runOrder();
    const refund = (await stage.ended(tenant, id)).toolCalls[1]?.id ?? '';
    await expect(desk.resolve(refund, 'not-done', 'x')).rejects.toMatchObject({ code: 'CONFLICT' });
    await desk.resolve(refund, 'kept', 'The customer keeps the money.');
    expect(await unsettled(tenant)).toEqual([]);
    await expect(desk.resolve(refund, 'undone', 'x')).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await stage.logOf(id)).at(-1)).toMatchObject({
      type: 'tool_call.settled',
      data: { toolCallId: refund, status: 'COMPENSATION_FAILED', note: 'The customer keeps the money.' },
    });
  });

  it('is listed too when nobody knows whether it happened, and what turns out to be done is still to be undone', async () => {
    await giveTools();
    stage.tools.answer = async ({ tool }) =>
      tool === 'note' ? { status: 'UNKNOWN', result: null, error: 'cut' } : { status: 'SUCCEEDED', result: null, error: null };
    const id = await runOrder();
    const episode = await stage.ended(tenant, id);
    expect(episode.status).toBe('FAILED');
    expect(episode.toolCalls.map(({ status }) => status)).toEqual(['COMPENSATED', 'COMPENSATED', 'UNKNOWN']);
    const note = episode.toolCalls[2]?.id ?? '';
    expect(await unsettled(tenant)).toEqual([note]);
    await expect(desk.retry(note)).rejects.toMatchObject({ code: 'CONFLICT' });
    await desk.resolve(note, 'done', 'It stands in the CRM.');
    expect(await unsettled(tenant)).toEqual([note]);
    await desk.retry(note);
    expect((await stage.ended(tenant, id)).status).toBe('COMPENSATED');
  });
});

describe('a cancel', () => {
  it('lets what has begun end, stops what has not, and undoes', async () => {
    await giveTools();
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    stage.tools.answer = async ({ tool }) => {
      if (tool === 'refund') {
        begun.resolve();
        await goOn.promise;
      }
      return { status: 'SUCCEEDED', result: tool, error: null };
    };
    const id = await runOrder();
    await begun.promise;
    const cancel = () => stage.ask(tenant, 'mutation ($id: ID!) { cancelEpisode(id: $id) { status } }', { id });
    await cancel();
    goOn.resolve();
    const episode = await stage.ended(tenant, id);
    expect(episode).toMatchObject({ status: 'COMPENSATED', failure: 'It was cancelled. What had been done was undone.' });
    expect(episode.toolCalls.map(({ status }) => status)).toEqual(['COMPENSATED', 'COMPENSATED', 'FAILED']);
    expect(stage.tools.requests.map(({ tool }) => tool)).toEqual(['cancel_order', 'refund', 'undo_refund', 'undo_cancel_order']);
    await cancel();
  });
});

describe('an episode that takes too long', () => {
  it('undoes what it has done after its time is over', async () => {
    await giveTools();
    stage.tools.answer = async ({ tool }) => {
      if (tool === 'refund') await new Promise((resolve) => setTimeout(resolve, 4_000));
      return { status: 'SUCCEEDED', result: null, error: null };
    };
    // Long enough for the two calls before it on a busy machine.
    worker = await stage.work({ models: { small: ORDER }, limits: { episodeMs: 2_500 } });
    const id = await stage.send(tenant, await stage.startSession(tenant, 'ORDER'), 'Cancel A-1.');
    const episode = await stage.ended(tenant, id);
    expect(episode).toMatchObject({ status: 'COMPENSATED', failure: expect.stringContaining('took too long') });
    expect(episode.toolCalls.map(({ status }) => status)).toEqual(['COMPENSATED', 'COMPENSATED', 'FAILED']);
  });
});

async function unsettled(tenantId: TenantId | null): Promise<string[]> {
  const { unsettledToolCalls } = await stage.ask<{ unsettledToolCalls: { edges: { node: { id: string } }[] } }>(
    tenantId,
    '{ unsettledToolCalls { edges { node { id } } } }',
  );
  return unsettledToolCalls.edges.map(({ node }) => node.id);
}
