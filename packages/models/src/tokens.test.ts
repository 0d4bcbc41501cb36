import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelRequest } from './model.ts';
import { countMessageTokens, countRequestTokens, countTokens } from './tokens.ts';

describe('countTokens', () => {
  it('counts as o200k_base does', () => {
    expect(countTokens('')).toBe(0);
    expect(countTokens('hello world')).toBe(2);
    expect(countTokens('Where is my order A-1042?')).toBe(9);
  });

  it('counts the spelling of a special token as text', () => {
    expect(countTokens('<|endoftext|>')).toBeGreaterThan(1);
  });

  it('counts an unbroken run of 200,000 characters in under a second', () => {
    const started = performance.now();
    expect(countTokens('a'.repeat(200_000))).toBeGreaterThan(10_000);
    expect(countTokens(' '.repeat(200_000))).toBeGreaterThan(0);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('counts any text to at least one token and at most its bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 400 }), (text) => {
        const tokens = countTokens(text);
        expect(tokens).toBeGreaterThan(0);
        expect(tokens).toBeLessThanOrEqual(Buffer.byteLength(text));
      }),
    );
  });
});

describe('countRequestTokens', () => {
  const empty: ModelRequest = {
    model: 'm',
    messages: [],
    tools: [],
    passages: [],
    useCase: 'GENERAL',
    responseSchema: null,
    maxOutputTokens: 100,
    seed: 's',
  };

  it('grows with each part of the request', () => {
    const messages = [{ role: 'user', content: 'Where is it?' }] as const;
    const tools = [{ name: 'find', description: 'Finds.', inputSchema: { type: 'object' }, sideEffect: false }];
    const passages = [{ documentId: 'd', title: 'Returns', text: 'Thirty days.', url: null, score: 1 }];
    const counts = [
      empty,
      { ...empty, messages },
      { ...empty, messages, tools },
      { ...empty, messages, tools, passages },
      { ...empty, messages, tools, passages, responseSchema: { type: 'object' } },
    ].map(countRequestTokens);
    expect(counts.toSorted((a, b) => a - b)).toEqual(counts);
    expect(new Set(counts).size).toBe(counts.length);
  });

  it('counts the arguments of a tool call', () => {
    const call = { id: 'call_1', name: 'find', arguments: { id: 'A-1042' } };
    const without = countMessageTokens({ role: 'assistant', content: '', toolCalls: [] });
    expect(countMessageTokens({ role: 'assistant', content: '', toolCalls: [call] })).toBeGreaterThan(without + 5);
  });
});
