import type { ModelMessage } from './model.ts';
import { countMessageTokens } from './tokens.ts';

export type HistoryLimits = {
  /** Oldest first, the system prompt in front. */
  readonly messages: readonly ModelMessage[];
  /** The model's context window, in tokens. */
  readonly contextTokens: number;
  /** Tokens kept free: for the answer, the tools, the passages and the schema. */
  readonly reserveTokens: number;
  /** Tokens of one message; default the real count. */
  readonly count?: (message: ModelMessage) => number;
};

/**
 * The messages that fit, in their order: whole messages are dropped, oldest first. What is never dropped, even when it
 * does not fit: system prompts, the newest user message and what followed it (dropping the result of a tool that was
 * just called would make the model call it again). The results of tools are dropped together with their calls.
 */
export function fitToContext(limits: HistoryLimits): ModelMessage[] {
  const count = limits.count ?? countMessageTokens;
  const newestUser = limits.messages.findLastIndex((message) => message.role === 'user');
  const turn = newestUser < 0 ? limits.messages.length : newestUser;
  const kept = (message: ModelMessage, index: number): boolean => message.role === 'system' || index >= turn;

  const droppable = unitsOf(limits.messages.filter((message, index) => !kept(message, index)));
  let room = limits.contextTokens - limits.reserveTokens;
  for (const message of limits.messages.filter(kept)) room -= count(message);

  const survivors = new Set<ModelMessage>();
  for (const unit of droppable.reverse()) {
    room -= unit.reduce((tokens, message) => tokens + count(message), 0);
    if (room < 0) break;
    for (const message of unit) survivors.add(message);
  }
  return limits.messages.filter((message, index) => kept(message, index) || survivors.has(message));
}

/** Messages that stay or go together: an assistant's calls with their results, any other message alone. Results without a call go. */
function unitsOf(messages: readonly ModelMessage[]): ModelMessage[][] {
  const units: ModelMessage[][] = [];
  const unitOfCall = new Map<string, ModelMessage[]>();
  for (const message of messages) {
    if (message.role === 'tool') {
      unitOfCall.get(message.toolCallId)?.push(message);
      continue;
    }
    const unit = [message];
    units.push(unit);
    if (message.role === 'assistant') for (const call of message.toolCalls) unitOfCall.set(call.id, unit);
  }
  return units;
}
