import { type EpisodeId, type EventId, newId, type SessionId, type ToolCallId } from '@switchyard/kernel/ids';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideCancel, EPISODE_STATUSES, endOfUndone, traceIdOf } from './episode.ts';
import { checkWish, MAX_MESSAGE_LENGTH } from './message.ts';
import { costOf } from './model-call.ts';
import { condense, type LoggedEvent, type SessionEvent } from './session-event.ts';
import { fateOfInterrupted } from './tool-call.ts';

describe('a wish to cancel', () => {
  it.each([
    ['QUEUED', 'END_NOW'],
    ['RUNNING', 'ASK_WORKER'],
    ['CANCELLED', 'NOTHING_TO_DO'],
  ] as const)('given %s: %s', (status, expected) => {
    expect(decideCancel({ status })).toEqual({ ok: true, value: expected });
  });

  it('is refused for an episode that has ended otherwise', () => {
    for (const status of EPISODE_STATUSES.filter((one) => !['QUEUED', 'RUNNING', 'CANCELLED'].includes(one))) {
      expect(decideCancel({ status })).toEqual({ ok: false, error: { kind: 'has-ended' } });
    }
  });
});

describe('the end of an episode that did not succeed', () => {
  const failed = { status: 'FAILED', failure: 'No model knew.' } as const;

  it.each([
    [failed, [], 'FAILED', 'No model knew.'],
    [failed, ['COMPENSATED', 'COMPENSATED'], 'COMPENSATED', 'No model knew. What had been done was undone.'],
    [failed, ['COMPENSATED', 'UNKNOWN'], 'FAILED', expect.stringContaining('Not all')],
    [failed, ['COMPENSATION_FAILED'], 'FAILED', expect.stringContaining('Not all')],
    [{ status: 'CANCELLED' } as const, ['COMPENSATED'], 'COMPENSATED', 'It was cancelled. What had been done was undone.'],
    [{ status: 'CANCELLED' } as const, ['COMPENSATION_FAILED'], 'CANCELLED', null],
    [{ status: 'CANCELLED' } as const, [], 'CANCELLED', null],
  ] as const)('%j with effects %j is %s', (end, effects, status, failure) => {
    expect(endOfUndone(end, effects)).toEqual({ status, failure });
  });

  it('may be cancelled once more when it was undone for a cancel, and not when it was undone for a failure', () => {
    expect(decideCancel({ status: 'COMPENSATED', cancelRequestedAt: new Date() }).ok).toBe(true);
    expect(decideCancel({ status: 'COMPENSATED', cancelRequestedAt: null }).ok).toBe(false);
  });
});

describe('a message', () => {
  const wish = { content: 'Hello', tier: null, maxCost: null };

  it('has 1 to 32,000 characters', () => {
    expect(checkWish({ ...wish, content: 'x'.repeat(MAX_MESSAGE_LENGTH) }, []).ok).toBe(true);
    for (const content of ['', '  ', 'x'.repeat(MAX_MESSAGE_LENGTH + 1)]) {
      expect(checkWish({ ...wish, content }, [])).toEqual({ ok: false, error: { kind: 'content-length' } });
    }
  });

  it('may be pinned to a tier that there is, and to no other', () => {
    expect(checkWish({ ...wish, tier: 'small' }, ['small']).ok).toBe(true);
    expect(checkWish({ ...wish, tier: 'tiny' }, ['small'])).toEqual({ ok: false, error: { kind: 'unknown-tier', tier: 'tiny' } });
  });
});

describe('a tool call whose worker died', () => {
  it.each([
    [{ attempts: 0, sideEffect: true, idempotent: false }, 'CALL'],
    [{ attempts: 1, sideEffect: true, idempotent: false }, 'UNKNOWN'],
    [{ attempts: 1, sideEffect: true, idempotent: true }, 'CALL'],
    [{ attempts: 3, sideEffect: false, idempotent: false }, 'CALL'],
  ] as const)('%o: %s', (call, fate) => {
    expect(fateOfInterrupted(call)).toBe(fate);
  });
});

describe('what a model call costs', () => {
  it('is exact, on its own tier and on the dearest', () => {
    const prices = { input: '0.15', output: '0.60', dearestInput: '3', dearestOutput: '15', currency: 'USD' };
    expect(costOf(prices, { inputTokens: 1, outputTokens: 1, estimated: false })).toEqual({
      cost: '0.00000075',
      dearestCost: '0.000018',
    });
  });
});

describe('what a reader missed', () => {
  const [sessionId, toolCallId] = [newId<SessionId>(), newId<ToolCallId>()];
  const episodes = [newId<EpisodeId>(), newId<EpisodeId>()] as const;
  const kinds = fc.constantFrom('EpisodeChanged', 'AnswerDelta', 'ToolCallChanged');
  const events = fc.array(fc.record({ kind: kinds, of: fc.constantFrom(0, 1), text: fc.string({ maxLength: 3 }) })).map((raw) =>
    raw.map(
      ({ kind, of, text }, index): LoggedEvent => ({
        id: newId<EventId>(),
        sessionId,
        seq: index + 1,
        kind,
        at: new Date(0),
        episodeId: episodes[of as 0 | 1],
        toolCallId: kind === 'ToolCallChanged' ? toolCallId : null,
        text: kind === 'AnswerDelta' ? text : null,
      }),
    ),
  );
  const textOf = (all: readonly SessionEvent[], episode: EpisodeId) =>
    all.map((one) => (one.kind === 'AnswerDelta' && one.episodeId === episode ? one.text : '')).join('');

  it('keeps every answer’s text, every tool call’s states, each episode’s newest, the order, and the last event’s id', () => {
    fc.assert(
      fc.property(events, (all) => {
        const kept = condense(all, { tell: false, maxText: Number.POSITIVE_INFINITY });
        for (const episode of episodes) expect(textOf(kept, episode)).toBe(textOf(all, episode));
        expect(kept.map(({ seq }) => seq)).toEqual(kept.map(({ seq }) => seq).toSorted((a, b) => a - b));
        const toolCalls = (list: readonly SessionEvent[]) => list.filter(({ kind }) => kind === 'ToolCallChanged');
        expect(toolCalls(kept)).toEqual(toolCalls(all));
        for (const episode of episodes) {
          const states = (list: readonly SessionEvent[]) =>
            list.filter((one) => one.kind === 'EpisodeChanged' && one.episodeId === episode);
          expect(states(kept)).toEqual(states(all).slice(-1));
        }
        expect(kept.at(-1)?.id).toBe(all.at(-1)?.id);
      }),
    );
  });
});

describe('a trace id', () => {
  it('is read from a traceparent', () => {
    expect(traceIdOf('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(traceIdOf('nonsense')).toBeNull();
    expect(traceIdOf(null)).toBeNull();
  });
});
