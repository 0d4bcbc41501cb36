import type { ModelTool, ModelToolCall } from '@switchyard/models/model';
import type { AskedToolCall } from '@switchyard/sessions/module';
import { fits } from '@switchyard/tools/schema-check';

export type SaidTurn = {
  readonly text: string;
  readonly toolCalls: readonly ModelToolCall[];
  readonly reason: 'stop' | 'tool-calls' | 'length' | 'abstained';
};

export type Rules = {
  readonly responseSchema: unknown;
  readonly tools: readonly ModelTool[];
  /** Tool calls that may still be made. */
  readonly toolCallsLeft: number;
  /** Turns with calls that cannot be made that this tier may still have. */
  readonly invalidTurnsLeft: number;
};

export type Verdict = {
  readonly verdict: 'ANSWER' | 'TOOLS' | 'ABSTAINED' | 'INVALID';
  readonly toolCalls: readonly AskedToolCall[];
};

/** What to make of all that a model said in one turn. */
export function judge(said: SaidTurn, rules: Rules): Verdict {
  if (said.reason === 'abstained') return { verdict: 'ABSTAINED', toolCalls: [] };
  if (said.toolCalls.length > 0) {
    const toolCalls = said.toolCalls.map((call, index) => ({ ...call, refusal: refusalOf(call, index, rules) }));
    const invalid = toolCalls.some((call) => call.refusal !== null) && rules.invalidTurnsLeft <= 0;
    return { verdict: invalid ? 'INVALID' : 'TOOLS', toolCalls };
  }
  return { verdict: isAnswer(said.text, rules.responseSchema) ? 'ANSWER' : 'INVALID', toolCalls: [] };
}

/** Whether a text can stand as the answer. */
export function isAnswer(text: string, responseSchema: unknown): boolean {
  if (text.trim() === '') return false;
  if (responseSchema === null || responseSchema === undefined) return true;
  try {
    return fits(responseSchema, JSON.parse(text)) === null;
  } catch {
    return false;
  }
}

function refusalOf(call: ModelToolCall, index: number, { tools, toolCallsLeft }: Rules): string | null {
  const tool = tools.find(({ name }) => name === call.name);
  if (tool === undefined) {
    return `There is no tool ${call.name.slice(0, 64)}. The tools are: ${tools.map(({ name }) => name).join(', ') || 'none'}.`;
  }
  if (index >= toolCallsLeft) return 'No more tools can be called for this message. Answer with what you know.';
  const fault = fits(tool.inputSchema, call.arguments);
  return fault === null ? null : `The arguments do not fit the tool's schema: ${fault}. Correct them and call again.`;
}
