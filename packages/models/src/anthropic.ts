import Anthropic from '@anthropic-ai/sdk';
import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema';
import type {
  ContentBlockParam,
  MessageCreateParamsStreaming,
  MessageParam,
  RawMessageStreamEvent,
  Tool,
} from '@anthropic-ai/sdk/resources/messages';
import {
  type JsonSchema,
  ModelError,
  type ModelEvent,
  type ModelMessage,
  type ModelProvider,
  type ModelRequest,
} from './model.ts';
import { promptOf } from './prompt.ts';
import { DEFAULT_IDLE_TIMEOUT_MS, keepAliveFetch, type ProviderTimeouts } from './provider-agent.ts';
import type { ProviderFailure } from './provider-failure.ts';
import { readProviderStream } from './provider-stream.ts';
import { StreamedCall } from './streamed-call.ts';
import { parseArguments } from './tool-arguments.ts';
import { type ToolNames, toolNamesOf } from './tool-names.ts';

export type AnthropicOptions = ProviderTimeouts & {
  /** With or without a closing /v1. Default Anthropic's own. */
  readonly baseUrl?: string | null;
  readonly apiKey: string;
};

const ANTHROPIC_URL = 'https://api.anthropic.com';
const MAX_TOOL_NAME_LENGTH = 64;
const SDK_TIMEOUT_MS = 24 * 3_600_000;

/** Messages with streaming, by the official SDK with its own retries off: when to try again is the caller's decision. */
export function createAnthropicProvider(options: AnthropicOptions): ModelProvider {
  const client = new Anthropic({
    baseURL: (options.baseUrl ?? ANTHROPIC_URL).replace(/\/v1\/?$/, ''),
    apiKey: options.apiKey,
    authToken: null,
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    fetch: keepAliveFetch(options),
    logLevel: 'off',
  });
  const idleTimeoutMs = options.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS;

  return {
    async *stream(request, signal) {
      const names = toolNamesOf(request, MAX_TOOL_NAME_LENGTH);
      const call = new StreamedCall(request);
      const answer = new Answer(names, call);
      const open = async (socket: AbortSignal): Promise<AsyncIterable<RawMessageStreamEvent>> => {
        call.sent();
        const events = await client.messages.create(bodyOf(request, names), { signal: socket });
        call.opened();
        return events;
      };
      try {
        for await (const event of readProviderStream({ open, signal, idleTimeoutMs })) {
          const text = answer.read(event);
          if (text !== '') yield { kind: 'text', text };
        }
        yield* answer.finish();
      } catch (error) {
        throw call.failure(error, failureOf(error));
      }
    },
  };
}

/** Assembles the answer from the events of its stream. */
class Answer {
  readonly #names: ToolNames;
  readonly #call: StreamedCall;
  readonly #toolCalls = new Map<number, { id: string; name: string; arguments: string }>();
  #stopReason: string | null = null;
  #stopped: boolean = false;

  constructor(names: ToolNames, call: StreamedCall) {
    this.#names = names;
    this.#call = call;
  }

  /** The text that the event adds. */
  read(event: RawMessageStreamEvent): string {
    if (event.type === 'message_delta') {
      this.#stopReason = event.delta.stop_reason ?? this.#stopReason;
      if ('usage' in event) this.#report(event.usage, true);
      return '';
    }
    switch (event.type) {
      case 'message_start':
        this.#report(event.message.usage, false);
        return '';
      case 'content_block_start':
        return this.#startBlock(event.index, event.content_block);
      case 'content_block_delta':
        return this.#readDelta(event.index, event.delta);
      case 'message_stop':
        this.#stopped = true;
        return '';
      default:
        return '';
    }
  }

