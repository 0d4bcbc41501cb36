import type { TenantId } from '@switchyard/kernel/ids';
import { ModelError } from '@switchyard/models/model';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Orchestrator } from './orchestrator.ts';
import { createFirstTierRouter } from './test-support/first-tier-router.ts';
import { call, said, say, stop, toolResults, USAGE } from './test-support/scripted-provider.ts';
import { type LoggedEvent, openStage, type Stage, type WorkerOptions } from './test-support/stage.ts';

let stage: Stage;
let tenant: TenantId;
let worker: Orchestrator | null = null;

beforeAll(async () => {
  stage = await openStage(inject('adminUrl'));
  tenant = await stage.makeTenant();
});
afterEach(async () => {
  await worker?.stop(0);
  worker = null;
  stage.tools.reset();
});
afterAll(() => stage.close());

async function answered(options: WorkerOptions, content: string, more: Record<string, unknown> = {}, useCase = 'FAQ') {
  worker = await stage.work(options);
  const session = await stage.startSession(tenant, useCase);
  const id = await stage.send(tenant, session, content, more);
  const episode = await stage.ended(tenant, id);
  return { session, episode, shown: await stage.shown(id), log: await stage.logOf(id) };
}

describe('an episode', () => {
  it('is answered, shown as it comes, and told to the log', async () => {
    const { episode, shown, log } = await answered(
      { models: { small: () => say('We open at nine o’clock.', 15) } },
      'When do you open?',
    );
    expect(episode).toMatchObject({ status: 'SUCCEEDED', answer: { content: 'We open at nine o’clock.' }, failure: null });
    expect(shown).toBe('We open at nine o’clock.');
    expect(log.map(({ type }) => type)).toEqual([
      'episode.requested',
      'episode.started',
      'model_call.finished',
      'episode.completed',
    ]);
    expect(log[2]?.data).toMatchObject({
      status: 'ANSWERED',
      ...USAGE,
      billable: true,
      cost: '0.0003',
      currency: 'USD',
      tier: 'small',
    });
  });

  it('calls the tools that the model asks for, tells it what they said, and keeps the text before them in the answer', async () => {
    await giveTool('find_order', { sideEffect: false });
    const requests: (readonly string[])[] = [];
    const { episode, shown, log } = await answered(
      {
        models: {
          small: (request) => {
            const results = toolResults(request);
            requests.push(results);
            if (results.length > 0) return say('It is on its way.');
            return [said('Let me look.'), call('c1', 'find_order', { id: 'A-1' }), stop('tool-calls')];
          },
        },
      },
      'Where is A-1?',
      {},
      'ORDER',
    );
    expect(episode.answer?.content).toBe('Let me look.\n\nIt is on its way.');
    expect(shown).toBe(episode.answer?.content);
    expect(episode.toolCalls).toMatchObject([
      { tool: 'find_order', status: 'SUCCEEDED', attempts: 1, result: { done: { id: 'A-1' } }, error: null },
    ]);
    expect(requests).toEqual([[], ['{"done":{"id":"A-1"}}']]);
    expect(log.map(({ type }) => type)).toEqual([
      'episode.requested',
      'episode.started',
      'model_call.finished',
      'tool_call.requested',
      'tool_call.finished',
      'model_call.finished',
      'episode.completed',
    ]);
  });

  it('tells the model which arguments do not fit, sends nothing, and lets it correct them', async () => {
    await giveTool('find_order', { sideEffect: false });
    const before = stage.tools.requests.length;
    const { episode } = await answered(
      {
        models: {
          small: (request) => {
            const results = toolResults(request);
            if (results.length === 0) return [call('c1', 'find_order', { id: 7 }), stop('tool-calls')];
            if (results.length === 1) {
              expect(results[0]).toMatch(/do not fit/);
              return [call('c2', 'find_order', { id: 'A-2' }), stop('tool-calls')];
            }
            return say('Found.');
          },
        },
      },
      'Where is A-2?',
      {},
      'ORDER',
    );
    expect(episode).toMatchObject({ status: 'SUCCEEDED', answer: { content: 'Found.' } });
    expect(episode.toolCalls).toHaveLength(1);
    expect(stage.tools.requests.slice(before).map((request) => request.arguments)).toEqual([{ id: 'A-2' }]);
  });

  it('leaves a tier that keeps asking for calls that cannot be made', async () => {
    const { episode, log } = await answered(
      {
        models: {
          small: (_request, nth) => [call(`c${nth}`, 'no_such_tool', {}), stop('tool-calls')],
          large: () => say('Sorry.'),
        },
      },
      'Do it.',
    );
    expect(episode.answer?.content).toBe('Sorry.');
    expect(outcomesOf(log)).toEqual([null, null, 'INVALID_OUTPUT', null]);
  });

  it('goes on to the next tier when one abstains, and shows nothing of what that one said', async () => {
    const { episode, shown, log } = await answered(
      { models: { small: () => [said('I do not know.'), stop('abstained')], large: () => say('Yes, we do.') }, local: ['small'] },
      'Do you ship to Norway?',
    );
    expect(episode.answer?.content).toBe('Yes, we do.');
    expect(shown).toBe('Yes, we do.');
    expect(outcomesOf(log)).toEqual(['INVALID_OUTPUT', null]);
  });

  it('goes on to the next tier when the router doubts an answer, and shows nothing of that one', async () => {
    const { episode, shown, log } = await answered(
      {
        models: { small: () => say('Perhaps 12.'), large: () => say('It is 42.') },
        more: { router: createFirstTierRouter(['small', 'large'], 'Perhaps') },
      },
      'What is 6 times 7?',
    );
    expect([episode.answer?.content, shown]).toEqual(['It is 42.', 'It is 42.']);
    // Doubt is no judgement.
    expect(outcomesOf(log)).toEqual([null, null]);
  });

  it('answers with what was doubted where no other tier has an answer', async () => {
    const { episode, shown } = await answered(
      {
        models: { small: () => say('Perhaps 42.'), large: () => [said('I do not know.'), stop('abstained')] },
        local: ['large'],
        more: { router: createFirstTierRouter(['small', 'large'], 'Perhaps') },
      },
      'What is 6 times 7?',
    );
    expect(episode.status).toBe('SUCCEEDED');
    expect(shown).toBe(episode.answer?.content);
  });

  it('answers with what the last tier says although it abstains', async () => {
    const { episode, shown } = await answered(
      { models: { small: () => [said('I do not know that.'), stop('abstained')] }, local: ['small'] },
      'What is the meaning of life?',
    );
    expect(episode).toMatchObject({ status: 'SUCCEEDED', answer: { content: 'I do not know that.' } });
    expect(shown).toBe('I do not know that.');
  });

  it('gives an answer that fits the schema, or none', async () => {
    const responseSchema = { type: 'object', properties: { open: { type: 'boolean' } }, required: ['open'] };
    const good = await answered(
      { models: { small: () => say('Sure! {"open": true}'), large: () => say('{"open": true}') } },
      'Open?',
      { responseSchema },
    );
    expect(good.episode.answer?.content).toBe('{"open": true}');
    expect(good.shown).toBe('{"open": true}');
    expect(outcomesOf(good.log)).toEqual(['INVALID_OUTPUT', null]);
    await worker?.stop(0);
    const bad = await answered({ models: { small: () => say('{"open": 1}') } }, 'Open?', { responseSchema });
    expect(bad.episode).toMatchObject({ status: 'FAILED', answer: null });
    expect(bad.episode.failure).toMatch(/form that was asked for/);
    expect(bad.shown).toBe('');
  });

  it('tries again when a provider is overloaded, and bills each call as the provider counted it', async () => {
    const usage = { inputTokens: 7, outputTokens: 3, estimated: true };
    const { episode, log } = await answered(
      {
        models: {
          small: (_request, nth) => (nth === 0 ? [new ModelError('overloaded', 'busy', { usage })] : say('Here.')),
        },
      },
      'Hello?',
    );
    expect(episode.answer?.content).toBe('Here.');
    const calls = log.filter(({ type }) => type === 'model_call.finished').map(({ data }) => data);
    expect(calls).toMatchObject([
      { status: 'FAILED', ...usage, billable: true, outcome: null },
      { status: 'ANSWERED', ...USAGE, billable: true },
    ]);
  });

  it('goes on to the next tier when a provider stays away, and fails in words when all do', async () => {
    const down = () => [new ModelError('network', 'refused', {})];
    const next = await answered({ models: { small: down, large: () => say('I am here.') } }, 'Hello?');
    expect(next.episode.answer?.content).toBe('I am here.');
    expect(outcomesOf(next.log)).toEqual([null, null, 'PROVIDER_ERROR', null]);
    await worker?.stop(0);
    const none = await answered({ models: { small: down, large: down } }, 'Hello?');
    expect(none.episode).toMatchObject({ status: 'FAILED', answer: null });
    expect(none.episode.failure).toMatch(/could not be reached/);
  });

  it('is bounded in turns', async () => {
    await giveTool('find_order', { sideEffect: false });
    const { episode } = await answered(
      {
        models: { small: (_request, nth) => [call(`c${nth}`, 'find_order', { id: `A-${nth}` }), stop('tool-calls')] },
        limits: { modelTurns: 3 },
      },
      'Go round and round.',
      {},
      'ORDER',
    );
    expect(episode.status).toBe('FAILED');
    expect(episode.failure).toMatch(/too many steps/);
    expect(episode.toolCalls).toHaveLength(3);
  });

  it('is bounded in time', async () => {
    const { episode, log } = await answered(
      { models: { small: () => say('so slow', 10_000) }, limits: { episodeMs: 1_500 } },
      'Take your time.',
    );
    expect(episode.status).toBe('FAILED');
    expect(episode.failure).toMatch(/too long/);
    expect(outcomesOf(log)).toEqual(['TIMEOUT']);
  });
});

