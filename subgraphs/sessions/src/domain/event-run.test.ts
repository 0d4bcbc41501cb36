import { type EpisodeId, type EventId, newId, type SessionId, type ToolCallId } from '@switchyard/kernel/ids';
import { expect, it } from 'vitest';
import { packEvents, unpackEvents } from './event-run.ts';
import type { LoggedEvent } from './session-event.ts';

const sessionId = newId<SessionId>();
const common = { sessionId, at: new Date(1_700_000_000_123), episodeId: newId<EpisodeId>(), toolCallId: null, text: null };

it('packed events are what they were, and what is none is not taken for any', () => {
  const events: LoggedEvent[] = [
    { ...common, id: newId<EventId>(), seq: 7, kind: 'AnswerDelta', text: 'Grüße "\n' },
    { ...common, id: newId<EventId>(), seq: 8, kind: 'ToolCallChanged', toolCallId: newId<ToolCallId>() },
    { ...common, id: newId<EventId>(), seq: 9, kind: 'EpisodeChanged' },
  ];
  expect(unpackEvents(packEvents(events), sessionId)).toEqual(events);
  for (const other of ['', '{', '{}', '[1]', '[[1,"a",9,1,"e",null,null]]', '[["1","a",0,1,"e",null,null]]'])
    expect(unpackEvents(other, sessionId)).toBeNull();
});
