import type { ModelMessage, ModelRequest, ModelToolCall } from '../model.ts';

type ToolResult = { readonly call: ModelToolCall; readonly content: string };

/** The conversation as the local model looks at it. */
export type Conversation = {
  /** Newest first, the one to answer in front. */
  readonly userMessages: readonly string[];
  /** What the assistant said last before each of these messages; null where it said nothing. */
  readonly saidBefore: readonly (string | null)[];
  /** Calls made since the newest user message, oldest first; those without a result are left out. */
  readonly results: readonly ToolResult[];
};

export function conversationOf({ messages }: Pick<ModelRequest, 'messages'>): Conversation {
  const userMessages: string[] = [];
  const saidBefore: (string | null)[] = [];
  let said: string | null = null;
  for (const message of messages) {
    if (message.role === 'assistant' && message.content.trim() !== '') said = message.content;
    if (message.role !== 'user') continue;
    userMessages.unshift(message.content);
    saidBefore.unshift(said);
    said = null;
  }
  return { userMessages, saidBefore, results: resultsOf(messages) };
}

function resultsOf(messages: readonly ModelMessage[]): ToolResult[] {
  const turn = messages.slice(messages.findLastIndex(({ role }) => role === 'user') + 1);
  const calls = new Map<string, ModelToolCall>();
  const results: ToolResult[] = [];
  for (const message of turn) {
    if (message.role === 'assistant') for (const call of message.toolCalls) calls.set(call.id, call);
    if (message.role !== 'tool') continue;
    const call = calls.get(message.toolCallId);
    if (call !== undefined) results.push({ call, content: message.content });
  }
  return results;
}

/** Whether the assistant asked something, so that the message after it may be the answer. */
export function isQuestion(text: string | null): boolean {
  return text !== null && /\?\s*$/.test(text);
}

const YES = /^(yes|yep|yeah|sure|ok|okay|correct|right|please do|do it|go ahead|confirmed?|of course|absolutely)\b/i;
const NO = /^(no|nope|never ?mind|forget it|stop|don'?t|do not|leave it|rather not|not now)\b/i;

export function isYes(text: string): boolean {
  return YES.test(text.trim());
}

/** A refusal that asks for nothing else instead. */
export function isNo(text: string): boolean {
  return NO.test(text.trim()) && text.trim().split(/\s+/).length <= 6;
}