  /** What was written to and read from the provider's cache is input as well. */
  #report(usage: Partial<Anthropic.Messages.Usage> | Anthropic.Messages.MessageDeltaUsage, final: boolean): void {
    const { input_tokens: fresh, cache_creation_input_tokens: written, cache_read_input_tokens: read } = usage;
    const inputTokens = typeof fresh === 'number' ? fresh + (written ?? 0) + (read ?? 0) : null;
    this.#call.reported({ inputTokens, outputTokens: usage.output_tokens ?? null, final });
  }

  #startBlock(index: number, block: Anthropic.Messages.ContentBlock): string {
    if (block.type === 'tool_use') {
      this.#toolCalls.set(index, { id: block.id, name: block.name, arguments: '' });
      this.#call.received(block.name);
    }
    if (block.type !== 'text') return '';
    this.#call.received(block.text);
    return block.text;
  }

  #readDelta(index: number, delta: Anthropic.Messages.RawContentBlockDelta): string {
    if (delta.type === 'text_delta') {
      this.#call.received(delta.text);
      return delta.text;
    }
    if (delta.type === 'thinking_delta') this.#call.received(delta.thinking);
    const pending = this.#toolCalls.get(index);
    if (delta.type === 'input_json_delta' && pending !== undefined) {
      pending.arguments += delta.partial_json;
      this.#call.received(delta.partial_json);
    }
    return '';
  }

  *finish(): Iterable<ModelEvent> {
    if (!this.#stopped || this.#stopReason === null) throw new ModelError('network', 'the stream ended without a stop reason');
    if (this.#stopReason === 'refusal') throw new ModelError('refused', 'the model refused to answer');
    const cut = this.#stopReason === 'max_tokens' || this.#stopReason === 'model_context_window_exceeded';
    // A call whose arguments were cut off is no call.
    const toolCalls = cut ? [] : [...this.#toolCalls.values()];
    for (const { id, name, arguments: text } of toolCalls) {
      yield { kind: 'tool-call', call: { id, name: this.#names.fromWire(name), arguments: parseArguments(text) } };
    }
    const reason = cut ? 'length' : toolCalls.length > 0 ? 'tool-calls' : 'stop';
    yield { kind: 'finished', reason, usage: this.#call.usage(), citations: [] };
  }
}

function bodyOf(request: ModelRequest, names: ToolNames): MessageCreateParamsStreaming {
  const { system, turns } = promptOf(request);
  const format = request.responseSchema === null ? null : outputSchema(request.responseSchema);
  const tools = toolsOf(request, names);
  return {
    model: request.model,
    max_tokens: request.maxOutputTokens,
    stream: true,
    ...(system === '' ? {} : { system }),
    messages: wireMessages(turns, names),
    ...(tools.length === 0 ? {} : { tools }),
    ...(request.tools.length === 0 && tools.length > 0 ? { tool_choice: { type: 'none' as const } } : {}),
    ...(format === null ? {} : { output_config: { format: { type: 'json_schema' as const, schema: format } } }),
  };
}

/** Anthropic enforces a part of JSON Schema; the SDK moves the rest into descriptions, and the caller checks the whole. */
function outputSchema(schema: JsonSchema): Record<string, unknown> {
  try {
    return transformJSONSchema(schema);
  } catch (cause) {
    throw new ModelError('invalid', 'the response schema has a part without a type, which Anthropic does not accept', { cause });
  }
}

/** A history that speaks of tools needs them declared, even when none may be called any more. */
function toolsOf(request: ModelRequest, names: ToolNames): Tool[] {
  if (request.tools.length > 0) {
    return request.tools.map(({ name, description, inputSchema }) => ({
      name: names.toWire(name),
      description,
      input_schema: { ...inputSchema, type: 'object' },
    }));
  }
  const past = request.messages.flatMap((message) =>
    message.role === 'assistant' ? message.toolCalls.map((call) => call.name) : [],
  );
  return [...new Set(past)].map((name) => ({ name: names.toWire(name), input_schema: { type: 'object' } }));
}

/** Turns alternate and begin with the user: results of tools are the user's, and neighbours of one role become one message. */
function wireMessages(turns: readonly ModelMessage[], names: ToolNames): MessageParam[] {
  const messages: { role: 'user' | 'assistant'; content: ContentBlockParam[] }[] = [];
  for (const turn of turns) {
    const role = turn.role === 'assistant' ? 'assistant' : 'user';
    const content = blocksOf(turn, names);
    if (content.length === 0) continue;
    if (messages.length === 0 && role === 'assistant') {
      messages.push({ role: 'user', content: [{ type: 'text', text: '(Earlier messages are left out.)' }] });
    }
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...content);
    else messages.push({ role, content });
  }
  return messages;
}

function blocksOf(message: ModelMessage, names: ToolNames): ContentBlockParam[] {
  if (message.role === 'tool') {
    return [{ type: 'tool_result', tool_use_id: wireId(message.toolCallId), content: message.content }];
  }
  const blocks: ContentBlockParam[] = message.content.trim() === '' ? [] : [{ type: 'text', text: message.content.trimEnd() }];
  if (message.role !== 'assistant') return blocks;
  for (const call of message.toolCalls) {
    const isObject = typeof call.arguments === 'object' && call.arguments !== null && !Array.isArray(call.arguments);
    const input = isObject ? call.arguments : { value: call.arguments };
    blocks.push({ type: 'tool_use', id: wireId(call.id), name: names.toWire(call.name), input });
  }
  return blocks;
}

/** Ids that another provider gave may hold what this one refuses. */
function wireId(id: string): string {
  return id.replaceAll(/[^a-zA-Z0-9_-]/g, '_');
}

function failureOf(error: unknown): ProviderFailure | null {
  if (!(error instanceof Anthropic.APIError) || error instanceof Anthropic.APIConnectionError) return null;
  if (error instanceof Anthropic.APIUserAbortError) return null;
  const codes = [error.type, error.errorCode].filter((code) => typeof code === 'string');
  return {
    status: error.status ?? null,
    codes,
    message: error.apiMessage ?? error.message,
    headers: error.headers ?? null,
  };
}
