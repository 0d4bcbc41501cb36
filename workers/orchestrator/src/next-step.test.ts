import { type EpisodeId, type ModelCallId, newId, type RouteDecisionId, type ToolCallId } from '@switchyard/kernel/ids';
import type { EpisodeState } from '@switchyard/sessions/module';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from './limits.ts';
import { endWithoutTier, type ModelStep, modeOf, nextStep } from './next-step.ts';

type ModelCall = EpisodeState['modelCalls'][number];
type ToolCall = EpisodeState['toolCalls'][number];
type Verdict = NonNullable<ModelCall['turn']>['verdict'];

/** An episode as its rows would say it stands; only what decides the next step is filled in. */
function given(more: {
  readonly modelCalls?: readonly Partial<ModelCall>[];
  readonly toolCalls?: readonly Partial<ToolCall>[];
  readonly episode?: Partial<EpisodeState['episode']>;
  readonly shown?: EpisodeState['shown'];
}): EpisodeState {
  return {
    episode: { id: newId<EpisodeId>(), cancelRequestedAt: null, responseSchema: null, fence: 1, ...more.episode },
    modelCalls: more.modelCalls ?? [],
    toolCalls: more.toolCalls ?? [],
    shown: more.shown ?? new Map(),
  } as unknown as EpisodeState;
}

function modelCall(more: Partial<ModelCall>): Partial<ModelCall> {
  return {
    id: newId<ModelCallId>(),
    turnNumber: 1,
    tier: 'small',
    routeDecisionId: newId<RouteDecisionId>(),
    status: 'ANSWERED',
    turn: null,
    tierGivenUp: false,
    error: null,
    ...more,
  };
}

function turn(verdict: Verdict, text = ''): ModelCall['turn'] {
  return { verdict, text, toolCalls: [], citations: [] };
}

function toolCall(attempts: number, status: ToolCall['status'] = 'REQUESTED'): Partial<ToolCall> {
  return { id: newId<ToolCallId>(), attempts, status };
}

const then = (state: EpisodeState, overdue = false) => nextStep(state, DEFAULT_LIMITS, overdue);
const cancelled = { cancelRequestedAt: new Date(0) };

describe('the next step of an episode', () => {
  it('at the beginning is to ask a model', () => {
    expect(then(given({}))).toMatchObject({
      kind: 'CALL_MODEL',
      turnNumber: 1,
      decisionNumber: 0,
      excludeTiers: [],
      escalatedFrom: null,
    });
  });

  it('is the first tool call that waits, and one that has begun before it', () => {
    const [first, begun] = [toolCall(0), toolCall(1)];
    const asked = [modelCall({ turn: turn('TOOLS') })];
    expect(then(given({ modelCalls: asked, toolCalls: [first, toolCall(0)] }))).toEqual({ kind: 'CALL_TOOL', call: first });
    expect(then(given({ modelCalls: asked, toolCalls: [first, begun] }))).toEqual({ kind: 'CALL_TOOL', call: begun });
  });

  it('after the tools is to ask the model again', () => {
    const state = given({
      modelCalls: [modelCall({ turn: turn('TOOLS') })],
      toolCalls: [toolCall(1, 'SUCCEEDED'), toolCall(1, 'UNKNOWN')],
    });
    expect(then(state)).toMatchObject({ kind: 'CALL_MODEL', turnNumber: 2 });
  });

  it('when it shall be cancelled is to finish what has begun, then to end', () => {
    const begun = toolCall(1);
    expect(then(given({ episode: cancelled, toolCalls: [toolCall(0), begun] }))).toEqual({ kind: 'CALL_TOOL', call: begun });
    expect(then(given({ episode: cancelled, toolCalls: [toolCall(0)] }))).toEqual({
      kind: 'COMPLETE',
      end: { status: 'CANCELLED' },
    });
  });

  it('is to fail when it took too long, was taken up too often, or needs too many turns', () => {
    const fails = { kind: 'COMPLETE', end: { status: 'FAILED' } };
    expect(then(given({}), true)).toMatchObject(fails);
    expect(then(given({ episode: { fence: DEFAULT_LIMITS.claims + 1 } }))).toMatchObject(fails);
    const turns = Array.from({ length: DEFAULT_LIMITS.modelTurns }, () => modelCall({ turn: turn('TOOLS') }));
    expect(then(given({ modelCalls: turns }))).toMatchObject(fails);
    expect(then(given({ modelCalls: turns.slice(1) }))).toMatchObject({ kind: 'CALL_MODEL' });
  });

  it('after a tier was given up is another decision, without it, escalated from it', () => {
    const small = modelCall({ tierGivenUp: true, turn: turn('ABSTAINED') });
    expect(then(given({ modelCalls: [small] }))).toMatchObject({
      kind: 'CALL_MODEL',
      turnNumber: 1,
      decisionNumber: 1,
      excludeTiers: ['small'],
      escalatedFrom: small.routeDecisionId,
    });
  });

  it('after calls that broke off is the same turn by the same decision', () => {
    const calls = (['FAILED', 'LOST', 'CANCELLED'] as const).map((status) => modelCall({ status }));
    expect(then(given({ modelCalls: calls }))).toMatchObject({ turnNumber: 1, decisionNumber: 0 });
  });

  it('knows what was shown in this turn apart from what was shown before', () => {
    const [before, torn] = [modelCall({ turn: turn('TOOLS', 'Look.') }), modelCall({ turnNumber: 2, status: 'LOST' })];
    const shown = new Map([
      [before.id as ModelCallId, 'Look.'],
      [torn.id as ModelCallId, '\n\nIt is'],
    ]);
    expect(then(given({ modelCalls: [before, torn], shown }))).toMatchObject({ shown: { before: 'Look.', prefix: 'It is' } });
  });
});

