import type { DropPolicy } from '@switchyard/kernel/drop-policy';
import { type EpisodeId, type EventId, newId, type SessionId, type ToolCallId } from '@switchyard/kernel/ids';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutboundQueue } from './outbound-queue.ts';
import type { LoggedEvent, SessionEvent, SessionEventKind } from './session-event.ts';

const sessionId = newId<SessionId>();
const episodes = [newId<EpisodeId>(), newId<EpisodeId>()] as const;
const toolCallId = newId<ToolCallId>();

function event(seq: number, kind: SessionEventKind, episode = 0): LoggedEvent {
  return {
    id: `event-${seq}` as EventId,
    sessionId,
    seq,
    kind,
    at: new Date(seq),
    episodeId: episodes[episode] ?? episodes[0],
    toolCallId: kind === 'ToolCallChanged' ? toolCallId : null,
    text: kind === 'AnswerDelta' ? `<${seq}>` : null,
  };
}

/** A run of offers (an event) and takes (null), to the end; what the reader got, and what was refused. */
function play(steps: readonly (LoggedEvent | null)[], dropPolicy: DropPolicy, maxQueue: number) {
  const queue = new OutboundQueue({ dropPolicy, maxQueue });
  const [taken, refused]: [SessionEvent[], LoggedEvent[]] = [[], []];
  for (const step of steps) {
    if (step !== null) {
      // Once refused, the reader goes on from the log: nothing later may be taken in.
      if (refused.length > 0 || !queue.offer(step)) refused.push(step);
    } else {
      const one = queue.take();
      if (one !== undefined) taken.push(one);
    }
    expect(queue.length).toBeLessThanOrEqual(maxQueue);
  }
  for (let one = queue.take(); one !== undefined; one = queue.take()) taken.push(one);
  return { taken, refused };
}

const kinds = fc.constantFrom<SessionEventKind>('AnswerDelta', 'AnswerDelta', 'EpisodeChanged', 'ToolCallChanged');
const runs = fc.array(fc.oneof(fc.tuple(kinds, fc.nat(1)), fc.constant(null)), { maxLength: 60 }).map((steps) => {
  let seq = 0;
  return steps.map((step) => (step === null ? null : event(++seq, ...step)));
});
const offered = (steps: readonly (LoggedEvent | null)[]) => steps.filter((step) => step !== null);
const textOf = (events: readonly SessionEvent[], episode: EpisodeId) =>
  events.map((one) => (one.kind === 'AnswerDelta' && one.episodeId === episode ? one.text : '')).join('');
const countsOf = (events: readonly SessionEvent[]) =>
  events.reduce((sum, one) => sum + (one.kind === 'EventsDropped' ? one.count : 1), 0);

describe('the queue of one reader', () => {
  it('never exceeds its bound, keeps the order, and under INTERMEDIATE loses no text, no end and no tool call', () => {
    fc.assert(
      fc.property(runs, fc.integer({ min: 1, max: 8 }), (steps, maxQueue) => {
        const { taken, refused } = play(steps, 'INTERMEDIATE', maxQueue);
        const all = [...taken, ...refused];
        expect(all.map((one) => one.seq)).toEqual(all.map((one) => one.seq).sort((a, b) => a - b));
        for (const episode of episodes) expect(textOf(all, episode)).toBe(textOf(offered(steps), episode));
        const calls = (events: readonly SessionEvent[]) =>
          events.filter((one) => one.kind === 'ToolCallChanged').map((one) => one.id);
        expect(calls(all)).toEqual(calls(offered(steps)));
        for (const episode of episodes) {
          const last = (events: readonly SessionEvent[]) =>
            events.findLast((one) => one.kind === 'EpisodeChanged' && one.episodeId === episode)?.id;
          expect(last(all)).toBe(last(offered(steps)));
        }
        const states = (events: readonly SessionEvent[]) =>
          countsOf(events.filter((one) => one.kind === 'EpisodeChanged' || one.kind === 'EventsDropped'));
        expect(states(all)).toBe(states(offered(steps)));
      }),
    );
  });

  it.each(['OLDEST', 'NEWEST'] as const)('under %s says of every event that it dropped it, in its place', (policy) => {
    fc.assert(
      fc.property(runs, fc.integer({ min: 1, max: 8 }), (steps, maxQueue) => {
        const { taken, refused } = play(steps, policy, maxQueue);
        expect(refused).toEqual([]);
        let next = 1;
        for (const one of taken) {
          if (one.kind === 'EventsDropped') next += one.count - 1;
          expect(one.seq).toBe(next);
          expect(one.id).toBe(`event-${next}`);
          next += 1;
        }
        expect(next - 1).toBe(offered(steps).length);
      }),
    );
  });

  it('drops what each policy says', () => {
    const steps = Array.from({ length: 6 }, (_, i) => event(i + 1, 'ToolCallChanged'));
    const shown = (policy: DropPolicy) =>
      play(steps, policy, 3).taken.map((one) => (one.kind === 'EventsDropped' ? `${one.count} dropped` : one.seq));
    expect(shown('OLDEST')).toEqual(['4 dropped', 5, 6]);
    expect(shown('NEWEST')).toEqual([1, 2, 3, '3 dropped']);
    expect(shown('INTERMEDIATE')).toEqual([1, 2, 3]);
    expect(play(steps, 'INTERMEDIATE', 3).refused).toHaveLength(3);
  });

  it('under INTERMEDIATE merges pieces of one answer, and says how many states it left out', () => {
    const steps = [
      event(1, 'EpisodeChanged'),
      event(2, 'AnswerDelta'),
      event(3, 'AnswerDelta'),
      event(4, 'EpisodeChanged'),
      event(5, 'EpisodeChanged'),
    ];
    const { taken } = play(steps, 'INTERMEDIATE', 4);
    expect(taken.map((one) => [one.kind, one.id, 'text' in one ? one.text : one.count])).toEqual([
      ['AnswerDelta', 'event-3', '<2><3>'],
      ['EventsDropped', 'event-4', 2],
      ['EpisodeChanged', 'event-5', null],
    ]);
  });
});
