import { describe, expect, it } from 'vitest';
import { isAnswer, judge, type Rules, type SaidTurn } from './verdict.ts';

const RULES: Rules = {
  responseSchema: null,
  tools: [
    {
      name: 'find',
      description: '',
      inputSchema: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
      sideEffect: false,
    },
  ],
  toolCallsLeft: 2,
  invalidTurnsLeft: 2,
};

function turn(said: Partial<SaidTurn>): SaidTurn {
  return { text: '', toolCalls: [], reason: 'stop', ...said };
}

const find = (id: unknown, n = 0) => ({ id: `c${n}`, name: 'find', arguments: { id } });

describe('a turn of a model', () => {
  it('is an answer when it says something and asks for nothing', () => {
    expect(judge(turn({ text: 'Hello.' }), RULES).verdict).toBe('ANSWER');
    expect(judge(turn({ text: ' \n' }), RULES).verdict).toBe('INVALID');
  });

  it('is no answer when the model abstains, whatever it says', () => {
    expect(judge(turn({ text: 'Perhaps.', reason: 'abstained' }), RULES).verdict).toBe('ABSTAINED');
  });

  it('has its calls refused one by one, each with what to correct', () => {
    const calls = [find('A-1'), find(1, 1), { id: 'c2', name: 'drop', arguments: {} }];
    const { verdict, toolCalls } = judge(turn({ toolCalls: calls }), { ...RULES, toolCallsLeft: 3 });
    expect(verdict).toBe('TOOLS');
    expect(toolCalls.map(({ refusal }) => refusal)).toEqual([
      null,
      expect.stringMatching(/do not fit/),
      expect.stringMatching(/no tool drop/),
    ]);
  });

  it('gets no more calls than are left', () => {
    const { toolCalls } = judge(turn({ toolCalls: [find('1'), find('2', 1), find('3', 2)] }), RULES);
    expect(toolCalls.map(({ refusal }) => refusal === null)).toEqual([true, true, false]);
  });

  it('is invalid once its tier has used up its invalid turns', () => {
    expect(judge(turn({ toolCalls: [find(1)] }), { ...RULES, invalidTurnsLeft: 0 }).verdict).toBe('INVALID');
    expect(judge(turn({ toolCalls: [find('1')] }), { ...RULES, invalidTurnsLeft: 0 }).verdict).toBe('TOOLS');
  });

  it('must be JSON that fits when a schema is asked for', () => {
    const schema = { type: 'object', required: ['open'] };
    expect(isAnswer('{"open": true}', schema)).toBe(true);
    expect(isAnswer('{"shut": true}', schema)).toBe(false);
    expect(isAnswer('```json\n{"open": true}\n```', schema)).toBe(false);
  });
});