describe('a turn of which something was shown', () => {
  const torn = modelCall({ status: 'FAILED' });
  const shown = new Map([[torn.id as ModelCallId, 'It is']]);
  const modeAfter = (calls: readonly Partial<ModelCall>[], tier: string) => {
    const state = given({ modelCalls: calls, shown });
    return modeOf(state, then(state) as ModelStep, tier);
  };

  it('is asked for again from the tier that said it', () => {
    expect(modeAfter([torn], 'small')).toBe('REPEAT');
    expect(modeAfter([torn, modelCall({ status: 'FAILED' })], 'small')).toBe('REPEAT');
  });

  it('is continued from what was shown by another tier, or once a repetition has diverged', () => {
    expect(modeAfter([torn], 'large')).toBe('CONTINUE');
    expect(modeAfter([torn, modelCall({ status: 'CANCELLED', error: 'DIVERGED' })], 'small')).toBe('CONTINUE');
  });
});

describe('an episode that no tier is left for', () => {
  const end = (calls: readonly Partial<ModelCall>[], episode: Partial<EpisodeState['episode']> = {}) => {
    const state = given({ modelCalls: calls, episode });
    return endWithoutTier(state, then(state) as ModelStep);
  };

  it('is answered with the last text of a model that was not sure of it', () => {
    const unsure = modelCall({ tierGivenUp: true, error: 'ABSTAINED', turn: turn('ABSTAINED', 'I do not know.') });
    expect(end([unsure])).toMatchObject({ status: 'SUCCEEDED', answer: 'I do not know.', unshown: { modelCallId: unsure.id } });
    expect(end([unsure], { responseSchema: { type: 'object' } })).toMatchObject({ status: 'FAILED' });
  });

  it.each([
    ['ABSTAINED', /knew the answer/],
    ['INVALID_OUTPUT', /form/],
    ['refused', /refused/],
    ['too-long', /longer/],
    ['network', /could not be reached/],
  ])('fails after %s in words for people', (error, words) => {
    expect(end([modelCall({ tierGivenUp: true, error })])).toMatchObject({
      status: 'FAILED',
      failure: expect.stringMatching(words),
    });
  });
});

describe('an episode that undoes what it has done', () => {
  const ending = { status: 'FAILED', failure: 'No model knew.' } as const;

  it('makes the calls that undo, whatever is wished or due meanwhile, and then ends as it was going to', () => {
    const undo = toolCall(0);
    const state = given({
      episode: { ending, ...cancelled, fence: DEFAULT_LIMITS.claims + 1 },
      toolCalls: [toolCall(1, 'SUCCEEDED'), undo],
    });
    expect(then(state, true)).toEqual({ kind: 'CALL_TOOL', call: undo });
    expect(then(given({ episode: { ending, ...cancelled }, toolCalls: [toolCall(1, 'COMPENSATED')] }), true)).toEqual({
      kind: 'COMPLETE',
      end: ending,
    });
  });

  it('is given up when it was interrupted far too often', () => {
    const state = given({ episode: { ending, fence: 3 * DEFAULT_LIMITS.claims + 1 }, toolCalls: [toolCall(0)] });
    expect(then(state)).toEqual({ kind: 'COMPLETE', end: ending });
  });
});

describe('an episode with a call that waits for a person', () => {
  const waiting = toolCall(0, 'AWAITING_APPROVAL');

  it('makes the calls before it, and then waits', () => {
    const first = toolCall(0);
    expect(then(given({ toolCalls: [first, waiting, toolCall(0)] }))).toEqual({ kind: 'CALL_TOOL', call: first });
    expect(then(given({ toolCalls: [toolCall(1, 'SUCCEEDED'), waiting, toolCall(0)] }))).toEqual({ kind: 'WAIT' });
  });

  it('ends without it when it is cancelled', () => {
    expect(then(given({ episode: cancelled, toolCalls: [waiting] }))).toEqual({ kind: 'COMPLETE', end: { status: 'CANCELLED' } });
  });
});
