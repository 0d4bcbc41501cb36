import type { TenantId } from '@switchyard/kernel/ids';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Orchestrator } from './orchestrator.ts';
import { call, type Script, say, stop, toolResults } from './test-support/scripted-provider.ts';
import { type EpisodeSeen, openStage, type Stage } from './test-support/stage.ts';

const heard: string[] = [];
/** Asks for a refund of the amount in the message, and says what became of it. */
const REFUND: Script = (request) => {
  const results = toolResults(request);
  if (results.length > 0) {
    heard.push(...results);
    return say('Done with it.');
  }
  const message = request.messages.at(-1)?.content ?? '';
  return [
    call('a', 'look', { id: 'A-1' }),
    call('b', 'refund', { id: message }),
    call('c', 'look', { id: 'A-2' }),
    stop('tool-calls'),
  ];
};

let stage: Stage;
let tenant: TenantId;
const workers: Orchestrator[] = [];

async function open(approvalTtlMs?: number): Promise<void> {
  stage = await openStage(inject('adminUrl'), approvalTtlMs === undefined ? {} : { approvalTtlMs });
  tenant = await stage.makeTenant();
  await stage.giveTool(tenant, 'look', { sideEffect: false });
  await stage.giveTool(tenant, 'undo_refund', { sideEffect: true });
  await stage.giveTool(tenant, 'refund', {
    sideEffect: true,
    requiresApproval: true,
    compensation: 'undo_refund',
    approvalWhen: { properties: { id: { pattern: '^large' } } },
  });
}

async function work(): Promise<void> {
  workers.push(await stage.work({ models: { small: REFUND } }));
}

async function stopWorkers(): Promise<void> {
  await Promise.all(workers.splice(0).map((worker) => worker.stop(0)));
}

async function send(message: string): Promise<string> {
  return await stage.send(tenant, await stage.startSession(tenant, 'ORDER'), message);
}

/** The episode once it waits, with nobody holding it. */
async function waiting(id: string): Promise<EpisodeSeen> {
  for (;;) {
    const { rows } = await stage.admin.query(
      `select from sessions.episode where id = $1 and status = 'RUNNING' and worker_id is null and lease_until > now()`,
      [id],
    );
    const episode = await stage.episode(tenant, id);
    if (rows.length === 1 && episode.toolCalls.some(({ status }) => status === 'AWAITING_APPROVAL')) return episode;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function decide(mutation: 'approveToolCall' | 'rejectToolCall', id: string, reason?: string): Promise<string> {
  const more = reason === undefined ? '' : `, reason: "${reason}"`;
  const data = await stage.ask<Record<string, { status: string }>>(
    tenant,
    `mutation { ${mutation}(id: "${id}"${more}) { status } }`,
  );
  return data[mutation]?.status ?? '';
}

const refundOf = (episode: EpisodeSeen) => episode.toolCalls.find(({ tool }) => tool === 'refund')?.id ?? '';
const made = () => stage.tools.requests.map(({ tool }) => tool);

afterEach(async () => {
  await stopWorkers();
  stage.tools.reset();
  heard.length = 0;
});

describe('a call that needs a person', () => {
  beforeAll(() => open());
  afterAll(() => stage.close());

  it('waits, while those before it are made and those after it are not, and is made once it is approved', async () => {
    await work();
    const id = await send('large');
    const before = await waiting(id);
    expect(before.toolCalls.map(({ status }) => status)).toEqual(['SUCCEEDED', 'AWAITING_APPROVAL', 'REQUESTED']);
    expect(made()).toEqual(['look']);
    expect(await decide('approveToolCall', refundOf(before))).toBe('REQUESTED');
    const after = await stage.ended(tenant, id);
    expect(after).toMatchObject({ status: 'SUCCEEDED', answer: { content: 'Done with it.' } });
    expect(made()).toEqual(['look', 'refund', 'look']);
    expect(await decide('approveToolCall', refundOf(before))).toBe('SUCCEEDED');
    await expect(decide('rejectToolCall', refundOf(before))).rejects.toThrow(/does not wait/);
  });

  it('is not made when it is rejected, and the model is told why', async () => {
    await work();
    const id = await send('large');
    const refund = refundOf(await waiting(id));
    expect(await decide('rejectToolCall', refund, 'Too much money')).toBe('REJECTED');
    const episode = await stage.ended(tenant, id);
    expect(episode.status).toBe('SUCCEEDED');
    expect(made()).toEqual(['look', 'look']);
    expect(heard[1]).toBe('Not done: A person refused it: Too much money');
    expect((await stage.logOf(id)).map(({ data }) => data.status)).toContain('REJECTED');
    expect(await decide('rejectToolCall', refund)).toBe('REJECTED');
    await expect(decide('approveToolCall', refund)).rejects.toThrow(/it is REJECTED/);
  });

  it('waits only when its arguments are of the kind that needs it', async () => {
    await work();
    const episode = await stage.ended(tenant, await send('small'));
    expect(episode.toolCalls.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
  });

  it('survives restarts, any number of them, and is then made by another worker', async () => {
    await work();
    const id = await send('large');
    const before = await waiting(id);
    for (let restart = 0; restart < 25; restart++) await stage.module.episodeWork.releaseAll();
    await stopWorkers();
    await work();
    const other = await stage.ended(tenant, await send('small'));
    expect(other.status).toBe('SUCCEEDED');
    expect((await stage.episode(tenant, id)).toolCalls[1]?.status).toBe('AWAITING_APPROVAL');
    await decide('approveToolCall', refundOf(before));
    expect((await stage.ended(tenant, id)).status).toBe('SUCCEEDED');
  });

  it('is not made when its episode is cancelled meanwhile', async () => {
    await work();
    const id = await send('large');
    await waiting(id);
    await stage.ask(tenant, 'mutation ($id: ID!) { cancelEpisode(id: $id) { status } }', { id });
    const episode = await stage.ended(tenant, id);
    expect(episode.status).toBe('CANCELLED');
    expect(episode.toolCalls.map(({ status }) => status)).toEqual(['SUCCEEDED', 'FAILED', 'FAILED']);
    expect(made()).toEqual(['look']);
  });
});

describe('a call that nobody decides about', () => {
  beforeAll(() => open(300));
  afterAll(() => stage.close());

  it('is rejected when its time is over', async () => {
    await work();
    const episode = await stage.ended(tenant, await send('large'));
    expect(episode.status).toBe('SUCCEEDED');
    expect(episode.toolCalls[1]).toMatchObject({ status: 'REJECTED', attempts: 0, error: 'Nobody approved it in time.' });
    expect(heard[1]).toBe('Not done: Nobody approved it in time.');
  });
});

describe('a result that does not fit the schema', () => {
  beforeAll(() => open());
  afterAll(() => stage.close());

  it('is kept, and the model hears that it was done', async () => {
    const resultSchema = { type: 'object', required: ['total'] };
    await stage.giveTool(tenant, 'look', { sideEffect: false, resultSchema });
    stage.tools.answer = async () => ({ status: 'SUCCEEDED', result: { totals: 1 }, error: null });
    await work();
    const episode = await stage.ended(tenant, await send('small'));
    expect(episode.toolCalls[0]).toMatchObject({
      status: 'SUCCEEDED',
      result: { totals: 1 },
      error: expect.stringContaining('total'),
    });
    expect(heard[0]).toMatch(/^It was done, but its result cannot be used/);
    expect(heard[1]).toBe('{"totals":1}');
  });
});
