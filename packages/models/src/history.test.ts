import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitToContext } from './history.ts';
import type { ModelMessage } from './model.ts';

const system: ModelMessage = { role: 'system', content: 'sys' };
const user = (content: string): ModelMessage => ({ role: 'user', content });
const assistant = (content: string): ModelMessage => ({ role: 'assistant', content, toolCalls: [] });
const exchange = (id: string, content: string): ModelMessage[] => [
  { role: 'assistant', content: '', toolCalls: [{ id, name: 'find', arguments: {} }] },
  { role: 'tool', toolCallId: id, tool: 'find', content },
];
const length = (message: ModelMessage): number => message.content.length;

describe('fitToContext', () => {
  it('keeps everything that fits', () => {
    const messages = [system, user('one'), assistant('two'), user('three')];
    expect(fitToContext({ messages, contextTokens: 1_000, reserveTokens: 100 })).toEqual(messages);
  });

  it('drops the oldest messages first', () => {
    const messages = [system, user('aaaaa'), assistant('bbbbb'), user('ccccc')];
    expect(fitToContext({ messages, contextTokens: 13, reserveTokens: 0, count: length })).toEqual([
      system,
      messages[2],
      messages[3],
    ]);
  });

  it('drops the result of a tool together with its call', () => {
    const messages = [system, user('a'), ...exchange('c1', 'long result'), assistant('done'), user('b')];
    expect(fitToContext({ messages, contextTokens: 12, reserveTokens: 0, count: length })).toEqual([
      system,
      assistant('done'),
      user('b'),
    ]);
  });

  it('keeps the system prompt, the newest user message and what followed it, even when they do not fit', () => {
    const messages = [system, user('old'), user('newest'), ...exchange('c1', 'result')];
    expect(fitToContext({ messages, contextTokens: 1, reserveTokens: 0, count: length })).toEqual([system, ...messages.slice(2)]);
  });

  it('holds for any history: in order, newest kept, within the window or nothing left to drop, no result without its call', () => {
    const text = fc.string({ maxLength: 20 });
    const unit = fc.oneof(
      text.map((content) => [user(content)]),
      text.map((content) => [assistant(content)]),
      fc.tuple(fc.uuid(), text).map(([id, content]) => exchange(id, content)),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 20 }), text, fc.nat(200), (units, newest, contextTokens) => {
        const messages = [system, ...units.flat(), user(newest)];
        const fitted = fitToContext({ messages, contextTokens, reserveTokens: 10, count: length });
        const rest = fitted.slice(1);
        expect(fitted[0]).toBe(system);
        expect(rest).toEqual(messages.slice(messages.length - rest.length));
        const size = fitted.reduce((sum, message) => sum + length(message), 0);
        expect(size <= contextTokens - 10 || fitted.length === 2).toBe(true);
        const calls = new Set(
          rest.flatMap((message) => (message.role === 'assistant' ? message.toolCalls.map((call) => call.id) : [])),
        );
        for (const message of rest) if (message.role === 'tool') expect(calls.has(message.toolCallId)).toBe(true);
      }),
    );
  });
});