describe('a stream that dies after text was shown', () => {
  const whole = 'The parcel left our warehouse on Monday and should be with you by Thursday.';
  const part = 'The parcel left our ';
  const torn = (text: string) => [said(text), 100, new ModelError('network', 'reset', {})];

  it('is asked for again, and goes on where the same text stopped', async () => {
    const { episode, shown } = await answered(
      { models: { small: (_request, nth) => (nth === 0 ? torn(part) : say(whole)) } },
      'Where is it?',
    );
    expect(episode.answer?.content).toBe(whole);
    expect(shown).toBe(whole);
  });

  it('is continued from what was shown when the model says something else the second time', async () => {
    const { episode, shown, log } = await answered(
      {
        models: {
          small: (request, nth) => {
            if (nth === 0) return torn(part);
            const last = request.messages.at(-1);
            if (last?.role !== 'assistant') return say('Your parcel has left.', 5);
            expect(last.content).toBe(part);
            return say('warehouse on Monday.');
          },
        },
      },
      'Where is it?',
    );
    expect(episode.answer?.content).toBe('The parcel left our warehouse on Monday.');
    expect(shown).toBe(episode.answer?.content);
    const calls = log.filter(({ type }) => type === 'model_call.finished').map(({ data }) => data);
    expect(calls).toMatchObject([
      { status: 'FAILED', billable: true },
      { status: 'CANCELLED', billable: false },
      { status: 'ANSWERED', billable: true },
    ]);
  });

  it('is continued by the next tier, which may repeat what was shown', async () => {
    const { episode, shown } = await answered(
      { models: { small: () => torn(part), large: () => say(`${part}shop.`) }, limits: { retries: 0 } },
      'Where is it?',
    );
    expect(episode.answer?.content).toBe('The parcel left our shop.');
    expect(shown).toBe(episode.answer?.content);
  });
});

