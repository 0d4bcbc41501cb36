/** The two wire formats that the scripted model server speaks: how a request is read, and how an answer is written. */

export type ServedMessage = {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly content: string;
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
};

export type ServedRequest = {
  /** Counted from 1 since the server started. */
  readonly number: number;
  readonly protocol: 'openai' | 'anthropic';
  readonly model: string;
  readonly messages: readonly ServedMessage[];
  /** Names of the tools offered. */
  readonly tools: readonly string[];
  readonly responseSchema: unknown;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as it came. */
  readonly body: Readonly<Record<string, unknown>>;
};

export type ServedToolCall = { readonly id: string; readonly name: string; readonly argumentsText: string };
export type ServedUsage = { readonly inputTokens: number; readonly outputTokens: number };
export type ServedFinish = 'stop' | 'tool-calls' | 'length' | 'refused';

/** Writes one answer as server-sent events; every method returns the text of its events. */
export type WireFormat = {
  open(usage: ServedUsage | null): string;
  text(text: string): string;
  toolCall(call: ServedToolCall): string;
  finish(reason: ServedFinish, usage: ServedUsage | null): string;
  /** An error in mid-stream. */
  error(type: string, message: string): string;
  errorBody(type: string, message: string): unknown;
};

type Json = Readonly<Record<string, unknown>>;
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);
const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});

export function openAiFormat(id: string, model: string): WireFormat {
  let toolCalls = 0;
  const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
  const chunk = (more: Json): string => event({ id, object: 'chat.completion.chunk', created: 1_700_000_000, model, ...more });
  const delta = (value: Json, reason: string | null = null): string =>
    chunk({ choices: [{ index: 0, delta: value, finish_reason: reason }] });
  const reasons = { stop: 'stop', 'tool-calls': 'tool_calls', length: 'length', refused: 'content_filter' };
  return {
    open: () => delta({ role: 'assistant', content: '' }),
    text: (text) => delta({ content: text }),
    toolCall: (call) => {
      const index = toolCalls++;
      const head = { index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } };
      const fragments = halvesOf(call.argumentsText).map((text) =>
        delta({ tool_calls: [{ index, function: { arguments: text } }] }),
      );
      return delta({ tool_calls: [head] }) + fragments.join('');
    },
    finish: (reason, usage) => {
      const counted = usage && { prompt_tokens: usage.inputTokens, completion_tokens: usage.outputTokens };
      const total = usage && { ...counted, total_tokens: usage.inputTokens + usage.outputTokens };
      return `${delta({}, reasons[reason])}${total ? chunk({ choices: [], usage: total }) : ''}data: [DONE]\n\n`;
    },
    error: (type, message) => event({ error: { message, type, code: type } }),
    errorBody: (type, message) => ({ error: { message, type, code: type, param: null } }),
  };
}

export function anthropicFormat(id: string, model: string): WireFormat {
  let index = -1;
  let openBlock: 'text' | 'tool_use' | null = null;
  const event = (type: string, more: Json): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
  const close = (): string => (openBlock === null ? '' : event('content_block_stop', { index }));
  const start = (block: Json & { type: 'text' | 'tool_use' }): string => {
    const closing = close();
    index += 1;
    openBlock = block.type;
    return closing + event('content_block_start', { index, content_block: block });
  };
  const reasons = { stop: 'end_turn', 'tool-calls': 'tool_use', length: 'max_tokens', refused: 'refusal' };
  return {
    open: (usage) => {
      const counted = usage === null ? {} : { usage: { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens } };
      const message = { id, type: 'message', role: 'assistant', model, content: [], stop_reason: null, usage: {}, ...counted };
      return event('message_start', { message }) + event('ping', {});
    },
    text: (text) => {
      const head = openBlock === 'text' ? '' : start({ type: 'text', text: '' });
      return head + event('content_block_delta', { index, delta: { type: 'text_delta', text } });
    },
    toolCall: (call) => {
      const head = start({ type: 'tool_use', id: call.id, name: call.name, input: {} });
      const fragments = halvesOf(call.argumentsText).map((partial_json) =>
        event('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json } }),
      );
      return head + fragments.join('');
    },
    finish: (reason, usage) => {
      const counted = usage === null ? {} : { usage: { output_tokens: usage.outputTokens } };
      const delta = { stop_reason: reasons[reason], stop_sequence: null };
      return close() + event('message_delta', { delta, ...counted }) + event('message_stop', {});
    },
    error: (type, message) => event('error', { error: { type, message } }),
    errorBody: (type, message) => ({ type: 'error', error: { type, message } }),
  };
}

/** Arguments come in fragments that are no JSON by themselves. */
function halvesOf(text: string): string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)].filter((half) => half !== '');
}

export function readOpenAiRequest(body: Json): Pick<ServedRequest, 'messages' | 'tools' | 'responseSchema'> {
  const messages = list(body.messages).map((message): ServedMessage => {
    const toolCalls = list(message.tool_calls).map((call) => {
      const { name, arguments: text } = object(call.function);
      return { id: String(call.id), name: String(name), arguments: String(text) };
    });
    return { role: message.role as ServedMessage['role'], content: textOf(message.content), toolCalls };
  });
  return {
    messages,
    tools: list(body.tools).map((tool) => String(object(tool.function).name)),
    responseSchema: object(object(body.response_format).json_schema).schema ?? null,
  };
}

export function readAnthropicRequest(body: Json): Pick<ServedRequest, 'messages' | 'tools' | 'responseSchema'> {
  const messages: ServedMessage[] = [];
  if (body.system !== undefined) messages.push({ role: 'system', content: textOf(body.system), toolCalls: [] });
  for (const message of list(body.messages)) {
    const blocks = list(message.content);
    for (const block of blocks.filter(({ type }) => type === 'tool_result')) {
      messages.push({ role: 'tool', content: textOf(block.content), toolCalls: [] });
    }
    const toolCalls = blocks
      .filter(({ type }) => type === 'tool_use')
      .map((block) => ({ id: String(block.id), name: String(block.name), arguments: JSON.stringify(block.input) }));
    const content = textOf(message.content);
    if (content !== '' || toolCalls.length > 0) messages.push({ role: message.role as 'user' | 'assistant', content, toolCalls });
  }
  return {
    messages,
    tools: list(body.tools).map((tool) => String(tool.name)),
    responseSchema: object(object(body.output_config).format).schema ?? null,
  };
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const texts = list(content).filter(({ type }) => type === 'text');
  return texts.map(({ text }) => String(text)).join('');
}
