import { setTimeout as pause } from 'node:timers/promises';
import { ModelError, type ModelEvent, type ModelProvider, type ModelRequest } from '@switchyard/models/model';

/** What a model does with a request; `nth` counts its calls from 0. A number is a pause in milliseconds. */
export type Script = (request: ModelRequest, nth: number) => readonly (ModelEvent | ModelError | number)[];

export const USAGE = { inputTokens: 100, outputTokens: 20, estimated: false };

/** Speaks a script, event by event, and stops when it is told to. */
export function scripted(script: Script): ModelProvider {
  let calls = 0;
  return {
    async *stream(request, signal) {
      for (const event of script(request, calls++)) {
        if (typeof event === 'number') await pause(event, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) throw new ModelError('cancelled', 'cancelled');
        if (event instanceof ModelError) throw event;
        if (typeof event !== 'number') yield event;
      }
    },
  };
}

/** Says the text in pieces, with a pause before each, and stops. */
export function say(text: string, pieceMs = 0): (ModelEvent | number)[] {
  const pieces = text.match(/\S+\s*/g) ?? [];
  return [...pieces.flatMap((piece) => (pieceMs > 0 ? [pieceMs, said(piece)] : [said(piece)])), stop()];
}

export function said(text: string): ModelEvent {
  return { kind: 'text', text };
}

export function stop(reason: 'stop' | 'tool-calls' | 'length' | 'abstained' = 'stop'): ModelEvent {
  return { kind: 'finished', reason, usage: USAGE, citations: [] };
}

export function call(id: string, name: string, args: unknown): ModelEvent {
  return { kind: 'tool-call', call: { id, name, arguments: args } };
}

/** The tools that were called and answered so far in a request. */
export function toolResults(request: ModelRequest): readonly string[] {
  return request.messages.flatMap((message) => (message.role === 'tool' ? [message.content] : []));
}