describe('a cancel', () => {
  it('ends a queued episode at once, and lets the next one of the session come', async () => {
    const session = await stage.startSession(tenant);
    const [first, second] = [await stage.send(tenant, session, 'One?'), await stage.send(tenant, session, 'Two?')];
    await cancel(first);
    expect((await stage.episode(tenant, first)).status).toBe('CANCELLED');
    worker = await stage.work({ models: { small: () => say('Two.') } });
    expect(await stage.ended(tenant, second)).toMatchObject({ status: 'SUCCEEDED', answer: { content: 'Two.' } });
  });

  it('cuts a stream, bills what was used, and leaves no answer', async () => {
    worker = await stage.work({ models: { small: () => say('one two three four five six seven eight', 40) } });
    const id = await stage.send(tenant, await stage.startSession(tenant), 'Count.');
    while ((await stage.shown(id)) === '') await new Promise((resolve) => setTimeout(resolve, 10));
    await cancel(id);
    const episode = await stage.ended(tenant, id);
    expect(episode).toMatchObject({ status: 'CANCELLED', answer: null });
    const [ended] = (await stage.logOf(id)).filter(({ type }) => type === 'model_call.finished');
    expect(ended?.data).toMatchObject({ status: 'CANCELLED', billable: true, estimated: true });
    expect(ended?.data.inputTokens).toBeGreaterThan(0);
  });

  it('lets a running tool call end, and makes none that has not begun', async () => {
    await giveTool('book', { sideEffect: true });
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    stage.tools.answer = async () => {
      begun.resolve();
      await goOn.promise;
      return { status: 'SUCCEEDED', result: 'booked', error: null };
    };
    const two = () => [call('a', 'book', { id: '1' }), call('b', 'book', { id: '2' }), stop('tool-calls')];
    worker = await stage.work({ models: { small: two } });
    const id = await stage.send(tenant, await stage.startSession(tenant, 'ORDER'), 'Book both.');
    await begun.promise;
    await cancel(id);
    goOn.resolve();
    const episode = await stage.ended(tenant, id);
    expect(episode.status).toBe('CANCELLED');
    expect(episode.toolCalls).toMatchObject([
      { status: 'COMPENSATION_FAILED', attempts: 1, result: 'booked', error: expect.stringContaining('no tool undoes it') },
      { status: 'FAILED', attempts: 0 },
    ]);
  });
});

describe('a session', () => {
  it('is answered in order, each answer knowing what was said before', async () => {
    const session = await stage.startSession(tenant);
    const ids = [];
    for (const text of ['One?', 'Two?', 'Three?']) ids.push(await stage.send(tenant, session, text));
    const heard: string[][] = [];
    worker = await stage.work({
      models: {
        small: ({ messages }) => {
          heard.push(messages.filter(({ role }) => role !== 'system').map(({ content }) => content));
          return say(`${messages.at(-1)?.content} Yes.`);
        },
      },
    });
    for (const id of ids) expect((await stage.ended(tenant, id)).status).toBe('SUCCEEDED');
    expect(heard).toEqual([['One?'], ['One?', 'One? Yes.', 'Two?'], ['One?', 'One? Yes.', 'Two?', 'Two? Yes.', 'Three?']]);
  });
});

async function cancel(id: string): Promise<void> {
  await stage.ask(tenant, 'mutation ($id: ID!) { cancelEpisode(id: $id) { status } }', { id });
}

async function giveTool(name: string, { sideEffect }: { sideEffect: boolean }): Promise<void> {
  await stage.giveTool(tenant, name, { sideEffect });
}

function outcomesOf(log: readonly LoggedEvent[]): unknown[] {
  return log.filter(({ type }) => type === 'model_call.finished').map(({ data }) => data.outcome);
}
